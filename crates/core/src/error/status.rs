//! The API's own error.

use alloc::borrow::Cow;
use core::fmt;

use crate::json;
use crate::prelude::*;
use crate::text::{digits, printable, push_number};

/// The API server's answer when it says no: Kubernetes' [`Status`](https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/).
///
/// Where the answer's body is no Status (a proxy's page, say), one is made from the HTTP code, with the body's text, 2,048 bytes
/// of it at most, as the message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Status {
    /// The HTTP code that the Status itself gives, or else the answer's.
    pub code: u16,
    /// One word for programs, such as `NotFound`, `Conflict` or `Forbidden`.
    pub reason: String,
    /// A sentence for people.
    pub message: String,
    /// What it is about.
    pub details: StatusDetails,
    /// With a 410 in the middle of a list: the token with which one can go on, inconsistently. Else empty.
    pub continue_token: String,
    /// The answer's `Warning` texts.
    pub warnings: Vec<String>,
}

/// What a [`Status`] is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct StatusDetails {
    /// The object's name.
    pub name: String,
    /// The API group.
    pub group: String,
    /// The kind, or often the resource's plural.
    pub kind: String,
    /// The object's uid.
    pub uid: String,
    /// The single problems, field by field.
    pub causes: Vec<Cause>,
    /// How many seconds to wait before another try.
    pub retry_after_seconds: Option<u64>,
}

/// One problem of a [`Status`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cause {
    /// One word for programs, such as `FieldValueInvalid`.
    pub reason: String,
    /// A sentence for people.
    pub message: String,
    /// The field, such as `spec.containers[0].name`.
    pub field: String,
}

/// client-go keeps as much of a body that is no Status.
const TEXT_LIMIT: usize = 2048;

/// No Status is larger, so larger successes are not searched for one.
const LARGEST_STATUS: usize = 64 * 1024;

impl Status {
    /// Reads a Status object. `None` where the JSON is something else.
    #[must_use]
    pub fn from_json(body: &[u8]) -> Option<Self> {
        if json::text(body, &["kind"])? != "Status" {
            return None;
        }
        let text = |path: &[&str]| json::text(body, path).map(Cow::into_owned).unwrap_or_default();
        let causes = json::find(body, &["details", "causes"]).and_then(json::Elements::open);
        let cause = |(_, cause)| {
            let text = |name| json::text(cause, &[name]).map(Cow::into_owned).unwrap_or_default();
            Cause { reason: text("reason"), message: text("message"), field: text("field") }
        };
        Some(Self {
            code: json::number(body, &["code"]).and_then(|code| code.try_into().ok()).unwrap_or_default(),
            reason: text(&["reason"]),
            message: text(&["message"]),
            details: StatusDetails {
                name: text(&["details", "name"]),
                group: text(&["details", "group"]),
                kind: text(&["details", "kind"]),
                uid: text(&["details", "uid"]),
                causes: causes.into_iter().flatten().map(cause).collect(),
                retry_after_seconds: json::number(body, &["details", "retryAfterSeconds"]),
            },
            continue_token: text(&["metadata", "continue"]),
            warnings: Vec::new(),
        })
    }

    /// The Status of an answer that is a failure; `None` for a success. `create` says that the call was a POST.
    pub(crate) fn of_answer(code: u16, body: &[u8], create: bool) -> Option<Self> {
        let success = (200..=206).contains(&code);
        if success && body.len() > LARGEST_STATUS {
            return None;
        }
        #[cfg(feature = "std")]
        let given = crate::protobuf::status(body).or_else(|| Self::from_json(body));
        #[cfg(not(feature = "std"))]
        let given = Self::from_json(body);
        let given = given.filter(|_| !success || json::text(body, &["status"]).as_deref() == Some("Failure"));
        if success && given.is_none() {
            return None;
        }
        let mut status = given.unwrap_or_else(|| Self { message: start_of(body), ..Self::default() });
        if status.code == 0 {
            status.code = if success { 500 } else { code };
        }
        if status.reason.is_empty() {
            status.reason = reason_of(status.code, create).into();
        }
        Some(status)
    }

