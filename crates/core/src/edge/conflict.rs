//! Who owns the fields that a server-side apply would change.

use crate::error::Status;
use crate::prelude::*;

/// One field that an apply wants and another manager owns.
///
/// See [conflicts](https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Conflict {
    /// The field, such as `.spec.replicas`.
    pub field: String,
    /// The manager that owns it, such as `kubectl-edit`.
    pub manager: String,
    /// The server's own words, which also say how and when the manager wrote.
    pub message: String,
}

impl Status {
    /// The fields that stand against an apply (409), each with its manager; empty for any other answer.
    ///
    /// ```
    /// # use kubewire::Status;
    /// let answer = br#"{"kind": "Status", "status": "Failure", "code": 409, "reason": "Conflict", "details": {"causes": [
    ///     {"reason": "FieldManagerConflict", "message": "conflict with \"kubectl-edit\" using apps/v1", "field": ".spec.replicas"}
    /// ]}}"#;
    /// let conflicts = Status::from_json(answer).unwrap().conflicts();
    /// assert_eq!((&*conflicts[0].manager, &*conflicts[0].field), ("kubectl-edit", ".spec.replicas"));
    /// ```
    #[must_use]
    pub fn conflicts(&self) -> Vec<Conflict> {
        let causes = self.details.causes.iter().filter(|cause| cause.reason == "FieldManagerConflict");
        causes
            .map(|cause| Conflict {
                field: cause.field.clone(),
                manager: manager(&cause.message).unwrap_or_default(),
                message: cause.message.clone(),
            })
            .collect()
    }
}

/// What stands between the first quotes, which the server writes as Go's `%q` does.
fn manager(message: &str) -> Option<String> {
    let quoted = message.get(message.find('"')?..)?;
    serde_json::Deserializer::from_str(quoted).into_iter::<String>().next()?.ok()
}

#[cfg(test)]
mod tests {
    use super::manager;

    #[test]
    fn managers_are_read_from_the_servers_words() {
        for (message, want) in [
            (r#"conflict with "m" using v1"#, Some("m")),
            (
                r#"conflict with "m" with subresource "status" using apps/v1 at 2026-11-24T10:00:00Z"#,
                Some("m"),
            ),
            (r#"conflict with "a \"b\"" using v1"#, Some("a \"b\"")),
            ("conflict with somebody", None),
            ("conflict with \"unended", None),
            ("", None),
        ] {
            assert_eq!(manager(message).as_deref(), want, "{message}");
        }
    }
}
