//! The one builder of the API's errors: `metav1.Status`.
//!
//! Source: `k8s.io/apimachinery/pkg/api/errors`, whose constructors these are.

use std::collections::HashSet;

use bytes::Bytes;
use http::{Response, StatusCode, header};
use serde_json::{Map, Value, json};

use super::encode::encode;
use crate::validate::Fault;

/// Why a request is not done.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// As a Status.
    Status(Box<Problem>),
    /// As Go's plain `404 page not found`.
    NotFoundText,
    /// As the plain text of who serves a group in the name of another server that is not there.
    Unavailable,
    /// Not yet: it depends on a version that is still to come, or on three seconds to go by.
    Later {
        /// The version waited for.
        revision: u64,
    },
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self::Status(Box::new(problem))
    }
}

/// A Status that says no.
#[derive(Clone, Debug, Default)]
pub(crate) struct Problem {
    pub(crate) code: u16,
    pub(crate) reason: &'static str,
    pub(crate) message: String,
    /// `None`: there is none in the answer; an empty one is written as `{}`.
    details: Option<Map<String, Value>>,
    /// A list can go on from here.
    continue_token: String,
    /// In seconds.
    retry_after: Option<u32>,
}

impl Problem {
    fn new(code: u16, reason: &'static str, message: impl Into<String>) -> Self {
        Self { code, reason, message: message.into(), ..Self::default() }
    }

    fn details(mut self, details: Value) -> Self {
        let Value::Object(mut details) = details else { return self };
        details.retain(|_, value| value.as_str() != Some(""));
        self.details = Some(details);
        self
    }

