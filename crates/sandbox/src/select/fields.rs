//! Field selectors: `metadata.name=a,type!=Opaque`. Which fields there are depends on the kind, and so does how the server refuses others.
//!
//! Source: `k8s.io/apimachinery/pkg/fields/selector.go`, and the conversion functions of each group.

use serde_json::Value;

use crate::object::quote;
use crate::registry::Kind;

/// The terms, all of which must be met.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fields(Vec<Term>);

#[derive(Clone, Debug)]
struct Term {
    field: String,
    equal: bool,
    value: String,
}

impl Fields {
    /// Reads a selector for a kind.
    ///
    /// # Errors
    /// The server's words.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut parts = split(text);
        parts.sort_unstable();
        let terms = parts.into_iter().filter(|part| !part.is_empty()).map(|part| {
            let term = Term::parse(part)?;
            term.ok_or_else(|| format!("invalid selector: '{text}'; can't understand '{part}'"))
        });
        terms.collect::<Result<_, _>>().map(Self)
    }

    /// Whether the kind knows all the fields.
    ///
    /// # Errors
    /// The server's words, which differ by kind.
    pub(crate) fn check(&self, kind: &Kind) -> Result<(), String> {
        // A term without a value, such as `x=`, is checked as well; one that can be met by nothing is not.
        self.0.iter().try_for_each(|term| known(kind, &term.field))
    }

    /// The objects of one name alone.
    pub(crate) fn of_name(name: &str) -> Self {
        Self(vec![Term { field: "metadata.name".into(), equal: true, value: name.into() }])
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value that a field must have, where there is exactly one.
    pub(crate) fn exact(&self, field: &str) -> Option<&str> {
        let term = self.0.iter().find(|term| term.field == field && term.equal)?;
        Some(&term.value)
    }

    pub(crate) fn matches(&self, object: &Value) -> bool {
        self.0.iter().all(|term| (value(object, &term.field) == term.value) == term.equal)
    }
}

impl Term {
    fn parse(part: &str) -> Result<Option<Self>, String> {
        for (at, _) in part.char_indices() {
            let Some((field, rest)) = part.split_at_checked(at) else { continue };
            for operator in ["!=", "==", "="] {
                if let Some(value) = rest.strip_prefix(operator) {
                    let value = unescape(value)?;
                    return Ok(Some(Self { field: field.to_owned(), equal: operator != "!=", value }));
                }
            }
        }
        Ok(None)
    }
}

/// At commas, but for those behind a backslash.
fn split(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut escaped) = (0, false);
    for (at, character) in text.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            ',' => {
                parts.extend(text.get(start..at));
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.extend(text.get(start..));
    parts
}

fn unescape(value: &str) -> Result<String, String> {
    let mut out = String::with_capacity(value.len());
    let mut characters = value.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some(escaped @ ('\\' | ',' | '=')) => out.push(escaped),
                Some(other) => {
                    return Err(format!("invalid field selector: invalid escape sequence: \\{other}"));
                }
                None => return Err("invalid field selector: invalid escape sequence: \\".into()),
            },
            ',' | '=' => {
                // Go prints the number of the character.
                let number = u32::from(character);
                return Err(format!("invalid field selector: unescaped character in value: {number}"));
            }
            other => out.push(other),
        }
    }
    Ok(out)
}

/// A field as a text.
fn value(object: &Value, field: &str) -> String {
    // Of custom kinds numbers and flags can be asked for, too.
    let scalar = || match object.pointer(&format!("/{}", field.replace('.', "/"))) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => String::new(),
        Some(other) => other.to_string(),
    };
    let at = |path: &str| object.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned();
    match field {
        "spec.unschedulable" | "spec.hostNetwork" => {
            let path = format!("/{}", field.replace('.', "/"));
            object.pointer(&path).and_then(Value::as_bool).unwrap_or_default().to_string()
        }
        "status.successful" => {
            object.pointer("/status/succeeded").and_then(Value::as_i64).unwrap_or_default().to_string()
        }
        "status.replicas" => {
            object.pointer("/status/replicas").and_then(Value::as_i64).unwrap_or_default().to_string()
        }
        "source" => {
            let component = at("/source/component");
            if component.is_empty() { at("/reportingComponent") } else { component }
        }
        _ => scalar(),
    }
}

