//! Whether a definition gets the names that it asks for: within a group each is only one's.
//!
//! Source: `naming_controller.go` in `k8s.io/apiextensions-apiserver/pkg/controller/status`.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::object::{quote, set, text};

/// What definitions of a group have been given.
#[derive(Debug, Default)]
pub(super) struct Taken {
    resources: BTreeSet<String>,
    kinds: BTreeSet<String>,
}

impl Taken {
    /// All that the definitions of a group have.
    pub(super) fn of<'d>(all: impl Iterator<Item = &'d Value>) -> Self {
        let mut taken = Self::default();
        for names in all {
            taken.resources.extend(["/plural", "/singular"].map(|field| text(names, field).to_owned()));
            taken.resources.extend(short(names).map(ToOwned::to_owned));
            taken.kinds.extend(["/kind", "/listKind"].map(|field| text(names, field).to_owned()));
        }
        taken
    }
}

fn short(names: &Value) -> impl Iterator<Item = &str> {
    names.get("shortNames").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

/// The names that a definition is given, and which of those that it wants it is not given: the reason, and why.
pub(super) fn accepted(definition: &Value, taken: &Taken) -> (Value, Option<(&'static str, String)>) {
    let nothing = json!({});
    let wanted = definition.pointer("/spec/names").unwrap_or(&nothing);
    let mut has = definition.pointer("/status/acceptedNames").cloned().unwrap_or_else(|| json!({}));
    let mut refused = None;
    for (field, reason, used) in [
        ("plural", "PluralConflict", &taken.resources),
        ("singular", "SingularConflict", &taken.resources),
        ("shortNames", "ShortNamesConflict", &taken.resources),
        ("kind", "KindConflict", &taken.kinds),
        ("listKind", "ListKindConflict", &taken.kinds),
    ] {
        let conflicts: Vec<String> = if field == "shortNames" {
            let before: BTreeSet<&str> = short(&has).collect();
            let new = short(wanted).filter(|name| !before.contains(name) && used.contains(*name));
            new.map(|name| format!("{} is already in use", quote(name))).collect()
        } else {
            let name = text(wanted, &format!("/{field}"));
            let new = name != text(&has, &format!("/{field}")) && used.contains(name);
            new.then(|| format!("{} is already in use", quote(name))).into_iter().collect()
        };
        match conflicts.as_slice() {
            [] => set(&mut has, field, wanted.get(field).cloned()),
            [one] => refused = Some((reason, one.clone())),
            many => refused = Some((reason, format!("[{}]", many.join(", ")))),
        }
    }
    set(&mut has, "categories", wanted.get("categories").cloned());
    (has, refused)
}