    /// 400.
    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(400, "BadRequest", message)
    }

    /// 500 that an error without a Status of its own becomes: no reason.
    pub(crate) fn plain(message: impl Into<String>) -> Self {
        Self::new(500, "", message)
    }

    /// 501: what the real server does, and the sandbox does not yet. It is never passed over in silence.
    pub(crate) fn not_yet(what: &str) -> Self {
        Self::new(501, "NotImplemented", format!("the sandbox does not do this yet: {what}"))
    }

    /// 401.
    pub(crate) fn unauthorized() -> Self {
        Self::new(401, "Unauthorized", "Unauthorized")
    }

    /// 404 for an object.
    pub(crate) fn not_found(group: &str, plural: &str, name: &str) -> Self {
        let message = format!("{} {} not found", qualified(group, plural), crate::object::quote(name));
        Self::new(404, "NotFound", message).details(json!({"name": name, "group": group, "kind": plural}))
    }

    /// 404 for a path below a served version of a group.
    pub(crate) fn no_such_resource() -> Self {
        Self::new(404, "NotFound", "the server could not find the requested resource").details(json!({}))
    }

    /// 405 for a custom resource, of which the server knows which one it is.
    pub(crate) fn verb_not_supported(group: &str, plural: &str, verb: &str) -> Self {
        let qualified = if group.is_empty() { plural.to_owned() } else { format!("{plural}.{group}") };
        let message = format!("{verb} is not supported on resources of kind \"{qualified}\"");
        Self::new(405, "MethodNotAllowed", message).details(json!({"group": group, "kind": plural}))
    }

    /// 405.
    pub(crate) fn method_not_allowed() -> Self {
        let message = "the server does not allow this method on the requested resource";
        Self::new(405, "MethodNotAllowed", message).details(json!({}))
    }

    /// 409 on create.
    pub(crate) fn already_exists(group: &str, plural: &str, name: &str) -> Self {
        let message = format!("{} {} already exists", qualified(group, plural), crate::object::quote(name));
        Self::new(409, "AlreadyExists", message)
            .details(json!({"name": name, "group": group, "kind": plural}))
    }

    /// 409 on everything else. `kind` is the plural, or the Kind.
    pub(crate) fn conflict(group: &str, kind: &str, name: &str, why: &str) -> Self {
        let quoted = crate::object::quote(name);
        let message = format!("Operation cannot be fulfilled on {} {quoted}: {why}", qualified(group, kind));
        Self::new(409, "Conflict", message).details(json!({"name": name, "group": group, "kind": kind}))
    }

    /// 409 of an apply.
    pub(crate) fn apply_conflict(message: String) -> Self {
        Self::new(409, "Conflict", message).details(json!({}))
    }

    /// 403. A name or a resource that is not known is left out.
    pub(crate) fn forbidden(group: &str, plural: &str, name: &str, why: &str) -> Self {
        let message = match (plural, name) {
            ("", _) => format!("forbidden: {why}"),
            (_, "") => format!("{} is forbidden: {why}", qualified(group, plural)),
            _ => format!("{} {} is forbidden: {why}", qualified(group, plural), crate::object::quote(name)),
        };
        Self::new(403, "Forbidden", message).details(json!({"name": name, "group": group, "kind": plural}))
    }

    /// 422.
    pub(crate) fn invalid(group: &str, kind: &str, name: &str, faults: &[Fault]) -> Self {
        let faults = Fault::readable(faults);
        let list = joined(faults);
        let quoted = crate::object::quote(name);
        let message = format!("{} {quoted} is invalid: {list}", qualified(group, kind));
        let causes: Vec<Value> = faults
            .iter()
            .map(|fault| json!({"reason": fault.reason(), "message": fault.body(), "field": fault.shown_field()}))
            .collect();
        Self::new(422, "Invalid", message)
            .details(json!({"name": name, "group": group, "kind": kind, "causes": causes}))
    }

    /// 500, of what is wrong where nobody makes more of it.
    pub(crate) fn aggregate(faults: &[Fault]) -> Self {
        Self::plain(joined(faults))
    }

    /// 406.
    pub(crate) fn not_acceptable(message: impl Into<String>) -> Self {
        Self::new(406, "NotAcceptable", message)
    }

    /// 406 of the router, which comes before the resource is looked at.
    pub(crate) fn not_acceptable_route(message: &str) -> Self {
        Self::not_acceptable(message).details(json!({}))
    }

    /// 415.
    pub(crate) fn unsupported_media_type(accepted: &str) -> Self {
        let message = format!(
            "the body of the request was in an unknown format - accepted media types include: {accepted}"
        );
        Self::new(415, "UnsupportedMediaType", message)
    }

    /// 415 of the router, which comes before the resource is looked at.
    pub(crate) fn unsupported_media_type_route() -> Self {
        Self::new(415, "UnsupportedMediaType", "415: Unsupported Media Type").details(json!({}))
    }

    /// 500 of the server's own making.
    pub(crate) fn internal(why: &str) -> Self {
        Self::new(500, "InternalError", format!("Internal error occurred: {why}"))
            .details(json!({"causes": [{"message": why}]}))
    }

    /// 429; with 0 seconds it is not said when to come again.
    pub(crate) fn too_many_requests(message: &str, seconds: u32) -> Self {
        let problem = Self::new(429, "TooManyRequests", message);
        if seconds == 0 {
            return problem.details(json!({}));
        }
        let problem = problem.details(json!({"retryAfterSeconds": seconds}));
        Self { retry_after: Some(seconds), ..problem }
    }

    /// 503.
    pub(crate) fn unavailable(why: &str) -> Self {
        Self::new(503, "ServiceUnavailable", why)
    }

    /// 504.
    pub(crate) fn timeout(why: &str) -> Self {
        Self::new(504, "Timeout", format!("Timeout: {why}")).details(json!({}))
    }

    /// 422 without a word why.
    pub(crate) fn unprocessable() -> Self {
        let message = "the server rejected our request due to an error in our request";
        Self::new(422, "Invalid", message).details(json!({}))
    }

    /// 413 for a JSON patch.
    pub(crate) fn too_many_operations(limit: usize, count: usize) -> Self {
        let message = format!("The allowed maximum operations in a JSON patch is {limit}, got {count}");
        Self::new(413, "RequestEntityTooLarge", message)
    }

    /// 413.
    pub(crate) fn too_large(limit: usize) -> Self {
        Self::new(413, "RequestEntityTooLarge", format!("Request entity too large: limit is {limit}"))
    }

    /// 410.
    pub(crate) fn expired(message: impl Into<String>) -> Self {
        Self::new(410, "Expired", message)
    }

    /// 410 for a page, with the token for an inconsistent rest.
    pub(crate) fn expired_page(message: &str, token: String) -> Self {
        Self { continue_token: token, ..Self::expired(message) }
    }

    /// 504 after three seconds without the version that was asked for.
    pub(crate) fn too_large_version(wanted: u64, current: u64) -> Self {
        let message = format!("Timeout: Too large resource version: {wanted}, current: {current}");
        let cause = json!({"reason": "ResourceVersionTooLarge", "message": "Too large resource version"});
        let problem =
            Self::new(504, "Timeout", message).details(json!({"causes": [cause], "retryAfterSeconds": 1}));
        Self { retry_after: Some(1), ..problem }
    }

    /// A version that is no number, as storage refuses it: 500.
    pub(crate) fn invalid_version(text: &str, why: &str) -> Self {
        Self::plain(version_fault(text, why))
    }

    /// A version that is no number, as lists refuse it: 400.
    pub(crate) fn bad_version(text: &str, why: &str) -> Self {
        Self::bad_request(format!("invalid resource version: {}", version_fault(text, why)))
    }

    /// Adds a cause.
    pub(crate) fn cause(mut self, cause: Value) -> Self {
        let details = self.details.get_or_insert_default();
        if let Value::Array(causes) = details.entry("causes").or_insert_with(|| json!([])) {
            causes.push(cause);
        }
        self
    }

    /// The name is still taken by an object on its way out.
    pub(crate) fn being_deleted(mut self, qualified: &str, name: &str) -> Self {
        let name = crate::object::quote(name);
        self.message = format!("object is being deleted: {qualified} {name} already exists");
        self
    }

    /// The Status as a value; also the object of a watch's ERROR event.
    pub(crate) fn value(&self) -> Value {
        let mut status = json!({
            "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
            "message": self.message, "code": self.code,
        });
        if !self.reason.is_empty() {
            crate::object::put(&mut status, "reason", self.reason);
        }
        if !self.continue_token.is_empty() {
            crate::object::put(&mut status, "metadata", json!({"continue": self.continue_token}));
        }
        if let Some(details) = &self.details {
            crate::object::put(&mut status, "details", Value::Object(details.clone()));
        }
        status
    }
}

