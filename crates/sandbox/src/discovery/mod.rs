//! What is served, as the server tells it: the old documents, one a group and version, and the aggregated one.

mod aggregated;
mod legacy;
#[cfg(feature = "openapi")]
mod openapi;
mod subresource;

use bytes::Bytes;
use http::Method;
use serde_json::json;

use crate::registry::Registry;
use crate::reply::Reply;
use crate::wire::{Accepts, Can, Problem, Refusal, encode, negotiate};

/// Answers for `/api`, `/apis`, and below.
pub(crate) fn answer(
    registry: &Registry,
    method: &Method,
    parts: &[String],
    accept: Option<&str>,
) -> Result<Reply, Refusal> {
    if method != Method::GET {
        return Err(Problem::method_not_allowed().into());
    }
    let words: Vec<&str> = parts.iter().map(String::as_str).collect();
    if let ["api" | "apis"] = words.as_slice()
        && accept.is_some_and(aggregated::is_wanted)
    {
        let core = words.as_slice() == ["api"];
        return Ok(aggregated::answer(registry, core));
    }
    negotiate(accept, Accepts::One, Can { table: false, message: false })?;
    let document = match words.as_slice() {
        ["api"] => legacy::versions(),
        ["apis"] => legacy::groups(registry),
        ["apis", group] => legacy::group(registry, group).ok_or(Refusal::NotFoundText)?,
        ["api", version] => legacy::resources(registry, "", version).ok_or(Refusal::NotFoundText)?,
        ["apis", group, version] => {
            legacy::resources(registry, group, version).ok_or(Refusal::NotFoundText)?
        }
        _ => return Err(Refusal::NotFoundText),
    };
    Ok(Reply::json(200, encode(&document), &[]))
}

/// Answers for what is no resource: `/version`, `/healthz` and its kin, `/openapi/v3`.
pub(crate) fn other(registry: &Registry, method: &Method, path: &str) -> Result<Reply, Refusal> {
    if method != Method::GET {
        return Err(Refusal::NotFoundText);
    }
    if let Some(path) = path.strip_prefix("/openapi/v3") {
        return openapi(registry, path.trim_matches('/'));
    }
    match path.trim_end_matches('/') {
        "/version" => Ok(Reply::json(200, version(), &[])),
        "/healthz" | "/livez" | "/readyz" => Ok(Reply::text(200, "ok")),
        _ => Err(Refusal::NotFoundText),
    }
}

/// The index of OpenAPI's documents, or one of them.
#[cfg(feature = "openapi")]
fn openapi(registry: &Registry, path: &str) -> Result<Reply, Refusal> {
    let found =
        if path.is_empty() { Some(openapi::index(registry)) } else { openapi::document(registry, path) };
    found.map(|document| Reply::json(200, encode(&document), &[])).ok_or(Refusal::NotFoundText)
}

/// Without the feature there is none.
#[cfg(not(feature = "openapi"))]
fn openapi(_: &Registry, _: &str) -> Result<Reply, Refusal> {
    Err(Refusal::NotFoundText)
}

/// The version of Kubernetes that the sandbox answers as. How it was built is left as Go leaves it where nobody says.
fn version() -> Bytes {
    encode(&json!({
        "major": "1",
        "minor": "37",
        "emulationMajor": "1",
        "emulationMinor": "37",
        "minCompatibilityMajor": "1",
        "minCompatibilityMinor": "36",
        "gitVersion": "v1.37.2",
        "gitCommit": "",
        "gitTreeState": "",
        "buildDate": "1970-01-01T00:00:00Z",
        "goVersion": "",
        "compiler": "gc",
        "platform": "linux/amd64",
    }))
}
