//! Watch: the request. What comes of it is [`Watch`].

use super::ask::Ask;
use super::options::ListOptions;
use crate::reply::Reply;
use crate::server::Server;
use crate::watch::{Start, Watch};
use crate::wire::{Problem, Refusal, parse_uint};

/// Without a time-out of its own a watch lasts between 30 and 60 minutes (`--min-request-timeout`).
const SHORTEST: u64 = 1_800_000;

pub(super) fn watch(server: &mut Server, ask: &Ask<'_>, options: &ListOptions) -> Result<Reply, Refusal> {
    let version = match options.version.as_str() {
        "" => 0,
        text => parse_uint(text).map_err(|why| Problem::invalid_version(text, &why))?,
    };
    let present = server.store.revision();
    let start = match options.initial_events {
        Some(true) => {
            server.wait_for(version, ask.late)?;
            Start::Initial { end: options.bookmarks }
        }
        Some(false) if version == 0 => Start::After(present),
        None if version == 0 => Start::Initial { end: false },
        _ => Start::After(version),
    };
    let lasts = match options.timeout {
        Some(seconds) => seconds.saturating_mul(1000),
        None => SHORTEST + server.random.next() % SHORTEST,
    };
    let watch = Watch::new(server, ask, options, start, ask.now.mono.saturating_add(lasts));
    Ok(Reply::watching(watch, &ask.warnings))
}
