//! One request to the sandbox, and how its answer and the real server's are compared.

use std::task::Poll;

use bytes::Bytes;
use http::Request;
use kubewire::Now;
use kubewire_sandbox::{Reply, Sandbox};
use serde_json::Value;

pub(crate) const TABLE: &str = "application/json;as=Table;v=v1;g=meta.k8s.io";

/// An answer's status and its values, a line a value, without what differs from server to server.
pub(crate) struct Told(pub(crate) u16, pub(crate) Vec<Value>);

pub(crate) fn told(status: u16, body: &[u8]) -> Told {
    let values = serde_json::Deserializer::from_slice(body).into_iter::<Value>();
    let mut values: Vec<Value> = values.map(|value| value.expect("JSON")).collect();
    values.iter_mut().for_each(alike);
    // How many bookmarks fit in before a watch's end is a matter of the server's clock.
    values.dedup_by(|next, last| next["type"] == "BOOKMARK" && last["type"] == "BOOKMARK");
    Told(status, values)
}

fn alike(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            // Who owns which field is not compared here.
            fields.remove("managedFields");
            for name in [
                "uid",
                "controller-uid",
                "batch.kubernetes.io/controller-uid",
                "resourceVersion",
                "creationTimestamp",
                "deletionTimestamp",
                "continue",
            ] {
                if let Some(field) = fields.get_mut(name) {
                    *field = "some".into();
                }
            }
            for cell in fields.get_mut("cells").and_then(Value::as_array_mut).into_iter().flatten() {
                if let Some(kind) = cell.as_str().and_then(moment) {
                    *cell = kind.into();
                }
                if let Some((label, _)) = cell.as_str().and_then(|cell| cell.split_once("controller-uid=")) {
                    *cell = format!("{label}controller-uid=some").into();
                }
            }
            fields.values_mut().for_each(alike);
        }
        Value::Array(items) => items.iter_mut().for_each(alike),
        _ => {}
    }
}

pub(crate) fn ours(sandbox: &mut Sandbox, now: &mut Now, request: &Request<Vec<u8>>) -> Told {
    let mut request = request.clone().map(Bytes::from);
    let bearer = format!("Bearer {}", sandbox.admin());
    request.headers_mut().insert("authorization", bearer.parse().expect("a token is text"));
    match sandbox.handle(*now, request) {
        Reply::Whole(answer) => told(answer.status().as_u16(), answer.body()),
        Reply::Watch(answer) => {
            let (status, mut watch, mut body) = (answer.status(), answer.into_body(), Vec::new());
            loop {
                match sandbox.poll(&mut watch, *now) {
                    Poll::Ready(Some(line)) => body.extend(line),
                    Poll::Ready(None) => return told(status.as_u16(), &body),
                    Poll::Pending => now.mono = now.mono.max(watch.timeout()),
                }
            }
        }
        other => panic!("{other:?}"),
    }
}

/// What a cell is called that says how few seconds ago something was, or when.
fn moment(cell: &str) -> Option<&'static str> {
    let seconds = cell.strip_suffix('s').is_some_and(|digits| digits.parse::<u8>().is_ok());
    let time = cell.len() == 20 && cell.ends_with('Z') && cell.parse::<kubewire::Time>().is_ok();
    match (seconds, time && !cell.starts_with("0001")) {
        (true, _) => Some("seconds"),
        (_, true) => Some("time"),
        _ => None,
    }
}
