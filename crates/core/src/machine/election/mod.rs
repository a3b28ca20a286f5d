//! One of several leads, by a Lease.

mod candidate;
mod event;
mod lease;

use alloc::sync::Arc;

use bytes::Bytes;

use super::{Exchange, Id, Input, Limits, Machine, Output, Retry, Shape, Stop};
use crate::call::{Draft, Operation, Verb};
use crate::error::{BuildError, Error};
use crate::prelude::*;
use crate::queue::Queue;
use crate::random::Random;
use crate::resource::Builtin;
use crate::time::Now;
use crate::wire::Head;
use lease::{Lease, Write, body};

pub use candidate::Candidate;
pub use event::{ElectionEvent, LossReason};

/// A leader election: client-go's rules, on a [Lease](https://kubernetes.io/docs/concepts/architecture/leases/).
///
/// ```text
///          ┌──────────── after a while ────────────┐
///          v                                       │
/// start ── reading ── held by another ──> following┘
///          │    └── over, or nobody's, or ours ──> writing ── conflict ──> reading
///          └─ 404 ──> writing (a create)              └── done ──> leading ── every 2 s ──> writing ── done ──> leading
///                                                                    └── 10 s without a renewal ──> following (`Lost`)
/// leading ── Stop ──> reading ── still ours ──> writing (nobody's) ──> done (`Released`)
///                        ^────────── no answer: after 2 s ──┘  └── 10 s after the Stop ──> done
/// ```
///
/// - Another's lease is judged by our own clock since its record was last *seen* to change: how clocks are set does not matter, only how fast
///   they go.
/// - A lease that somebody wipes, shortens or deletes by hand is waited out, for its leader has not noticed yet. Whoever has never seen it held cannot
///   know that it was.
/// - A leader stops at the deadline, counted from when its last good renewal *began*, and before anything else is looked at. Others
///   take over when the lease's whole duration has passed since they saw that renewal, which is later.
/// - There is no fencing: work that takes longer than to the next [`until`](ElectionEvent::Leading::until) must look at the clock.
///
/// It needs the rights to get, create and update `leases`: what client-go needs.
pub struct Election {
    outputs: Queue<Output<Result<ElectionEvent, Error>>>,
    candidate: Candidate,
    random: Random,
    ids: u32,
    step: Step,
    /// The lease as it was last read or written.
    lease: Option<Lease>,
    /// When it was last seen to change, and how long it stands from then on (milliseconds).
    seen: u64,
    stands: u64,
    /// Whether it was there, and is not any more.
    gone: bool,
    leader: String,
    /// The end of our time, where we lead.
    until: Option<u64>,
    /// Once we were told to stop: until when we try to give it back.
    stopping: Option<u64>,
}

enum Step {
    /// Nothing is under way until then; `None` is at once.
    Waiting(Option<u64>),
    Reading,
    /// When it began, and what it is.
    Writing(u64, Write),
    Done,
}

impl Election {
    /// Takes part in an election.
    ///
    /// # Errors
    /// Where a name is none, or the times do not fit each other.
    pub fn new(candidate: &Candidate, seed: u64) -> Result<Self, BuildError> {
        candidate.check()?;
        let mut election = Self {
            outputs: Queue::new(),
            candidate: candidate.clone(),
            random: Random::new(seed),
            ids: 0,
            step: Step::Reading,
            lease: None,
            seen: 0,
            stands: 0,
            gone: false,
            leader: String::new(),
            until: None,
            stopping: None,
        };
        // A name that is none is refused now.
        election.draft(Verb::Create, Some(body(candidate, None, &Write::Acquire, 0)))?;
        let draft = election.draft(Verb::Get, None)?;
        election.start(draft, candidate.deadline);
        Ok(election)
    }

    /// Until when we lead (milliseconds on the monotonic clock); `None` where we do not. What a watchdog looks at.
    #[must_use]
    pub fn leading_until(&self) -> Option<u64> {
        self.until
    }

    /// Who leads, as far as is known; empty for nobody.
    #[must_use]
    pub fn leader(&self) -> &str {
        &self.leader
    }

    fn draft(&self, verb: Verb, body: Option<Vec<u8>>) -> Result<Draft, BuildError> {
        let mut operation = Operation::new(verb);
        for (field, value) in [
            ("apiVersion", "coordination.k8s.io/v1"),
            ("resource", "leases"),
            ("namespace", &self.candidate.namespace),
        ] {
            operation.set(field, value)?;
        }
        if verb != Verb::Create {
            operation.set("name", &self.candidate.name)?;
        }
        if let Some(body) = body {
            operation.set_body(body);
        }
        operation.draft(&Builtin)
    }

