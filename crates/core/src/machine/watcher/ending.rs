//! What follows when a part of a watcher's conversation ends: the one table of its decisions.

use crate::error::{Error, Status};
use crate::stream::FrameError;

/// What the watcher was about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// A streaming list that has not come to its end.
    Filling,
    /// A list, page by page: whether this was the first page.
    Listing {
        /// Whether it has no page before it.
        first: bool,
    },
    /// A watch: whether it was open, and has been of use: it brought something, or lasted for a second.
    Watching {
        /// Whether it was of use.
        useful: bool,
    },
}

/// How it ended.
pub(super) enum Ending {
    /// The server closed the stream, between two events.
    Closed,
    /// The stream cannot be read any further.
    Unreadable(FrameError),
    /// An exchange failed, the server sent an ERROR event, or what came cannot be understood and may have been a change.
    Failed(Error),
}

/// What follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Decision {
    pub(super) next: Next,
    pub(super) pause: Pause,
    /// Whether the user is told: all but what is the ordinary course of things.
    pub(super) tell: bool,
}

/// Where the conversation goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// A watch from the last version.
    Resume,
    /// All anew, not older than the last version.
    Relist,
    /// All anew, at the server's latest version.
    RelistLatest,
    /// All anew, by pages instead of as a stream, not older than the last version.
    RelistByPages,
    /// All anew in one piece, at the server's latest version.
    RelistWhole,
}

/// When.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pause {
    /// Now.
    No,
    /// Now, unless the last round failed too.
    NotTheFirstTime,
    /// After the back-off, and not before so many milliseconds.
    BackOff(u64),
}

const fn decide(next: Next, pause: Pause, tell: bool) -> Decision {
    Decision { next, pause, tell }
}

/// client-go's reflector is the source, but for what it does not tell, and for pages: it forgets the token that a 410 brings.
pub(super) fn after(phase: Phase, ending: &Ending) -> Decision {
    let later = Pause::BackOff(0);
    let again = if matches!(phase, Phase::Watching { .. }) { Next::Resume } else { Next::Relist };
    match (ending, phase) {
        // The ordinary end of a watch, after some minutes.
        (Ending::Closed, Phase::Watching { useful: true }) => decide(Next::Resume, Pause::No, false),
        // Some servers close a watch on a version that they have forgotten, without a word.
        (Ending::Closed, _) => decide(Next::Relist, later, false),
        (Ending::Unreadable(FrameError::Truncated), Phase::Watching { useful: true }) => {
            decide(Next::Resume, Pause::No, true)
        }
        (Ending::Unreadable(FrameError::Truncated), _) => decide(again, later, true),
        // The same bytes would come again.
        (Ending::Unreadable(FrameError::TooLarge), _) => decide(Next::RelistByPages, later, true),
        (Ending::Unreadable(FrameError::NoObject), _) => decide(Next::Relist, later, true),
        (Ending::Failed(Error::Api { status, .. }), phase) => after_status(phase, status),
        (Ending::Failed(Error::Transport { .. } | Error::Timeout { .. }), phase) => match phase {
            Phase::Watching { useful: true } => decide(Next::Resume, Pause::No, true),
            _ => decide(again, later, true),
        },
        (Ending::Failed(_), _) => decide(Next::Relist, later, true),
    }
}

fn after_status(phase: Phase, status: &Status) -> Decision {
    let later = Pause::BackOff(status.details.retry_after_seconds.unwrap_or_default().saturating_mul(1000));
    if status.is_expired() {
        let pages = phase == Phase::Listing { first: false };
        let next = if pages { Next::RelistWhole } else { Next::RelistLatest };
        return decide(next, Pause::NotTheFirstTime, false);
    }
    if status.is_too_large_resource_version() {
        return decide(Next::RelistLatest, later, true);
    }
    match (status.code, phase) {
        (429, Phase::Watching { .. }) => decide(Next::Resume, later, true),
        // A server, or a resource, without streaming lists.
        (400 | 405 | 406 | 422 | 501, Phase::Filling) => decide(Next::RelistByPages, Pause::No, false),
        _ => decide(Next::Relist, later, true),
    }
}
