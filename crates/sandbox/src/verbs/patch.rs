//! Patch.
//!
//! Source: `PatchResource` in `k8s.io/apiserver/pkg/endpoints/handlers/patch.go`.

use serde_json::Value;

use super::ask::Ask;
use super::update::{check_name, replace};
use super::write::match_namespace;
use crate::object::{Parsed, Wording, decode, parse};
use crate::patch;
use crate::reply::Reply;
use crate::server::Server;
use crate::validate::Fault;
use crate::wire::{Problem, Refusal};

const JSON: &str = "application/json-patch+json";
const MERGE: &str = "application/merge-patch+json";
const STRATEGIC: &str = "application/strategic-merge-patch+json";
const APPLY: &str = "application/apply-patch+yaml";
/// The largest body, in bytes.
const LIMIT: usize = 3 * 1024 * 1024;

pub(super) fn patch(server: &mut Server, ask: &mut Ask<'_>) -> Result<Reply, Refusal> {
    let media = ask.content_type.split(';').next().unwrap_or_default().to_owned();
    match media.as_str() {
        JSON | MERGE | STRATEGIC => {}
        APPLY => return Err(Problem::not_yet("server-side apply").into()),
        _ => return Err(Problem::unsupported_media_type_route().into()),
    }
    if ask.body.len() > LIMIT {
        return Err(Problem::too_large(LIMIT).into());
    }
    let dry = options(ask)?;
    let parsed = parse(ask.body).map_err(|_| Problem::bad_request("invalid JSON patch"))?;
    let place = ask.place;
    let kind = &place.kind;
    let key = kind.key(&place.namespace, &place.name);
    let old = server.store.get(kind.id, &key).cloned().ok_or_else(|| ask.not_found())?;
    let mut strict: Vec<String> = Vec::new();
    if ask.query.text("fieldValidation") != "Ignore" {
        let prefix = if media == JSON { "json patch " } else { "" };
        strict.extend(parsed.duplicates.iter().map(|path| format!("{prefix}duplicate field \"{path}\"")));
    }
    let object = apply(&media, (*old).clone(), parsed.value, &mut strict)?;
    let wording = if media == STRATEGIC { Wording::Converter } else { Wording::Json };
    let mut object = typed(ask, object, strict, wording)?;
    match_namespace(kind, &mut object, &place.namespace)?;
    check_name(&object, &place.name)?;
    replace(server, ask, object, &old, dry, false)
}

/// The options of every write, and that `force` is for applies.
fn options(ask: &Ask<'_>) -> Result<bool, Refusal> {
    let force = ask.query.first("force").map(|_| "may not be specified for non-apply patch");
    let faults = force.map(|why| Fault::forbidden("force", why)).into_iter().collect();
    ask.write_options_and("PatchOptions", faults)
}

fn apply(media: &str, object: Value, change: Value, strict: &mut Vec<String>) -> Result<Value, Refusal> {
    let word = crate::object::word(&change);
    match (media, change) {
        (JSON, change @ (Value::Array(_) | Value::Null)) => {
            if let Some(word) = misfit(&change) {
                return Err(undecodable(word, "json.jsonPatchOp"));
            }
            strict.extend(patch::unknown(&change));
            patch::json(object, &change)
        }
        (JSON, _) => Err(undecodable(word, "[]handlers.jsonPatchOp")),
        // A null patch leaves the object as it is.
        (_, Value::Null) => Ok(object),
        (MERGE, change @ Value::Object(_)) => Ok(patch::merge(object, change)),
        (MERGE, _) => Err(undecodable(word, "map[string]interface {}")),
        (_, Value::Object(change)) => patch::strategic(object, change),
        _ => Err(Problem::bad_request(unmarshal(word, "map[string]interface {}")).into()),
    }
}

/// What an operation is where it is none.
fn misfit(patch: &Value) -> Option<&'static str> {
    let mut operations = patch.as_array().into_iter().flatten();
    operations.find(|operation| !operation.is_object() && !operation.is_null()).map(crate::object::word)
}

fn unmarshal(word: &str, go: &str) -> String {
    format!("json: cannot unmarshal {word} into Go value of type {go}")
}

fn undecodable(word: &str, go: &str) -> Refusal {
    Problem::bad_request(format!("error decoding patch: {}", unmarshal(word, go))).into()
}

/// The patched object, if it is still one of its type.
fn typed(
    ask: &mut Ask<'_>,
    object: Value,
    mut strict: Vec<String>,
    wording: Wording,
) -> Result<Value, Refusal> {
    let text = String::from_utf8(crate::wire::object_bytes(&object)).unwrap_or_default();
    let invalid = |why: String| {
        let fault = Fault::invalid("patch", &text, why);
        Refusal::from(Problem::invalid("", "", "", &[fault]))
    };
    let decoded = decode(&ask.place.kind, Parsed { value: object, duplicates: Vec::new() }, wording)
        .map_err(invalid)?;
    strict.extend(decoded.strict);
    match ask.query.text("fieldValidation") {
        "Ignore" => {}
        "Strict" if !strict.is_empty() => {
            return Err(invalid(format!("strict decoding error: {}", strict.join(", "))));
        }
        _ => ask.warnings.extend(strict),
    }
    Ok(decoded.object)
}
