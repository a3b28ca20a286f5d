//! Get.

use super::ask::Ask;
use crate::reply::Reply;
use crate::server::Server;
use crate::wire::{Problem, Refusal, parse_uint};

pub(super) fn get(server: &mut Server, ask: &mut Ask<'_>) -> Result<Reply, Refusal> {
    let place = ask.place;
    let version = ask.query.text("resourceVersion");
    if !version.is_empty() {
        let wanted = parse_uint(version).map_err(|why| Problem::invalid_version(version, &why))?;
        server.wait_for(wanted, ask.late)?;
    }
    let key = place.kind.key(&place.namespace, &place.name);
    let object = server.get(&place.kind, &key).ok_or_else(|| ask.not_found())?;
    ask.object(200, &object)
}
