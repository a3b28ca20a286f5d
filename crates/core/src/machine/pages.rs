//! A list, page by page.

use alloc::sync::Arc;

use bytes::Bytes;

use super::{Exchange, Id, Input, Machine, Output, Shape};
use crate::call::{Draft, Verb};
use crate::error::Error;
use crate::json;
use crate::prelude::*;
use crate::time::Now;
use crate::wire::Head;

/// kubectl's and client-go's page.
const PAGE: u64 = 500;
/// A list that expires again and again is too long for its server's memory of the past.
const RESTARTS: u8 = 3;

/// What becomes of a list whose version the server forgets between two pages, after some five minutes (410, `Expired`).
///
/// See [retrieving large results sets in chunks](https://kubernetes.io/docs/reference/using-api/api-concepts/#retrieving-large-results-sets-in-chunks).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnExpired {
    /// It ends with the error.
    Fail,
    /// It goes on with what comes after the last page, at a later version: [`PageOrder::Later`]. Objects that were deleted since are still
    /// among the pages before.
    TakeRest,
    /// It begins again, at most three times: [`PageOrder::First`], and what came before counts no more.
    StartOver,
}

/// How a page stands to those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageOrder {
    /// The list begins here; what came before, if anything did, counts no more.
    First,
    /// It goes on, at the version of the page before.
    Next,
    /// It goes on at a later version: with the pages before it, it is no list of one moment.
    Later,
}

/// One page as it came.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RawPage {
    /// How it stands to those before it.
    pub order: PageOrder,
    /// The call that brought it.
    pub draft: Arc<Draft>,
    /// The head of its answer.
    pub head: Head,
    /// The list's JSON.
    pub body: Bytes,
}

/// The command that asks for one more page: so that none is read before it is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Next;

/// The pages of a list, each when it is asked for.
///
/// ```text
/// start ── Next ──> asked ── Answer ──> told (a page) ── Next ──> asked
///                     │         └─ the last page, or an error ──> done
///                     └── 410 ──> asked (the rest, or all again), or done (an error)
/// ```
pub struct Pages {
    /// There is never more than one.
    output: Option<Output<Result<RawPage, Error>>>,
    on_expired: OnExpired,
    restarts: u8,
    /// The page that is asked for, or is to be asked for next.
    draft: Arc<Draft>,
    order: PageOrder,
    asked: bool,
    done: bool,
}

const ID: Id = Id(0);

impl Pages {
    /// The pages of a list, of 500 objects each where the call has no `limit`.
    #[must_use]
    pub fn new(draft: &Draft, on_expired: OnExpired) -> Self {
        let mut draft = draft.clone();
        if draft.attributes.verb == Verb::List {
            draft.default_query("limit", PAGE);
        }
        let (order, draft) = (PageOrder::First, Arc::new(draft));
        Self { output: None, on_expired, restarts: 0, draft, order, asked: false, done: false }
    }

    fn ask(&mut self) {
        self.asked = true;
        self.output = Some(Output::Start(Exchange::new(ID, self.draft.clone(), Shape::WHOLE)));
    }

    fn answer(&mut self, (head, body): (Head, Bytes)) {
        let token = continue_token(&body);
        self.done = token.is_empty();
        let next = Arc::new(self.draft.page(&token));
        let draft = core::mem::replace(&mut self.draft, next);
        let order = core::mem::replace(&mut self.order, PageOrder::Next);
        self.output = Some(Output::Event(Ok(RawPage { order, draft, head, body })));
    }

    /// Goes on after a 410, if that is wanted; else the error is told.
    fn fail(&mut self, error: Error) {
        let expired = error.status().filter(|status| status.is_expired());
        let rest = expired.map(|status| status.continue_token.as_str());
        match (self.on_expired, rest) {
            (OnExpired::TakeRest, Some(token)) if !token.is_empty() => {
                self.order = PageOrder::Later;
                self.draft = Arc::new(self.draft.page(token));
            }
            (OnExpired::StartOver, Some(_)) if self.restarts < RESTARTS => {
                self.restarts += 1;
                self.order = PageOrder::First;
                self.draft = Arc::new(self.draft.page(""));
            }
            _ => {
                self.done = true;
                self.output = Some(Output::Event(Err(error)));
                return;
            }
        }
        self.ask();
    }
}

impl Machine for Pages {
    type Event = Result<RawPage, Error>;
    type Command = Next;

    fn handle(&mut self, _: Now, input: Input<Next>) {
        match input {
            Input::Command(Next) if !self.asked && !self.done => self.ask(),
            Input::Answer(ID, answer) if self.asked => {
                self.asked = false;
                match answer {
                    Ok(answer) => self.answer(answer),
                    Err(error) => self.fail(error),
                }
            }
            _ => {}
        }
    }

    fn poll(&mut self) -> Option<Output<Self::Event>> {
        self.output.take()
    }

    fn timeout(&self) -> Option<u64> {
        None
    }
}

/// Where a list goes on; empty at its end.
fn continue_token(body: &[u8]) -> String {
    #[cfg(feature = "std")]
    if crate::protobuf::is_message(body) {
        return crate::protobuf::continue_token(body).into();
    }
    json::text(body, &["metadata", "continue"]).unwrap_or_default().into_owned()
}
