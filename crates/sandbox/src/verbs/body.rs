//! The object in a request's body.
//!
//! Source: `transformDecodeError` and the decoding in `k8s.io/apiserver/pkg/endpoints/handlers`.

use serde_json::Value;

use super::ask::Ask;
use crate::object::{Parsed, Wording, decode, parse, quote};
use crate::registry::Kind;
use crate::wire::{Problem, Refusal};

/// The largest body, in bytes.
pub(super) const LIMIT: usize = 3 * 1024 * 1024;
const YAML: &str = "application/yaml";
const PROTOBUF: &str = "application/vnd.kubernetes.protobuf";
const ACCEPTED: &str = "application/json, application/yaml, application/vnd.kubernetes.protobuf";

fn media<'a>(ask: &'a Ask<'_>) -> &'a str {
    ask.content_type.split(';').next().unwrap_or_default().trim()
}

/// Reads YAML. Where the feature is off, none is.
pub(super) fn yaml(body: &[u8]) -> Result<Parsed, String> {
    #[cfg(feature = "yaml")]
    let parsed = crate::object::parse_yaml(body);
    #[cfg(not(feature = "yaml"))]
    let parsed = parse(body);
    parsed
}

/// Reads the body, in the language that it says it is in.
///
/// # Errors
/// What is wrong, as the server begins to say it.
pub(super) fn parsed(ask: &Ask<'_>) -> Result<Parsed, String> {
    if media(ask) == YAML {
        return yaml(ask.body).map_err(|why| format!("yaml: {why}"));
    }
    #[cfg(feature = "protobuf")]
    if media(ask) == crate::proto::MEDIA {
        let value = crate::proto::parse(ask.body, ask.place.kind.shape())?;
        return Ok(Parsed { value, duplicates: Vec::new() });
    }
    parse(ask.body).map_err(|why| format!("couldn't get version/kind; json parse error: {why}"))
}

/// 415 where nobody reads such a body, 413 where it is too large.
pub(super) fn check(ask: &Ask<'_>) -> Result<(), Refusal> {
    match media(ask) {
        "" | "application/json" => {}
        YAML if cfg!(feature = "yaml") => {}
        PROTOBUF if cfg!(feature = "protobuf") && ask.place.kind.custom.is_none() => {}
        media @ (YAML | PROTOBUF) => {
            return Err(Problem::not_yet(&format!("bodies of type {media}")).into());
        }
        _ => return Err(Problem::unsupported_media_type(ACCEPTED).into()),
    }
    if ask.body.len() > LIMIT {
        return Err(Problem::too_large(LIMIT).into());
    }
    Ok(())
}

/// Reads the body as an object of the place's kind. What strict decoding finds becomes warnings, or a refusal, as the request wants it.
///
/// # Errors
/// 400 in the server's words.
pub(super) fn object(ask: &mut Ask<'_>) -> Result<Value, Refusal> {
    let kind = std::sync::Arc::clone(&ask.place.kind);
    object_of(ask, &kind)
}