    /// Writes the Status as the API server would.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut out = String::from("{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\"");
        let mut field = |name: &str, text: &str, last: &str| {
            if !text.is_empty() {
                out.push_str(name);
                json::push_string(&mut out, text);
            }
            out.push_str(last);
        };
        field(",\"message\":", &self.message, "");
        field(",\"reason\":", &self.reason, "");
        field(
            ",\"metadata\":{\"continue\":",
            &self.continue_token,
            if self.continue_token.is_empty() { "" } else { "}" },
        );
        let StatusDetails { name, group, kind, uid, causes, retry_after_seconds } = &self.details;
        field("", "", ",\"details\":{\"causes\":[");
        for (index, cause) in causes.iter().enumerate() {
            field("", "", if index == 0 { "{\"reason\":" } else { ",{\"reason\":" });
            field("", &cause.reason, if cause.reason.is_empty() { "\"\"" } else { "" });
            field(",\"message\":", &cause.message, "");
            field(",\"field\":", &cause.field, "}");
        }
        field("", "", "]");
        for (key, text) in
            [(",\"name\":", name), (",\"group\":", group), (",\"kind\":", kind), (",\"uid\":", uid)]
        {
            field(key, text, "");
        }
        if let Some(seconds) = retry_after_seconds {
            out.push_str(",\"retryAfterSeconds\":");
            push_number(&mut out, *seconds);
        }
        out.push_str("},\"code\":");
        push_number(&mut out, self.code.into());
        out.push('}');
        out
    }

    /// There is no such object, or no such resource (404).
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.reason == "NotFound"
    }

    /// An object of this name is there already (409 on create).
    #[must_use]
    pub fn is_already_exists(&self) -> bool {
        self.reason == "AlreadyExists"
    }

    /// The object changed since it was read: read it again (409). Also a field that another manager owns, on apply.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        self.reason == "Conflict"
    }

    /// RBAC, or an admission plugin, does not allow it (403).
    #[must_use]
    pub fn is_forbidden(&self) -> bool {
        self.reason == "Forbidden"
    }

    /// The credentials are not accepted (401).
    #[must_use]
    pub fn is_unauthorized(&self) -> bool {
        self.reason == "Unauthorized"
    }

    /// The object does not pass the kind's validation; [`StatusDetails::causes`] says which fields (422).
    #[must_use]
    pub fn is_invalid(&self) -> bool {
        self.reason == "Invalid"
    }

    /// The request itself is no good: unknown fields under strict validation, a patch that is no patch (400).
    #[must_use]
    pub fn is_bad_request(&self) -> bool {
        self.reason == "BadRequest"
    }

    /// The resource has no such verb (405).
    #[must_use]
    pub fn is_method_not_supported(&self) -> bool {
        self.reason == "MethodNotAllowed"
    }

    /// The server has no answer of the media type that was asked for (406).
    #[must_use]
    pub fn is_not_acceptable(&self) -> bool {
        self.reason == "NotAcceptable"
    }

    /// The server does not read the body's media type, such as a strategic patch of a custom resource (415).
    #[must_use]
    pub fn is_unsupported_media_type(&self) -> bool {
        self.reason == "UnsupportedMediaType"
    }

    /// The body is larger than the server, or what stands before it, takes (413).
    #[must_use]
    pub fn is_request_entity_too_large(&self) -> bool {
        self.code == 413 || self.reason == "RequestEntityTooLarge"
    }

    /// The server is asked too much, or a disruption budget says no (429): try again later.
    #[must_use]
    pub fn is_too_many_requests(&self) -> bool {
        self.code == 429 || self.reason == "TooManyRequests"
    }

    /// A disruption budget refuses an eviction (429).
    #[must_use]
    pub fn is_disruption_budget(&self) -> bool {
        self.is_too_many_requests() && self.has_cause("DisruptionBudget")
    }

    /// The server did not get done in its own time, and may or may not have acted (504).
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        self.reason == "Timeout"
    }

    /// The server could not begin the call in time, and a second try may (500).
    #[must_use]
    pub fn is_server_timeout(&self) -> bool {
        self.reason == "ServerTimeout"
    }

    /// Something broke in the server, or in what it asks: its store, a webhook (500).
    #[must_use]
    pub fn is_internal_error(&self) -> bool {
        self.reason == "InternalError"
    }

    /// The server, or an aggregated one behind it, is not there just now (503).
    #[must_use]
    pub fn is_service_unavailable(&self) -> bool {
        self.reason == "ServiceUnavailable"
    }

    /// The version that a list asks for is one that the server has not come to yet (504): list again in a moment.
    #[must_use]
    pub fn is_too_large_resource_version(&self) -> bool {
        self.is_timeout() && self.has_cause("ResourceVersionTooLarge")
    }

    /// The namespace is on its way out, and takes nothing new (403).
    #[must_use]
    pub fn is_namespace_terminating(&self) -> bool {
        self.is_forbidden() && self.has_cause("NamespaceTerminating")
    }

    /// Whether one of the causes has this reason, such as `FieldManagerConflict`.
    #[must_use]
    pub fn has_cause(&self, reason: &str) -> bool {
        self.details.causes.iter().any(|cause| cause.reason == reason)
    }

    /// The version or the continue token is too old: list again (410).
    #[must_use]
    pub fn is_expired(&self) -> bool {
        self.code == 410 || self.reason == "Expired" || self.reason == "Gone"
    }
}

