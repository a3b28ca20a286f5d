//! One call and its answer as a type.

use alloc::sync::Arc;
use core::fmt;
use core::marker::PhantomData;

use super::Reading;
use crate::call::Draft;
use crate::edge::{Answer, Call};
use crate::error::Error;
use crate::machine::{Input, Machine, Once, Output, Stop};
use crate::time::Now;

/// A call's answer, decoded: [`Once`] with a type. What hosts make of it is `run`.
pub struct Asking<A> {
    once: Once,
    draft: Arc<Draft>,
    answer: PhantomData<fn() -> A>,
}

impl<A: Answer> Asking<A> {
    /// Makes a call, with the usual limits.
    #[must_use]
    pub fn new(call: &Call<A>) -> Self {
        Self { once: Once::new(call.draft().clone()), draft: call.draft().clone(), answer: PhantomData }
    }
}

impl<A: Answer> Reading for Asking<A> {
    type Machine = Self;
    type Told = A;
    type Item = A;

    fn read(answer: A) -> Result<A, Error> {
        Ok(answer)
    }
}

impl<A: Answer> Machine for Asking<A> {
    type Event = Result<A, Error>;
    type Command = Stop;

    fn handle(&mut self, now: Now, input: Input<Stop>) {
        self.once.handle(now, input);
    }

    fn poll(&mut self) -> Option<Output<Self::Event>> {
        Some(match self.once.poll()? {
            Output::Start(exchange) => Output::Start(exchange),
            Output::Send(id, message) => Output::Send(id, message),
            Output::Cancel(id) => Output::Cancel(id),
            Output::Event(answer) => {
                Output::Event(answer.and_then(|(head, body)| A::decode(&self.draft, &head, body)))
            }
        })
    }

    fn timeout(&self) -> Option<u64> {
        self.once.timeout()
    }
}

impl<A> fmt::Debug for Asking<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Asking").field("draft", &self.draft).finish_non_exhaustive()
    }
}
