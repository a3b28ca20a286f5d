//! How a fault befalls a request.

use bytes::Bytes;
use http::{HeaderValue, Request, header};
use kubewire::Now;

use super::{Effect, Fault};
use crate::reply::{Parked, Reply};
use crate::sandbox::Sandbox;
use crate::verbs;
use crate::watch::End;
use crate::wire::{Query, Refusal, Route, route};

impl Sandbox {
    /// Lets something go wrong from now on. Of several faults that fit a request the first befalls it.
    pub fn fail(&mut self, fault: Fault) {
        self.faults.push(fault);
    }

    /// Lets nothing go wrong any more.
    pub fn heal(&mut self) {
        self.faults.clear();
    }

    /// Drops the connection of every watch, as the end of the server does.
    pub fn drop_watches(&mut self) {
        self.server.starts += 1;
    }

    /// Answers a request as whatever befalls it leaves it.
    pub(crate) fn befall(&mut self, now: Now, request: Request<Bytes>) -> Reply {
        let Some((effect, instead)) = self.effect(&request) else { return self.answer(now, request, None) };
        if let Some(reply) = instead {
            self.note(now, &request, &reply);
            return reply;
        }
        match effect {
            Effect::Slow(by) => {
                Reply::Parked(Parked { request, revision: None, until: now.mono.saturating_add(by) })
            }
            Effect::Lost => {
                self.note(now, &request, &Reply::Lost(None));
                Reply::Lost(None)
            }
            Effect::AnswerLost => {
                // It is done all the same.
                let _ = self.answer(now, request, None);
                Reply::Lost(None)
            }
            Effect::Cut(count) => match self.answer(now, request, None) {
                Reply::Whole(answer) => {
                    Reply::Lost(Some(answer.map(|body| body.slice(..count.min(body.len())))))
                }
                reply => ended(reply, End::After { events: count, lost: true }),
            },
            Effect::Ends(events) => {
                ended(self.answer(now, request, None), End::After { events, lost: false })
            }
            Effect::Expired => ended(self.answer(now, request, None), End::Expired),
            _ => self.answer(now, request, None),
        }
    }

    /// What befalls the request, and what is answered in its stead.
    fn effect(&mut self, request: &Request<Bytes>) -> Option<(Effect, Option<Reply>)> {
        if self.faults.is_empty() {
            return None;
        }
        let Ok(Route::Resource(place)) = route(&self.server.registry, request.uri().path()) else {
            return None;
        };
        let query = Query::parse(request.uri().query().unwrap_or_default());
        let watch = query.flag("watch").unwrap_or_default();
        let verb = verbs::verb(request.method(), &place, watch)?;
        let effect = self.faults.befall(verb, &place)?;
        let instead = match effect {
            Effect::TooManyRequests(seconds) => Some(too_many_requests(seconds)),
            // A watch that comes too late is opened, and told so.
            Effect::Expired if verb == kubewire::Verb::Watch => None,
            effect => effect.problem(&place).map(|problem| Reply::refused(&Refusal::from(problem), &[])),
        };
        Some((effect, instead))
    }
}

fn ended(reply: Reply, end: End) -> Reply {
    match reply {
        Reply::Watch(answer) => Reply::Watch(answer.map(|watch| watch.ended_by(end))),
        reply => reply,
    }
}

/// What the server says in `k8s.io/apiserver/pkg/server/filters/maxinflight.go`: no Status.
fn too_many_requests(seconds: u32) -> Reply {
    let Reply::Whole(mut answer) = Reply::text(429, "Too many requests, please try again later.\n") else {
        return Reply::Lost(None);
    };
    answer.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    answer.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    Reply::Whole(answer)
}
