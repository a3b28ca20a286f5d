//! `componentstatuses`, which nobody stores: a sandbox has all its parts, and these are well.
//!
//! Source: `rest.go` in `k8s.io/kubernetes/pkg/registry/core/componentstatus`.

use kubewire::Verb;
use serde_json::{Value, json};

use super::ListOptions;
use super::ask::{Ask, metadata_of};
use crate::reply::Reply;
use crate::wire::{Form, Problem, Refusal, list_bytes};

const PARTS: [&str; 3] = ["scheduler", "controller-manager", "etcd-0"];

pub(super) fn perform(ask: &mut Ask<'_>, verb: Verb) -> Result<Reply, Refusal> {
    let healthy = json!([{"type": "Healthy", "status": "True", "message": "ok"}]);
    let one = |name: &str| json!({"kind": "ComponentStatus", "apiVersion": "v1", "metadata": {"name": name}, "conditions": healthy});
    if verb == Verb::Get {
        return match PARTS.iter().find(|name| **name == ask.place.name) {
            Some(name) => ask.object(200, &one(name)),
            None => Err(Problem::not_found("", "componentstatus", &ask.place.name).into()),
        };
    }
    let options = ListOptions::read(ask)?;
    if options.watch {
        return Err(Problem::verb_not_supported("", &ask.place.kind.plural, "watch").into());
    }
    let parts = PARTS.map(one);
    let chosen = parts.iter().filter(|part| options.selector.matches(part));
    let body = match ask.form {
        Form::Whole => {
            let head = json!({"kind": "ComponentStatusList", "apiVersion": "v1", "metadata": {}});
            list_bytes(&head, false, chosen)
        }
        Form::MetadataList => {
            let head =
                json!({"kind": "PartialObjectMetadataList", "apiVersion": "meta.k8s.io/v1", "metadata": {}});
            let metadata: Vec<Value> = chosen.map(metadata_of).collect();
            list_bytes(&head, true, metadata.iter())
        }
        Form::Metadata => return Err(ask.wrong_form("PartialObjectMetadata", "is a list", "List")),
    };
    Ok(Reply::json(200, body, &ask.warnings))
}