    fn start(&mut self, draft: Draft, total: u64) {
        self.ids = self.ids.wrapping_add(1);
        // A server that does not answer must leave time for another attempt.
        let limits = Limits { head: total.div_ceil(2), silence: total.div_ceil(2), total: Some(total) };
        let exchange = Exchange::new(Id(self.ids), Arc::new(draft), Shape::Whole { max: 1 << 20 });
        self.outputs.push(Output::Start(exchange.limits(limits).retry(Retry::Never)));
    }

    fn tell(&mut self, event: ElectionEvent) {
        self.outputs.push(Output::Event(Ok(event)));
    }

    /// How long a request may take: never beyond the end of our time, nor of that for giving back.
    fn left(&self, now: u64) -> u64 {
        let end = self.until.or(self.stopping);
        end.map_or(self.candidate.deadline, |until| until.saturating_sub(now)).max(1)
    }

    fn read(&mut self, now: Now) {
        match self.draft(Verb::Get, None) {
            Ok(draft) => {
                self.step = Step::Reading;
                self.start(draft, self.left(now.mono));
            }
            Err(error) => self.fail(now, error.into()),
        }
    }

    fn write(&mut self, now: Now, write: Write) {
        let verb = if self.lease.is_some() { Verb::Replace } else { Verb::Create };
        let body = body(&self.candidate, self.lease.as_ref(), &write, now.wall);
        match self.draft(verb, Some(body)) {
            Ok(draft) => {
                self.step = Step::Writing(now.mono, write);
                self.start(draft, self.left(now.mono));
            }
            // What stands in the lease cannot be written again: it is read anew.
            Err(error) => self.fail(now, error.into()),
        }
    }

    /// Later again. A leader is strict, to the end; the others come at different times.
    fn wait(&mut self, now: Now) {
        let retry = self.candidate.retry;
        let strict = self.until.or(self.stopping).is_some();
        let spread = if strict { 0 } else { self.random.below(retry.saturating_mul(6) / 5) };
        self.step = Step::Waiting(Some(now.mono.saturating_add(retry).saturating_add(spread)));
    }

    fn fail(&mut self, now: Now, error: Error) {
        self.outputs.push(Output::Event(Err(error)));
        // What is not given back is waited out by the others: so it is tried for as long as there is time.
        match self.stopping {
            Some(end) if now.mono.saturating_add(self.candidate.retry) >= end => self.step = Step::Done,
            _ => self.wait(now),
        }
    }

    fn lose(&mut self, reason: LossReason) {
        if self.until.take().is_some() {
            self.leader.clear();
            self.tell(ElectionEvent::Lost { reason });
        }
    }

    /// Whether another may still lead by the lease that was seen, by our own clock.
    fn is_held(&self, now: u64) -> bool {
        self.lease.as_ref().is_some_and(|lease| self.gone || lease.holder() != self.candidate.identity)
            && now < self.seen.saturating_add(self.stands)
    }

    /// How long a lease stands that has just been seen to change. One that was given back does not; one from which somebody took the holder, or
    /// of which somebody cut the time, by hand, stands as long as before: its leader has not noticed yet.
    fn standing(&self, lease: &Lease) -> u64 {
        let duration = lease.duration().unwrap_or(self.candidate.lease);
        match (lease.holder().is_empty(), lease.is_given_back(), &self.lease) {
            (true, true, _) | (true, _, None) => 0,
            (_, _, Some(before)) => duration.max(before.duration().unwrap_or(self.candidate.lease)),
            (false, _, None) => duration,
        }
    }

    /// What the server has.
    fn found(&mut self, now: Now, body: Bytes) {
        let lease = Lease::new(body);
        if self.lease.as_ref().is_none_or(|known| !lease.is_still(known)) {
            self.stands = self.standing(&lease);
            self.seen = now.mono;
        }
        self.gone = false;
        let holder = lease.holder();
        let ours = holder == self.candidate.identity;
        self.lease = Some(lease);
        if self.stopping.is_some() {
            return if ours { self.write(now, Write::Release) } else { self.step = Step::Done };
        }
        if !ours {
            self.lose(LossReason::Taken);
        }
        if self.is_held(now.mono) {
            if self.leader != holder && !holder.is_empty() {
                self.leader.clone_from(&holder);
                self.tell(ElectionEvent::Following { leader: holder });
            }
            return self.wait(now);
        }
        self.write(now, if ours { Write::Renew } else { Write::Acquire });
    }

