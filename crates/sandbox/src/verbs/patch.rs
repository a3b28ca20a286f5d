//! Patch.
//!
//! Source: `PatchResource` in `k8s.io/apiserver/pkg/endpoints/handlers/patch.go`.

use serde_json::Value;

use super::apply;
use super::ask::Ask;
use super::body::{LIMIT, other_kind, type_text};
use super::update::{check_name, replace};
use super::write::{match_namespace, track};
use crate::object::{Parsed, Wording, decode, parse};
use crate::patch;
use crate::registry::Kind;
use crate::reply::Reply;
use crate::schema::Typed;
use crate::server::Server;
use crate::validate::Fault;
use crate::wire::{Problem, Refusal};

const JSON: &str = "application/json-patch+json";
const MERGE: &str = "application/merge-patch+json";
const STRATEGIC: &str = "application/strategic-merge-patch+json";
pub(super) const APPLY: &str = "application/apply-patch+yaml";

pub(super) fn patch(server: &mut Server, ask: &mut Ask<'_>) -> Result<Reply, Refusal> {
    if ask.content_type.split(';').next().unwrap_or_default() == APPLY {
        return apply::apply(server, ask);
    }
    let place = ask.place;
    let kind = &place.kind;
    let (media, dry, parsed) = body(ask, kind)?;
    let key = kind.key(&place.namespace, &place.name);
    let old = server.get(kind, &key).ok_or_else(|| ask.not_found())?;
    let mut object = patched_of(ask, kind, &media, (*old).clone(), parsed)?;
    track(ask, &mut object, Some(&old));
    match_namespace(kind, &mut object, &place.namespace)?;
    check_name(&object, &place.name)?;
    replace(server, ask, object, &old, dry, false)
}

/// What comes with a patch: its media type, whether it is a dry run, and the patch.
pub(super) fn body(ask: &Ask<'_>, kind: &Kind) -> Result<(String, bool, Parsed), Refusal> {
    let media = ask.content_type.split(';').next().unwrap_or_default().to_owned();
    match media.as_str() {
        STRATEGIC if kind.custom.is_some() => {
            return Err(Problem::unsupported_media_type(&[JSON, MERGE, APPLY].join(", ")).into());
        }
        JSON | MERGE | STRATEGIC => {}
        _ => return Err(Problem::unsupported_media_type_route().into()),
    }
    if ask.body.len() > LIMIT {
        return Err(Problem::too_large(LIMIT).into());
    }
    let dry = options(ask)?;
    let parsed = parse(ask.body).map_err(|_| Problem::bad_request("invalid JSON patch"))?;
    Ok((media, dry, parsed))
}

/// An object of a kind with a patch applied to it.
pub(super) fn patched_of(
    ask: &mut Ask<'_>,
    kind: &Kind,
    media: &str,
    object: Value,
    parsed: Parsed,
) -> Result<Value, Refusal> {
    let mut strict: Vec<String> = Vec::new();
    let lax = ask.query.text("fieldValidation") == "Ignore";
    if !lax {
        let prefix = if media == JSON { "json patch " } else { "" };
        strict.extend(parsed.duplicates.iter().map(|path| format!("{prefix}duplicate field \"{path}\"")));
    }
    let object = patched(kind.shape(), media, object, parsed.value, &mut strict, lax)?;
    let wording = if media == STRATEGIC { Wording::Converter } else { Wording::Json };
    typed(ask, kind, object, strict, wording)
}

/// The options of every write, and that `force` is for applies.
fn options(ask: &Ask<'_>) -> Result<bool, Refusal> {
    let force = ask.query.first("force").map(|_| "may not be specified for non-apply patch");
    let faults = force.map(|why| Fault::forbidden("force", why)).into_iter().collect();
    ask.write_options_and("PatchOptions", faults)
}

