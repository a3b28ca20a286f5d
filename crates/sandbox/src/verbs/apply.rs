//! Server-side apply.
//!
//! Source: `applyPatcher` in `k8s.io/apiserver/pkg/endpoints/handlers/patch.go`, and the managers that it asks.

use serde_json::{Value, json};

use super::ask::Ask;
use super::update::{check_name, creates, replace};
use super::write::{admit, match_namespace, reset};
use super::{body, create};
use crate::fields;
use crate::object::{Decoded, Parsed, Wording, decode, meta, parse, set_meta, timestamp};
use crate::registry::Kind;
use crate::reply::Reply;
use crate::server::Server;
use crate::validate::Fault;
use crate::wire::{Problem, Refusal, parse_uint};

pub(super) fn apply(server: &mut Server, ask: &mut Ask<'_>) -> Result<Reply, Refusal> {
    let dry = options(ask)?;
    let place = ask.place;
    let kind = &place.kind;
    let old = server.get(kind, &kind.key(&place.namespace, &place.name));
    if old.is_none() && !place.subresource.is_empty() && !creates(kind) {
        return Err(ask.not_found());
    }
    let wanted = read(ask)?;
    let Decoded { mut object, raw, .. } = applied(ask, kind, old.as_deref(), &wanted)?;
    ask.raw = raw;
    let object = &mut object;
    let uid = meta(object, "uid");
    if old.is_none() && !uid.is_empty() {
        let why = format!(
            "uid mismatch: the provided object specified uid {uid}, and no existing object was found"
        );
        return Err(Problem::conflict(&kind.group, &kind.plural, &place.name, &why).into());
    }
    match_namespace(kind, object, &place.namespace)?;
    check_name(object, &place.name)?;
    match old {
        Some(old) => replace(server, ask, std::mem::take(object), &old, dry, false),
        None => {
            admit(server, ask, &place.name)?;
            // It is read, and then not asked for; a dry run even answers with it.
            match meta(object, "resourceVersion") {
                "" => {}
                version => {
                    parse_uint(version).map_err(Problem::plain)?;
                }
            }
            if !dry {
                set_meta(object, "resourceVersion", None);
            }
            create::insert(server, ask, std::mem::take(object), dry)
        }
    }
}

/// The options of an apply: whether it is a dry run.
///
/// # Errors
/// 422, where nobody says who applies.
pub(super) fn options(ask: &Ask<'_>) -> Result<bool, Refusal> {
    let missing = ask.query.text("fieldManager").is_empty();
    let missing = missing.then(|| Fault::required("fieldManager", "is required for apply patch"));
    ask.write_options_and("PatchOptions", missing.into_iter().collect())
}

/// What comes of it where someone applies `wanted` to an object of a kind, or to none.
///
/// # Errors
/// What is wrong with it, and 409 where others own what changes.
pub(super) fn applied(
    ask: &Ask<'_>,
    kind: &Kind,
    old: Option<&Value>,
    wanted: &Value,
) -> Result<Decoded, Refusal> {
    let parsed = Parsed { value: merged(ask, kind, old, wanted)?, duplicates: Vec::new() };
    decode(kind, parsed, Wording::Converter).map_err(|why| {
        let (version, said) = types(wanted);
        let shown = shown(version, said);
        unconverted(wanted, &format!("unable to convert unstructured object to {shown}: {why}"))
    })
}

/// What comes of it, whether or not it can be read as the kind.
///
/// # Errors
/// As [`applied`].
pub(super) fn merged(
    ask: &Ask<'_>,
    kind: &Kind,
    old: Option<&Value>,
    wanted: &Value,
) -> Result<Value, Refusal> {
    let of = fields::Type::of(kind.shape());
    let manager = ask.manager();
    check(kind, wanted)?;
    check_fields(of, wanted)?;
    let (version, now) = (kind.api_version(), timestamp(ask.now));
    let now = now.as_str().unwrap_or_default();
    let writer = fields::Writer {
        manager: &manager,
        version: &version,
        now,
        subresource: &ask.place.subresource,
        versions: &kind.versions(),
        reset: reset(kind, &ask.place.subresource),
    };
    let force = ask.query.flag("force").unwrap_or_default();
    let apply = if manager == "kubectl" { fields::apply_as_kubectl } else { fields::apply };
    apply(of, old, wanted, &writer, force).map_err(|refused| match refused {
        fields::Refused::Conflicts(found) => conflict(&found),
        fields::Refused::Unknown(faults) => Problem::plain(told(&faults)).into(),
    })
}

