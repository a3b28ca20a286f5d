//! What a watcher tells.

use crate::prelude::*;

/// One step in the life of what is watched. The names are kube-rs's; client-go's reflector calls the same `Replace`, `Add` and `Delete`.
///
/// Between [`Init`](WatcherEvent::Init) and [`InitDone`](WatcherEvent::InitDone) comes all that there is. What was known before and does
/// not come again in between is gone. An `Init` before that is a new beginning: what came since the last one counts no more.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum WatcherEvent<O> {
    /// All that there is comes now, one after the other.
    Init,
    /// An object that is there.
    InitApply(O),
    /// That was all. Changes follow.
    InitDone {
        /// The version of it.
        resource_version: String,
    },
    /// An object is new, or has changed. It may come twice in the same state.
    Apply(O),
    /// An object is gone; this is its last state. Between `Init` and `InitDone` too it takes back what came.
    Delete(O),
}

impl<O> WatcherEvent<O> {
    /// The same of an object in another form.
    ///
    /// # Errors
    /// Where the object does not fit.
    pub fn try_map<P, E>(self, form: impl FnOnce(O) -> Result<P, E>) -> Result<WatcherEvent<P>, E> {
        Ok(match self {
            Self::Init => WatcherEvent::Init,
            Self::InitApply(object) => WatcherEvent::InitApply(form(object)?),
            Self::InitDone { resource_version } => WatcherEvent::InitDone { resource_version },
            Self::Apply(object) => WatcherEvent::Apply(form(object)?),
            Self::Delete(object) => WatcherEvent::Delete(form(object)?),
        })
    }
}