/// Applies a patch. Strict decoding, which is done unless fields are not validated at all, has its own words for what is no patch.
fn patched(
    shape: Typed<'_>,
    media: &str,
    object: Value,
    change: Value,
    strict: &mut Vec<String>,
    lax: bool,
) -> Result<Value, Refusal> {
    const MAP: &str = "map[string]interface {}";
    let bad = |what: String| Refusal::from(Problem::bad_request(what));
    let word = crate::object::word(&change);
    match (media, change) {
        (JSON, change @ (Value::Array(_) | Value::Null)) => {
            match misfit(&change, lax) {
                Some(what) if lax => return Err(bad(what)),
                Some(what) => return Err(bad(format!("error decoding patch: {what}"))),
                None if lax => {}
                None => strict.extend(patch::unknown(&change)),
            }
            patch::json(object, &change)
        }
        (JSON, _) if lax => Err(bad(unmarshal(word, "jsonpatch.Patch"))),
        (JSON, _) => Err(bad(format!("error decoding patch: {}", unmarshal(word, "[]handlers.jsonPatchOp")))),
        (MERGE, Value::Null) => Err(bad("Invalid JSON Patch".into())),
        // A list takes the object's place, and is then no object.
        (MERGE, change @ Value::Array(_)) if lax => Ok(change),
        (MERGE, change @ Value::Object(_)) => Ok(patch::merge(object, change)),
        (MERGE, _) if lax => Err(bad("Invalid JSON Patch".into())),
        (MERGE, _) => Err(bad(format!("error decoding patch: {}", unmarshal(word, MAP)))),
        (_, Value::Object(change)) => patch::strategic(shape, object, change),
        (_, Value::Null) => Ok(object),
        _ => Err(bad(unmarshal(word, MAP))),
    }
}

/// What is wrong with the first operation that is none.
fn misfit(patch: &Value, lax: bool) -> Option<String> {
    let go = if lax { "jsonpatch.Operation" } else { "handlers.jsonPatchOp" };
    patch.as_array()?.iter().find_map(|operation| match operation {
        Value::Null => None,
        Value::Object(_) if lax => None,
        Value::Object(fields) => ["op", "path", "from"].into_iter().find_map(|name| {
            let value = fields.get(name).filter(|value| !value.is_string() && !value.is_null())?;
            let word = crate::object::word(value);
            Some(format!(
                "json: cannot unmarshal {word} into Go struct field jsonPatchOp.{name} of type string"
            ))
        }),
        other => Some(unmarshal(crate::object::word(other), go)),
    })
}

fn unmarshal(word: &str, go: &str) -> String {
    format!("json: cannot unmarshal {word} into Go value of type {go}")
}

/// The patched object, if it is still one of its type.
fn typed(
    ask: &mut Ask<'_>,
    kind: &Kind,
    object: Value,
    mut strict: Vec<String>,
    wording: Wording,
) -> Result<Value, Refusal> {
    let text = String::from_utf8(crate::wire::object_bytes(&object)).unwrap_or_default();
    let invalid = |why: String| {
        let fault = Fault::invalid("patch", &text, why);
        Refusal::from(Problem::invalid("", "", "", &[fault]))
    };
    if wording == Wording::Json && kind.custom.is_none() {
        let unread = |why: String| invalid(format!("couldn't get version/kind; json parse error: {why}"));
        let said = type_text(&object, "kind").map_err(unread)?;
        let version = type_text(&object, "apiVersion").map_err(unread)?;
        let said = said.unwrap_or_else(|| kind.kind.clone());
        let version = version.unwrap_or_else(|| kind.api_version());
        other_kind(ask, kind, &version, &said).map_err(invalid)?;
    }
    let decoded = decode(kind, Parsed { value: object, duplicates: Vec::new() }, wording).map_err(invalid)?;
    strict.extend(decoded.strict);
    match ask.query.text("fieldValidation") {
        "Ignore" => {}
        "Strict" if !strict.is_empty() => {
            return Err(invalid(format!("strict decoding error: {}", strict.join(", "))));
        }
        _ => ask.warnings.extend(strict),
    }
    ask.raw = decoded.raw;
    Ok(decoded.object)
}
