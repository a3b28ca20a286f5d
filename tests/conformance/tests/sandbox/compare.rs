//! Where two answers differ, and which differences are known and named.

use std::collections::BTreeMap;
use std::sync::Mutex;

use serde::Deserialize;
use serde_json::Value;

/// A difference that is known, and why it is none of the sandbox's faults, or not yet its turn.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, untagged)]
enum Named {
    At {
        /// A JSON pointer, in which `*` stands for one part and a leading `**` for any.
        pointer: String,
        /// Both values are texts that begin so.
        #[serde(default)]
        prefix: Option<String>,
        why: String,
    },
    Told {
        /// A header that the sandbox alone has, how it begins.
        header: String,
        why: String,
    },
}

/// The file of differences, with how often each was needed.
#[derive(Debug)]
pub(crate) struct Differences {
    named: Vec<Named>,
    used: Mutex<BTreeMap<usize, usize>>,
}

/// Two answers that differ, at the first place where they do.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Difference {
    pub(crate) step: usize,
    pub(crate) pointer: String,
    pub(crate) real: Value,
    pub(crate) ours: Value,
}

impl Differences {
    pub(crate) fn read(text: &str) -> Self {
        let named = serde_json::from_str(text).expect("the file of differences is JSON of its form");
        Self { named, used: Mutex::default() }
    }

    /// The entries of headers, or those of places, that nothing needed.
    pub(crate) fn unused(&self, of_headers: bool) -> Vec<&str> {
        let used = self.used.lock().expect("nobody panics with it");
        let unused = self.named.iter().enumerate().filter(|(index, _)| !used.contains_key(index));
        let whys = unused.filter_map(|(_, named)| match named {
            Named::Told { why, .. } if of_headers => Some(why.as_str()),
            Named::At { why, .. } if !of_headers => Some(why.as_str()),
            _ => None,
        });
        whys.collect()
    }

    fn use_up(&self, index: usize) {
        *self.used.lock().expect("nobody panics with it").entry(index).or_default() += 1;
    }

    /// The first difference that is not named.
    pub(crate) fn first(&self, real: &[(usize, Value)], ours: &[(usize, Value)]) -> Option<Difference> {
        for ((step, real), (other, ours)) in real.iter().zip(ours) {
            assert_eq!(step, other, "both sides are asked the same");
            let ours = self.without_told(ours.clone());
            if let Some((pointer, real, ours)) = self.at(String::new(), real, &ours) {
                return Some(Difference { step: *step, pointer, real, ours });
            }
        }
        None
    }

    /// An answer of the sandbox without the headers that it alone has.
    fn without_told(&self, mut answer: Value) -> Value {
        let Some(headers) = answer.get_mut("headers").and_then(Value::as_array_mut) else { return answer };
        headers.retain(|own| {
            let found = self.named.iter().position(|named| match named {
                Named::Told { header, .. } => own.as_str().is_some_and(|own| own.starts_with(header)),
                Named::At { .. } => false,
            });
            found.inspect(|index| self.use_up(*index)).is_none()
        });
        answer
    }

    fn at(&self, pointer: String, real: &Value, ours: &Value) -> Option<(String, Value, Value)> {
        if real == ours {
            return None;
        }
        match (real, ours) {
            (Value::Object(left), Value::Object(right)) => {
                let names = left.keys().chain(right.keys().filter(|name| !left.contains_key(*name)));
                names.into_iter().find_map(|name| {
                    let part = name.replace('~', "~0").replace('/', "~1");
                    let absent = Value::String("(absent)".into());
                    let side = |fields: &serde_json::Map<String, Value>| {
                        fields.get(name).cloned().unwrap_or_else(|| absent.clone())
                    };
                    self.at(format!("{pointer}/{part}"), &side(left), &side(right))
                })
            }
            (Value::Array(left), Value::Array(right)) if left.len() == right.len() => left
                .iter()
                .zip(right)
                .enumerate()
                .find_map(|(index, (left, right))| self.at(format!("{pointer}/{index}"), left, right)),
            _ if self.is_named(&pointer, real, ours) => None,
            _ => Some((pointer, real.clone(), ours.clone())),
        }
    }

    fn is_named(&self, pointer: &str, real: &Value, ours: &Value) -> bool {
        let found = self.named.iter().position(|named| {
            let Named::At { pointer: own, prefix, .. } = named else { return false };
            let begins =
                |value: &Value, prefix: &str| value.as_str().is_some_and(|text| text.starts_with(prefix));
            let prefix = prefix.as_deref();
            matches(own, pointer) && prefix.is_none_or(|prefix| begins(real, prefix) && begins(ours, prefix))
        });
        found.inspect(|index| self.use_up(*index)).is_some()
    }
}

fn matches(pattern: &str, pointer: &str) -> bool {
    let parts: Vec<&str> = pointer.split('/').collect();
    let (pattern, parts) = match pattern.strip_prefix("**/") {
        Some(rest) => {
            let rest: Vec<&str> = rest.split('/').collect();
            let from = parts.len().saturating_sub(rest.len());
            (rest, &parts[from..])
        }
        None => (pattern.split('/').collect(), &parts[..]),
    };
    pattern.len() == parts.len()
        && pattern.iter().zip(parts).all(|(wanted, part)| *wanted == "*" || wanted == part)
}

#[test]
fn pointers_match() {
    for (pattern, pointer, wanted) in [
        ("/a/*/c", "/a/0/c", true),
        ("/a/*/c", "/a/0/d", false),
        ("**/metadata/x", "/body/items/0/metadata/x", true),
        ("**/metadata/x", "/x", false),
    ] {
        assert_eq!(matches(pattern, pointer), wanted, "{pattern} {pointer}");
    }
}
