//! Delete.

use serde_json::{Value, json};

use super::ask::Ask;
use crate::object::meta;
use crate::registry::{DeleteAnswer, Kind};
use crate::reply::Reply;
use crate::server::Server;
use crate::wire::{Refusal, encode};

pub(super) fn delete(server: &mut Server, ask: &mut Ask<'_>) -> Result<Reply, Refusal> {
    let place = ask.place;
    let kind = &place.kind;
    let key = kind.key(&place.namespace, &place.name);
    let object = server.store.get(kind.id, &key).cloned().ok_or_else(|| ask.not_found())?;
    server.store.write(kind.id, &key, None);
    match kind.strategy.delete {
        DeleteAnswer::Object => ask.object(200, &object),
        DeleteAnswer::Status => Ok(Reply::json(200, encode(&success(kind, &object)), &ask.warnings)),
    }
}

/// What is answered where the object is gone: no code, and the resource as the kind.
fn success(kind: &Kind, object: &Value) -> Value {
    let mut details = json!({"name": meta(object, "name"), "kind": kind.plural, "uid": meta(object, "uid")});
    if !kind.group.is_empty() {
        crate::object::put(&mut details, "group", kind.group.as_str());
    }
    json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details})
}
