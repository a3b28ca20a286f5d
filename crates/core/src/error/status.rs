//! The API's own error.

use alloc::borrow::Cow;
use core::fmt;

use crate::json;
use crate::prelude::*;
use crate::text::{digits, push_number};

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
        let given = Self::from_json(body)
            .filter(|_| !success || json::text(body, &["status"]).as_deref() == Some("Failure"));
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

    /// The version or the continue token is too old: list again (410).
    #[must_use]
    pub fn is_expired(&self) -> bool {
        self.code == 410 || self.reason == "Expired" || self.reason == "Gone"
    }
}

impl Status {
    pub(super) fn text(&self) -> String {
        let message = if self.message.is_empty() { "the server gave no message" } else { &self.message };
        let advice = match self.code {
            401 => "; the token was read again and is still refused: was its service account deleted?",
            _ => "",
        };
        [message, " (", &digits(self.code.into()), " ", &self.reason, ")", advice].concat()
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
