//! The machines of hosts' methods, each made of a call. A `seed` is from the host's entropy: it spreads what many hosts do again.

use core::time::Duration;

use super::{Asking, Electing, Informing, Reading};
use crate::edge::{IntoCall, Item, KeepAs, Listing, Log, SharedStore};
use crate::error::Error;
use crate::machine::{
    Candidate, Election, Informer, InitialList, LogFollow, LogStream, OnExpired, Pages, Wait, WatchStream,
    Watcher,
};
use crate::object::RawObject;
use crate::prelude::*;

/// The machine of a host's `run`: one call.
///
/// # Errors
/// [`Error::Build`].
pub fn ask<C: IntoCall>(call: C) -> Result<Asking<C::Answer>, Error> {
    Ok(Asking::new(&call.into_call()?))
}

/// The machine of a host's `watch`: one watch, until the server ends it.
///
/// # Errors
/// [`Error::Build`].
pub fn watch<K: Item>(watch: impl IntoCall<Answer = K>, seed: u64) -> Result<WatchStream, Error> {
    Ok(WatchStream::new(watch.into_call()?.draft(), seed))
}

/// The machine of a host's `pages`.
///
/// # Errors
/// [`Error::Build`].
pub fn pages(list: impl IntoCall, on_expired: OnExpired) -> Result<Pages, Error> {
    Ok(Pages::new(list.into_call()?.draft(), on_expired))
}

/// The machine of a host's `logs`: one stream, until it ends.
///
/// # Errors
/// [`Error::Build`].
pub fn logs(log: impl IntoCall<Answer = Log>) -> Result<LogStream, Error> {
    Ok(LogStream::new(log.into_call()?.draft().clone()))
}

/// The machine of a host's `follow_logs`: a log that goes on through lost connections.
///
/// # Errors
/// [`Error::Build`].
pub fn follow_logs(log: impl IntoCall<Answer = Log>, seed: u64) -> Result<LogFollow, Error> {
    Ok(LogFollow::new(log.into_call()?.draft(), seed))
}

/// The machine of a host's `watcher`: a [`Watcher`] of what a list asks for.
///
/// # Errors
/// [`Error::Build`].
pub fn watcher<L: Listing>(list: impl IntoCall<Answer = L>, seed: u64) -> Result<Watcher, Error> {
    Ok(Watcher::new(list.into_call()?.draft(), InitialList::default(), seed))
}

/// The machine of a host's `informer`: an [`Informer`] of what lists ask for, into a store that others read.
///
/// # Errors
/// [`Error::Build`].
pub fn informer<L: Listing>(
    store: SharedStore<L::Kept>,
    lists: impl IntoIterator<Item = impl IntoCall<Answer = L>>,
    seed: u64,
) -> Result<<Informing<L> as Reading>::Machine, Error> {
    let drafts = lists.into_iter().map(|list| Ok(list.into_call()?.draft().clone()));
    let drafts = drafts.collect::<Result<Vec<_>, Error>>()?;
    let drafts = drafts.iter().map(|draft| &**draft);
    Ok(Informer::new(drafts, InitialList::default(), seed, KeepAs::default(), store))
}

/// The machine of a host's `wait`: waits, for at most `limit`, until what a list finds is as `until` wants it.
///
/// # Errors
/// [`Error::Build`].
pub fn wait<L: Listing>(
    list: impl IntoCall<Answer = L>,
    seed: u64,
    limit: Duration,
    mut until: impl FnMut(Option<&L::Object>) -> bool + Send + 'static,
) -> Result<Wait, Error> {
    let question = move |object: Option<&RawObject>| {
        let object = object.cloned().map(L::read).transpose()?;
        Ok(until(object.as_ref()))
    };
    let limit = u64::try_from(limit.as_millis()).unwrap_or(u64::MAX);
    Ok(Wait::new(list.into_call()?.draft(), seed, limit, Box::new(question)))
}

/// The machine of a host's `elect`.
///
/// # Errors
/// [`Error::Build`] where a name is none, or the times do not fit.
pub fn elect(candidate: &Candidate, seed: u64) -> Result<Electing, Error> {
    Ok(Electing::new(Election::new(candidate, seed)?))
}