impl Status {
    pub(super) fn text(&self) -> String {
        // What the server repeats of others' words must not speak to a terminal.
        let (message, reason) = (printable(&self.message), printable(&self.reason));
        let message = if message.is_empty() { "the server gave no message" } else { &message };
        let advice = match self.code {
            401 => {
                "; a token from a file was read again and is still refused, a given one has expired or is revoked: was its service account deleted?"
            }
            _ => "",
        };
        [message, " (", &digits(self.code.into()), " ", &reason, ")", advice].concat()
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

/// The first bytes of a text, cut at a character's border; nothing of what is no text.
fn start_of(body: &[u8]) -> String {
    let start = body.get(..TEXT_LIMIT.min(body.len())).unwrap_or_default();
    let valid = match core::str::from_utf8(start) {
        Ok(text) => text,
        // A character may be cut in half by the limit; anything else is no text.
        Err(error) if error.error_len().is_none() => start
            .get(..error.valid_up_to())
            .and_then(|cut| core::str::from_utf8(cut).ok())
            .unwrap_or_default(),
        Err(_) => "",
    };
    valid.trim_ascii().to_owned()
}

/// apimachinery's `NewGenericServerResponse`.
fn reason_of(code: u16, create: bool) -> &'static str {
    match code {
        400 => "BadRequest",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "NotFound",
        405 => "MethodNotAllowed",
        406 => "NotAcceptable",
        409 if create => "AlreadyExists",
        409 => "Conflict",
        410 => "Gone",
        413 => "RequestEntityTooLarge",
        415 => "UnsupportedMediaType",
        422 => "Invalid",
        429 => "TooManyRequests",
        503 => "ServiceUnavailable",
        504 => "Timeout",
        500.. => "InternalError",
        _ => "Unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_survives_the_round_trip() {
        let json = br#"{"kind":"Status","apiVersion":"v1","metadata":{"continue":"abc"},"status":"Failure",
            "message":"no \"x\"","reason":"Expired","details":{"name":"n","group":"g","kind":"k","uid":"u",
            "causes":[{"reason":"r","message":"m","field":"f"},{}],"retryAfterSeconds":3},"code":410}"#;
        let status = Status::from_json(json).unwrap();
        assert_eq!(status.details.retry_after_seconds, Some(3));
        assert_eq!(status.details.causes.len(), 2);
        assert_eq!(status.continue_token, "abc");
        assert!(status.is_expired());
        let written = status.to_json();
        serde_json::from_str::<serde_json::Value>(&written).unwrap();
        assert_eq!(Status::from_json(written.as_bytes()).unwrap(), status);
    }

    #[test]
    fn the_body_wins_over_the_code_and_text_is_cut_at_a_character() {
        let body = format!("{}é", "x".repeat(2047));
        let status = Status::of_answer(502, body.as_bytes(), false).unwrap();
        assert_eq!(status.message.len(), 2047);
        assert_eq!((status.code, status.reason.as_str()), (502, "InternalError"));
        assert_eq!(Status::of_answer(500, &[0xff, 0xfe], false).unwrap().message, "");
        assert_eq!(Status::of_answer(200, b"{}", false), None);
    }
}
