//! What names, keys and values may look like, and what the server says where they do not.

use super::Fault;
use crate::registry::NameRule;

const LABEL: &str = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
pub(super) const SUBDOMAIN: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const KEY: &str = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const VALUE: &str = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const CONFIG_KEY: &str = "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";

/// What is wrong with a name. A prefix (`generateName`) may end in a dash.
pub(crate) fn name(rule: NameRule, name: &str, prefix: bool) -> Vec<String> {
    // apimachinery's `maskTrailingDash`.
    let masked = match name.strip_suffix('-') {
        Some(rest) if prefix && !rest.is_empty() && !rest.ends_with('-') => format!("{rest}a"),
        _ => name.to_owned(),
    };
    match rule {
        NameRule::Subdomain => subdomain(&masked, "characters"),
        NameRule::Label => label(&masked),
        NameRule::PathSegment => path_segment(name, prefix),
    }
}

/// What is wrong with a name in what is made for its object.
pub(crate) fn parent(name: &str) -> Vec<Fault> {
    const FIELD: &str = "spec.parentRef.name";
    if name.is_empty() {
        return vec![Fault::required(FIELD, "")];
    }
    path_segment(name, false).into_iter().map(|why| Fault::invalid(FIELD, name, why)).collect()
}

fn path_segment(name: &str, prefix: bool) -> Vec<String> {
    if !prefix && matches!(name, "." | "..") {
        return vec![format!("may not be '{name}'")];
    }
    let held = ["/", "%"].into_iter().filter(|&bad| name.contains(bad));
    held.map(|bad| format!("may not contain '{bad}'")).collect()
}

/// Labels are measured in bytes, and what else has a name in characters, of which none there has two bytes.
fn too_long(value: &str, limit: usize, unit: &str) -> Option<String> {
    (value.len() > limit).then(|| format!("must be no more than {limit} {unit}"))
}

pub(crate) fn is_label(value: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !value.is_empty() && value.bytes().all(inner) && !value.starts_with('-') && !value.ends_with('-')
}

const DNS_1035_LABEL: &str = "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";

/// What is wrong with a label that is to begin with a letter.
pub(crate) fn dns_1035_label(value: &str) -> Vec<String> {
    let mut faults: Vec<_> = too_long(value, 63, "characters").into_iter().collect();
    if !is_label(value) || value.starts_with(|first: char| first.is_ascii_digit()) {
        faults.push(DNS_1035_LABEL.into());
    }
    faults
}

pub(crate) fn is_subdomain(value: &str) -> bool {
    value.split('.').all(is_label)
}

fn label(value: &str) -> Vec<String> {
    let mut faults: Vec<_> = too_long(value, 63, "characters").into_iter().collect();
    if !is_label(value) {
        faults.push(if is_subdomain(value) { "must not contain dots".into() } else { LABEL.into() });
    }
    faults
}

fn subdomain(value: &str, unit: &str) -> Vec<String> {
    let mut faults: Vec<_> = too_long(value, 253, unit).into_iter().collect();
    if !is_subdomain(value) {
        faults.push(SUBDOMAIN.into());
    }
    faults
}

/// `([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]`.
fn is_word(value: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let edge = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
    value.bytes().all(inner) && edge(value.bytes().next()) && edge(value.bytes().last())
}

/// What is wrong with the key of a label or an annotation.
pub(crate) fn label_key(key: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let parts: Vec<&str> = key.split('/').collect();
    let name = match parts.as_slice() {
        [name] => *name,
        [prefix, name] => {
            if prefix.is_empty() {
                faults.push("prefix part must be non-empty".to_owned());
            } else {
                faults.extend(
                    subdomain(prefix, "bytes").into_iter().map(|fault| format!("prefix part {fault}")),
                );
            }
            *name
        }
        _ => {
            return vec![format!(
                "a valid label key {KEY} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
            )];
        }
    };
    if name.is_empty() {
        faults.push("name part must be non-empty".to_owned());
    } else {
        faults.extend(too_long(name, 63, "bytes").map(|fault| format!("name part {fault}")));
    }
    if !is_word(name) {
        faults.push(format!("name part {KEY}"));
    }
    faults
}

/// What is wrong with the value of a label.
pub(crate) fn label_value(value: &str) -> Vec<String> {
    let mut faults: Vec<_> = too_long(value, 63, "bytes").into_iter().collect();
    if !value.is_empty() && !is_word(value) {
        faults.push(VALUE.into());
    }
    faults
}

/// What is wrong with a key of a ConfigMap's or Secret's data.
pub(crate) fn config_key(key: &str) -> Vec<String> {
    let mut faults = Vec::new();
    if key.len() > 253 {
        faults.push("must be no more than 253 characters".to_owned());
    }
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if key.is_empty() || !key.bytes().all(inner) {
        faults.push(CONFIG_KEY.into());
    }
    match key {
        "." | ".." => faults.push(format!("must not be '{key}'")),
        _ if key.starts_with("..") => faults.push("must not start with '..'".into()),
        _ => {}
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_judged() {
        use NameRule::{Label, PathSegment, Subdomain};
        let long = "a".repeat(254);
        let cases: [(NameRule, &str, bool, usize); 14] = [
            (Subdomain, "a.b-c", false, 0),
            (Subdomain, "A", false, 1),
            (Subdomain, "", false, 1),
            (Subdomain, "a-", false, 1),
            (Subdomain, "a-", true, 0),
            (Subdomain, "a--", true, 1),
            (Subdomain, "-", true, 1),
            (Subdomain, &long, false, 1),
            (Label, "a.b", false, 1),
            (Label, "a_b", false, 1),
            (PathSegment, "A:b", false, 0),
            (PathSegment, "a/b%", false, 2),
            (PathSegment, "..", false, 1),
            (PathSegment, "..", true, 0),
        ];
        for (rule, text, prefix, wanted) in cases {
            assert_eq!(name(rule, text, prefix).len(), wanted, "{rule:?} {text}");
        }
        assert_eq!(name(Label, "a.b", false), ["must not contain dots"]);
    }

    #[test]
    fn keys_and_values_are_judged() {
        for (key, wanted) in
            [("a", 0), ("a/b", 0), ("a/b/c", 1), ("", 2), ("/b", 1), ("A/b", 1), ("a/", 2), ("-a", 1)]
        {
            assert_eq!(label_key(key).len(), wanted, "{key}");
        }
        for (value, wanted) in [("", 0), ("a_b.c", 0), ("a b", 1), ("-", 1), (&"v".repeat(64), 1)] {
            assert_eq!(label_value(value).len(), wanted, "{value}");
        }
        for (key, wanted) in [("a.b_C-1", 0), ("", 1), (".", 1), ("..", 1), ("..a", 1), ("a b", 1)] {
            assert_eq!(config_key(key).len(), wanted, "{key}");
        }
    }
}