/// The fields that a kind has beyond its name and namespace.
fn extra(kind: &Kind) -> &'static [&'static str] {
    match (kind.group.as_str(), kind.kind.as_str()) {
        ("", "Pod") => &[
            "spec.nodeName",
            "spec.restartPolicy",
            "spec.schedulerName",
            "spec.serviceAccountName",
            "spec.hostNetwork",
            "status.phase",
            "status.podIP",
            "status.podIPs",
            "status.nominatedNodeName",
        ],
        ("", "Event") => &[
            "involvedObject.kind",
            "involvedObject.namespace",
            "involvedObject.name",
            "involvedObject.uid",
            "involvedObject.apiVersion",
            "involvedObject.resourceVersion",
            "involvedObject.fieldPath",
            "reason",
            "reportingComponent",
            "source",
            "type",
        ],
        ("events.k8s.io", "Event") => &[
            "reason",
            "regarding.apiVersion",
            "regarding.fieldPath",
            "regarding.kind",
            "regarding.name",
            "regarding.namespace",
            "regarding.resourceVersion",
            "regarding.uid",
            "reportingController",
            "type",
        ],
        ("", "Secret") => &["type"],
        ("", "Service") => &["spec.clusterIP", "spec.type"],
        ("", "Namespace") => &["status.phase"],
        ("", "Node") => &["spec.unschedulable"],
        ("", "ReplicationController") => &["status.replicas"],
        ("batch", "Job") => &["status.successful"],
        ("certificates.k8s.io", "CertificateSigningRequest") => &["spec.signerName"],
        _ => &[],
    }
}

fn known(kind: &Kind, field: &str) -> Result<(), String> {
    let common = field == "metadata.name" || field == "metadata.namespace" && kind.kind != "Namespace";
    let common = common || field == "metadata.namespace" && extra(kind).is_empty();
    let selectable = kind.custom.as_ref().is_some_and(|own| own.selectable.iter().any(|one| one == field));
    if common || selectable || extra(kind).contains(&field) {
        return Ok(());
    }
    Err(match (kind.group.as_str(), kind.kind.as_str()) {
        _ if kind.custom.is_some() => format!("field label not supported: {field}"),
        ("batch", "Job") => format!("field label {} not supported for Job", quote(field)),
        _ if !extra(kind).is_empty() => format!("field label not supported: {field}"),
        _ => format!(
            "{} is not a known field selector: only \"metadata.name\", \"metadata.namespace\"",
            quote(field)
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::Registry;
    use serde_json::json;

    fn parse(kind: &str, text: &str) -> Result<Fields, String> {
        let kind = Registry::new().by_kind("v1", kind).unwrap();
        let fields = Fields::parse(text)?;
        fields.check(&kind)?;
        Ok(fields)
    }

    #[test]
    fn selectors_choose() {
        let object = json!({"metadata": {"name": "a", "namespace": "n"}, "type": "Opaque"});
        for (text, wanted) in [
            ("metadata.name=a", true),
            ("metadata.name==a,metadata.namespace=n", true),
            ("metadata.name!=a", false),
            ("type=Opaque", true),
            ("type!=Opaque", false),
            ("metadata.name=a\\,b", false),
            ("", true),
            (",", true),
        ] {
            assert_eq!(parse("Secret", text).unwrap().matches(&object), wanted, "{text}");
        }
        assert_eq!(parse("Secret", "metadata.name=a").unwrap().exact("metadata.name"), Some("a"));
    }

    #[test]
    fn what_is_no_selector_is_refused_in_the_servers_words() {
        for (kind, text, wanted) in [
            (
                "ConfigMap",
                "x=1",
                r#""x" is not a known field selector: only "metadata.name", "metadata.namespace""#,
            ),
            ("Secret", "x=1", "field label not supported: x"),
            ("Secret", "x", "invalid selector: 'x'; can't understand 'x'"),
        ] {
            assert_eq!(parse(kind, text).unwrap_err(), wanted, "{kind} {text}");
        }
    }
}