    /// The server has no lease. Where there was one, it was deleted under a leader, who has not noticed yet: it stands as long as if it had just
    /// been renewed. Whoever has never seen it cannot know that.
    fn missing(&mut self, now: Now) {
        if let Some(lease) = self.lease.as_ref().filter(|_| !self.gone && self.until.is_none()) {
            self.stands = if lease.is_given_back() { 0 } else { self.standing(lease) };
            self.seen = now.mono;
            self.gone = true;
        }
        if self.is_held(now.mono) {
            self.wait(now);
        } else {
            self.lease = None;
            self.write(now, Write::Acquire);
        }
    }

    fn written(&mut self, now: Now, began: u64, write: &Write, body: Bytes) {
        let lease = Lease::new(body);
        let transitions = lease.transitions();
        self.gone = false;
        self.lease = Some(lease);
        self.seen = now.mono;
        self.stands = self.candidate.lease;
        if matches!(write, Write::Release) {
            self.step = Step::Done;
            return self.tell(ElectionEvent::Released);
        }
        let until = began.saturating_add(self.candidate.deadline);
        // An answer that took so long is no renewal.
        if until > now.mono {
            let leads = self.until.replace(until).is_some();
            self.leader.clone_from(&self.candidate.identity);
            self.tell(match leads {
                true => ElectionEvent::Renewed { until },
                false => ElectionEvent::Leading { until, transitions },
            });
        }
        self.step = Step::Waiting(Some(began.saturating_add(self.candidate.retry).max(now.mono)));
    }

    fn answer(&mut self, now: Now, answer: Result<(Head, Bytes), Error>) {
        match (core::mem::replace(&mut self.step, Step::Waiting(None)), answer) {
            (Step::Reading, Ok((_, body))) => self.found(now, body),
            (Step::Reading, Err(error)) if error.status().is_some_and(crate::error::Status::is_not_found) => {
                if self.stopping.is_some() {
                    self.step = Step::Done;
                } else {
                    self.missing(now);
                }
            }
            (Step::Writing(began, write), Ok((_, body))) => self.written(now, began, &write, body),
            (Step::Writing(..), Err(error)) => {
                let status = error.status();
                // Another was quicker, or the lease is gone: what is there now?
                let changed = status.is_some_and(|status| {
                    status.is_conflict() || status.is_already_exists() || status.is_not_found()
                });
                // One that changes without an end is left as it is.
                let over = self.stopping.is_some_and(|end| end <= now.mono);
                match changed && !over {
                    true => self.read(now),
                    false => self.fail(now, error),
                }
            }
            (_, Err(error)) => self.fail(now, error),
            (step, Ok(_)) => self.step = step,
        }
    }

    fn stop(&mut self, now: Now) {
        if self.stopping.is_some() || matches!(self.step, Step::Done) {
            return;
        }
        self.stopping = Some(now.mono.saturating_add(self.candidate.deadline));
        // What was under way may still take effect: so the lease is read before it is given back.
        let may_hold = self.until.is_some() || matches!(self.step, Step::Writing(..));
        self.lose(LossReason::Stopped);
        self.cancel();
        if may_hold {
            self.read(now);
        } else {
            self.step = Step::Done;
        }
    }

    fn cancel(&mut self) {
        if matches!(self.step, Step::Reading | Step::Writing(..)) {
            self.outputs.push(Output::Cancel(Id(self.ids)));
        }
    }
}

impl Machine for Election {
    type Event = Result<ElectionEvent, Error>;
    type Command = Stop;

    fn handle(&mut self, now: Now, input: Input<Stop>) {
        // First of all, whatever has come: a program that slept must not act on an answer of before.
        if self.until.is_some_and(|until| until <= now.mono) {
            self.lose(LossReason::Deadline);
            self.cancel();
            self.step = Step::Waiting(None);
        }
        match input {
            Input::Answer(id, answer)
                if id == Id(self.ids) && matches!(self.step, Step::Reading | Step::Writing(..)) =>
            {
                self.answer(now, answer);
            }
            Input::Command(Stop) => self.stop(now),
            _ => {}
        }
        match self.step {
            Step::Waiting(until) if until.is_none_or(|until| until <= now.mono) => match self.until {
                // As long as we lead, nobody else writes: what we wrote last is what is there.
                Some(_) => self.write(now, Write::Renew),
                None => self.read(now),
            },
            _ => {}
        }
    }

    fn poll(&mut self) -> Option<Output<Self::Event>> {
        self.outputs.pop()
    }

    fn timeout(&self) -> Option<u64> {
        let next = match self.step {
            Step::Waiting(until) => until.or(Some(0)),
            _ => None,
        };
        [next, self.until].into_iter().flatten().min()
    }
}