/// 500, as nobody could read what came of an apply.
pub(super) fn unconverted(wanted: &Value, why: &str) -> Refusal {
    let who = who(wanted);
    Problem::plain(format!("failed to convert new object ({who}) to proper version: {why}")).into()
}

/// The body: YAML, which JSON is too. Without the feature for the former, the latter alone.
pub(super) fn read(ask: &Ask<'_>) -> Result<Value, Refusal> {
    if ask.body.len() > body::LIMIT {
        return Err(Problem::too_large(body::LIMIT).into());
    }
    if ask.body.trim_ascii().is_empty() {
        return Ok(json!({}));
    }
    let parsed = match parse(ask.body) {
        Ok(parsed) => parsed,
        Err(_) if !cfg!(feature = "yaml") => {
            return Err(Problem::not_yet("applies in YAML that is not JSON").into());
        }
        Err(_) => body::yaml(ask.body).map_err(|why| {
            Problem::bad_request(format!("error decoding patch: error converting YAML to JSON: yaml: {why}"))
        })?,
    };
    if !parsed.duplicates.is_empty() {
        return Err(Problem::not_yet("applies with a key that stands twice").into());
    }
    match parsed.value {
        object @ Value::Object(_) => Ok(object),
        Value::Null => Ok(json!({})),
        other => {
            let word = crate::object::word(&other);
            Err(Problem::bad_request(format!(
                "error decoding patch: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {word} into Go value of type map[string]interface {{}}"
            ))
            .into())
        }
    }
}

/// What someone applies must be of the kind, and name no managers.
pub(super) fn check(kind: &Kind, wanted: &Value) -> Result<(), Refusal> {
    let (version, said) = types(wanted);
    if version != kind.api_version() || said != kind.kind {
        return Err(Problem::bad_request(format!("invalid object type: {}", shown(version, said))).into());
    }
    let managers = wanted.pointer("/metadata/managedFields").and_then(Value::as_array);
    if managers.is_some_and(|managers| managers.iter().all(Value::is_object)) {
        return Err(Problem::bad_request("metadata.managedFields must be nil").into());
    }
    Ok(())
}

/// What of it is not of its type.
fn check_fields(of: fields::Type<'_>, wanted: &Value) -> Result<(), Refusal> {
    let faults = fields::faults(of, wanted, "");
    if faults.is_empty() {
        return Ok(());
    }
    let why = told(&faults);
    Err(Problem::plain(format!("failed to create typed patch object ({}): {why}", who(wanted))).into())
}

/// One fault, or several in lines.
fn told(faults: &[String]) -> String {
    match faults {
        [one] => one.clone(),
        many => format!("errors:\n  {}", many.join("\n  ")),
    }
}

/// The `apiVersion` and `kind` of an object, both empty where the version is none.
fn types(object: &Value) -> (&str, &str) {
    let text = |field: &str| object.get(field).and_then(Value::as_str).unwrap_or_default();
    match text("apiVersion") {
        version if version.matches('/').count() > 1 => ("", ""),
        version => (version, text("kind")),
    }
}

/// Go's way to write them.
fn shown(version: &str, kind: &str) -> String {
    let (group, version) = version.split_once('/').unwrap_or(("", version));
    format!("{group}/{version}, Kind={kind}")
}

fn who(object: &Value) -> String {
    let (version, kind) = types(object);
    format!("{}/{}; {}", meta(object, "namespace"), meta(object, "name"), shown(version, kind))
}

/// 409, with all that others own.
fn conflict(found: &[fields::Conflict]) -> Refusal {
    let message = match found {
        [one] => {
            format!("Apply failed with 1 conflict: conflict with {}: {}", one.manager.shown(), one.path)
        }
        many => {
            let mut lines = Vec::new();
            let mut last = None;
            for conflict in many {
                if last != Some(&conflict.manager) {
                    lines.push(format!("conflicts with {}:", conflict.manager.shown()));
                    last = Some(&conflict.manager);
                }
                lines.push(format!("- {}", conflict.path));
            }
            format!("Apply failed with {} conflicts: {}", many.len(), lines.join("\n"))
        }
    };
    let causes = found.iter().map(|conflict| {
        json!({
            "reason": "FieldManagerConflict",
            "message": format!("conflict with {}", conflict.manager.shown()),
            "field": conflict.path,
        })
    });
    causes.fold(Problem::apply_conflict(message), Problem::cause).into()
}