impl Refusal {
    /// The answer.
    pub(crate) fn answer(&self) -> Response<Bytes> {
        let (code, kind, body) = match self {
            Self::Status(problem) => (problem.code, "application/json", encode(&problem.value())),
            Self::NotFoundText => (404, "text/plain; charset=utf-8", Bytes::from("404 page not found\n")),
            Self::Unavailable => (503, "text/plain; charset=utf-8", Bytes::from("service unavailable\n")),
            // Whoever parks a request asks again; nobody is answered with this.
            Self::Later { .. } => (504, "text/plain; charset=utf-8", Bytes::new()),
        };
        let mut answer = Response::new(body);
        *answer.status_mut() = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = answer.headers_mut();
        headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static(kind));
        if let Self::Status(problem) = self {
            if let Some(seconds) = problem.retry_after {
                headers.insert(header::RETRY_AFTER, seconds.into());
            }
            if problem.code == 403 {
                let value = header::HeaderValue::from_static("nosniff");
                headers.insert(header::X_CONTENT_TYPE_OPTIONS, value);
            }
        }
        answer
    }
}

fn version_fault(text: &str, why: &str) -> String {
    Fault::invalid("resourceVersion", text, why).text()
}

/// `NAME.GROUP`, or `NAME` in the core group.
pub(crate) fn qualified(group: &str, name: &str) -> String {
    if group.is_empty() { name.to_owned() } else { format!("{name}.{group}") }
}

/// All faults in one text, each once: `NewAggregate` of apimachinery.
fn joined(faults: &[Fault]) -> String {
    let mut seen = HashSet::new();
    let texts: Vec<String> =
        faults.iter().map(Fault::text).filter(|text| seen.insert(text.clone())).collect();
    match texts.as_slice() {
        [one] => one.clone(),
        _ => format!("[{}]", texts.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_written_as_the_server_does() {
        let text = |problem: Problem| Refusal::from(problem).answer();
        let answer = text(Problem::not_found("apps", "deployments", "d"));
        assert_eq!(answer.status(), 404);
        let wanted = json!({
            "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
            "message": "deployments.apps \"d\" not found", "reason": "NotFound",
            "details": {"name": "d", "group": "apps", "kind": "deployments"}, "code": 404,
        });
        assert_eq!(serde_json::from_slice::<Value>(answer.body()).unwrap(), wanted);
        // Of the core group the group is left out; where there are no details, so is the field.
        let core = Problem::not_found("", "pods", "p").value();
        assert_eq!(core["details"], json!({"name": "p", "kind": "pods"}));
        assert!(Problem::plain("x").value().get("details").is_none());
        assert!(Problem::plain("x").value().get("reason").is_none());
        assert_eq!(Problem::no_such_resource().value()["details"], json!({}));
        let late = text(Problem::too_large_version(9, 2));
        assert_eq!((late.status().as_u16(), &late.headers()["retry-after"]), (504, &"1".parse().unwrap()));
    }
}
