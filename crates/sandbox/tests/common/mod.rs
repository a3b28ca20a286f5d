//! What the tests of requests share.

use bytes::Bytes;
use http::Request;
use kubewire::Now;
use kubewire_sandbox::Sandbox;
use serde_json::Value;

/// Sends a request, with a body unless that is null: the answer's status, and what it says where it is JSON.
pub(crate) fn send(
    sandbox: &mut Sandbox,
    now: Now,
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    body: &Value,
) -> (u16, Value) {
    let mut request = Request::builder().method(method).uri(target);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let body = if body.is_null() { Bytes::new() } else { body.to_string().into() };
    let request = request.body(body).expect("it is a request");
    let answer = sandbox.handle(now, request).whole().expect("a whole answer");
    (answer.status().as_u16(), serde_json::from_slice(answer.body()).unwrap_or_default())
}
