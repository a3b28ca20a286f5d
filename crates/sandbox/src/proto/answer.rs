//! Answers in protobuf.
//!
//! Source: `protobuf.go` in `k8s.io/apimachinery/pkg/runtime/serializer/protobuf`, and the `generated.proto` of `meta/v1`.

use bytes::Bytes;
use http::{HeaderValue, Response, header};
use serde_json::{Map, Value};

use super::write::Message;
use super::{MAGIC, MEDIA};
use crate::object::text;
use crate::schema::{Typed, builtin};

/// An answer in JSON, in protobuf if all that it holds can be said in it.
pub(crate) fn answer(answer: Response<Bytes>) -> Response<Bytes> {
    let json = answer.headers().get(header::CONTENT_TYPE).is_some_and(|media| media == "application/json");
    let value = if json { serde_json::from_slice(answer.body()).ok() } else { None };
    let Some(body) = value.as_ref().and_then(body) else { return answer };
    let (mut head, _) = answer.into_parts();
    head.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA));
    Response::from_parts(head, body.into())
}

/// An event of a watch: its length, and a `WatchEvent`.
pub(crate) fn event(kind: &str, object: &Value) -> Option<Bytes> {
    let (mut event, mut raw) = (Message::default(), Message::default());
    raw.bytes(1, &body(object)?);
    event.bytes(1, kind.as_bytes());
    event.bytes(2, &raw.0);
    let length = u32::try_from(event.0.len()).ok()?;
    Some([&length.to_be_bytes()[..], &event.0].concat().into())
}

/// `runtime.Unknown`, which says what is in it.
pub(super) fn body(value: &Value) -> Option<Vec<u8>> {
    let (api_version, kind) = (text(value, "/apiVersion"), text(value, "/kind"));
    let (mut types, mut unknown) = (Message::default(), Message::default());
    types.bytes(1, api_version.as_bytes());
    types.bytes(2, kind.as_bytes());
    unknown.bytes(1, &types.0);
    unknown.bytes(2, &object(value, api_version, kind)?.0);
    unknown.bytes(3, b"");
    unknown.bytes(4, b"");
    Some([MAGIC, &unknown.0].concat())
}

fn object(value: &Value, api_version: &str, kind: &str) -> Option<Message> {
    let fields = value.as_object()?;
    match (api_version, kind) {
        ("v1", "Status") => Some(status(fields)),
        ("meta.k8s.io/v1", "PartialObjectMetadata") => partial(fields),
        ("meta.k8s.io/v1", "PartialObjectMetadataList") => list(fields, &|item| partial(item)),
        _ => match builtin().kind(api_version, kind) {
            Some(typed) => whole(fields, typed),
            None => {
                let typed = builtin().kind(api_version, kind.strip_suffix("List")?)?;
                list(fields, &|item| whole(item, typed))
            }
        },
    }
}

fn whole(fields: &Map<String, Value>, typed: Typed<'_>) -> Option<Message> {
    let mut out = Message::default();
    out.object(fields, typed)?;
    Some(out)
}

/// Metadata have the same type everywhere.
fn partial(fields: &Map<String, Value>) -> Option<Message> {
    let typed = builtin().kind("v1", "ConfigMap").and_then(|map| map.named("metadata"))?;
    let (mut out, mut metadata) = (Message::default(), Message::default());
    metadata.object(fields.get("metadata")?.as_object()?, typed)?;
    out.bytes(1, &metadata.0);
    Some(out)
}

fn list(
    fields: &Map<String, Value>,
    item: &dyn Fn(&Map<String, Value>) -> Option<Message>,
) -> Option<Message> {
    let (mut out, mut metadata) = (Message::default(), Message::default());
    let own = fields.get("metadata")?;
    for (number, name) in [(2, "resourceVersion"), (3, "continue")] {
        if let Some(text) = own.get(name).and_then(Value::as_str) {
            metadata.bytes(number, text.as_bytes());
        }
    }
    if let Some(count) = own.get("remainingItemCount").and_then(Value::as_i64) {
        metadata.number(4, count);
    }
    out.bytes(1, &metadata.0);
    // Go's nil is an empty list, too.
    for one in fields.get("items").and_then(Value::as_array).into_iter().flatten() {
        out.bytes(2, &item(one.as_object()?)?.0);
    }
    Some(out)
}

fn status(fields: &Map<String, Value>) -> Message {
    let texts = |out: &mut Message, own: &Map<String, Value>, names: &[(u64, &str)]| {
        for (number, name) in names {
            if let Some(text) = own.get(*name).and_then(Value::as_str) {
                out.bytes(*number, text.as_bytes());
            }
        }
    };
    let mut out = Message::default();
    out.bytes(1, b"");
    texts(&mut out, fields, &[(2, "status"), (3, "message"), (4, "reason")]);
    if let Some(own) = fields.get("details").and_then(Value::as_object) {
        let mut details = Message::default();
        texts(&mut details, own, &[(1, "name"), (2, "group"), (3, "kind")]);
        let causes = own.get("causes").and_then(Value::as_array);
        for own in causes.into_iter().flatten().filter_map(Value::as_object) {
            let mut cause = Message::default();
            texts(&mut cause, own, &[(1, "reason"), (2, "message"), (3, "field")]);
            details.bytes(4, &cause.0);
        }
        if let Some(seconds) = own.get("retryAfterSeconds").and_then(Value::as_i64) {
            details.number(5, seconds);
        }
        texts(&mut details, own, &[(6, "uid")]);
        out.bytes(5, &details.0);
    }
    if let Some(code) = fields.get("code").and_then(Value::as_i64) {
        out.number(6, code);
    }
    out
}