/// The same, of a kind that is not the place's.
///
/// # Errors
/// As above.
pub(super) fn object_of(ask: &mut Ask<'_>, kind: &Kind) -> Result<Value, Refusal> {
    let unrecognized = |why: &str| {
        let summary = summary(ask.body);
        Problem::bad_request(format!(
            "the object provided is unrecognized (must be of type {}): {why} ({summary})",
            kind.kind
        ))
    };
    let untyped = |why: String| unrecognized(&format!("couldn't get version/kind; json parse error: {why}"));
    let parsed = parsed(ask).map_err(|why| unrecognized(&why))?;
    let lax = ask.query.text("fieldValidation") == "Ignore";
    if media(ask) == YAML && !parsed.duplicates.is_empty() && !lax {
        // The server tells of their lines, which nobody here knows.
        return Err(Problem::not_yet("YAML with a key that stands twice").into());
    }
    let own_kind = type_text(&parsed.value, "kind").map_err(untyped)?;
    let own_version = type_text(&parsed.value, "apiVersion").map_err(untyped)?;
    if let Some(version) = own_version.as_ref().filter(|version| version.matches('/').count() > 1) {
        return Err(unrecognized(&format!("unexpected GroupVersion string: {version}")).into());
    }
    if kind.custom.is_some() && own_kind.is_none() {
        let why = format!("Object 'Kind' is missing in '{}'", String::from_utf8_lossy(ask.body));
        let lately = || Problem::bad_request(cannot_be_handled(&kind.kind, &kind.version, &kind.kind, &why));
        return Err(if lax { lately() } else { unrecognized(&why) }.into());
    }
    // A group that is empty and a version that is not: the core group, in Go's eyes.
    let own_version =
        own_version.map(|version| version.strip_prefix('/').map(str::to_owned).unwrap_or(version));
    if own_version.as_ref().is_some_and(|version| version.ends_with('/')) && kind.custom.is_none() {
        let why = format!("Object 'apiVersion' is missing in '{}'", String::from_utf8_lossy(ask.body));
        let said = own_kind.as_ref().unwrap_or(&kind.kind);
        return Err(Problem::bad_request(cannot_be_handled(said, "", &kind.kind, &why)).into());
    }
    let said_kind = own_kind.unwrap_or_else(|| kind.kind.clone());
    // A custom object must say what it is.
    let said_version =
        own_version.unwrap_or_else(|| if kind.custom.is_some() { String::new() } else { kind.api_version() });
    let version = said_version.rsplit('/').next().unwrap_or_default().to_owned();
    let handled = |why: &str| Problem::bad_request(cannot_be_handled(&said_kind, &version, &kind.kind, why));
    let known = || said_kind == kind.kind && ask.registry.by_kind(&said_version, &said_kind).is_some();
    let other_version = || {
        Problem::bad_request(format!(
            "the API version in the data ({said_version}) does not match the expected API version ({})",
            kind.api_version()
        ))
    };
    if said_version != kind.api_version() && kind.custom.is_none() && known() {
        return Err(other_version().into());
    }
    if kind.custom.is_none() {
        // A custom object of another kind is refused when it is validated.
        other_kind(ask, kind, &said_version, &said_kind).map_err(|why| handled(&why))?;
    }
    let decoded = decode(kind, parsed, Wording::Json).map_err(|why| handled(&why))?;
    match ask.query.text("fieldValidation") {
        "Ignore" => {}
        "Strict" if !decoded.strict.is_empty() && said_version.is_empty() => {
            let why = "Object 'apiVersion' is missing in 'object has no apiVersion field'";
            return Err(Problem::bad_request(why).into());
        }
        "Strict" if !decoded.strict.is_empty() => {
            let why = format!("strict decoding error: {}", decoded.strict.join(", "));
            // What was read is of the kind that it says.
            return Err(
                Problem::bad_request(cannot_be_handled(&said_kind, &version, &said_kind, &why)).into()
            );
        }
        _ => ask.warnings.extend(decoded.strict),
    }
    // Whatever group and version a custom object says, it is read.
    if said_version != kind.api_version() && kind.custom.is_some() {
        return Err(other_version().into());
    }
    ask.raw = decoded.raw;
    Ok(decoded.object)
}

fn cannot_be_handled(said: &str, version: &str, kind: &str, why: &str) -> String {
    format!("{said} in version {} cannot be handled as a {kind}: {why}", quote(version))
}

/// What is wrong where an object says that it is of another kind: the real server first asks its scheme for the kind, then fails to
/// convert it.
pub(super) fn other_kind(ask: &Ask<'_>, kind: &Kind, api_version: &str, said: &str) -> Result<(), String> {
    if said == kind.kind && api_version == kind.api_version() {
        return Ok(());
    }
    Err(match ask.registry.by_kind(api_version, said) {
        None => format!(
            "no kind {} is registered for version {} in scheme \"pkg/runtime/scheme.go:111\"",
            quote(said),
            quote(api_version)
        ),
        Some(known) => format!(
            "converting ({}.{said}) to ({}.{}): unknown conversion",
            known.version,
            kind.package(),
            kind.kind
        ),
    })
}

/// The text of `kind` or `apiVersion`; `None` where it is missing or empty.
pub(super) fn type_text(value: &Value, field: &str) -> Result<Option<String>, String> {
    let go =
        |word: &str| format!("json: cannot unmarshal {word} into Go struct field .{field} of type string");
    let Value::Object(fields) = value else { return not_an_object(value) };
    Ok(match fields.get(field) {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => Some(text.clone()).filter(|text| !text.is_empty()),
        Some(Value::Bool(_)) => return Err(go("bool")),
        Some(Value::Number(_)) => return Err(go("number")),
        Some(Value::Array(_)) => return Err(go("array")),
        Some(Value::Object(_)) => return Err(go("object")),
    })
}

fn not_an_object(value: &Value) -> Result<Option<String>, String> {
    let word = match value {
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Null | Value::Object(_) => return Ok(None),
    };
    Err(format!(
        "json: cannot unmarshal {word} into Go value of type struct {{ APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; Kind string \"json:\\\"kind,omitempty\\\"\" }}"
    ))
}

/// apiserver's `summarizeData`.
fn summary(body: &[u8]) -> String {
    const LENGTH: usize = 30;
    let dots = if body.len() > LENGTH { " ..." } else { "" };
    let start = body.get(..LENGTH).unwrap_or(body);
    match body.first() {
        None => "<empty>".to_owned(),
        Some(b'{') => format!("{}{dots}", String::from_utf8_lossy(start)),
        Some(_) => {
            let hex: String = start.iter().map(|byte| format!("{byte:02x}")).collect();
            format!("{hex}{dots}")
        }
    }
}
