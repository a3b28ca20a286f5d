//! What is told: of a definition that is stored, and to those who use a version of it that is deprecated.
//!
//! Source: `WarningsOnCreate` of the strategy in `k8s.io/apiextensions-apiserver/pkg/registry/customresourcedefinition`.

use std::collections::BTreeSet;

use serde_json::Value;

use super::validate::is_recognized;
use super::{by_webhook, flag, inner, versions};
use crate::object::{quote, text};
use crate::registry::rank;

/// What of a definition is new since the old one.
pub(crate) fn told(definition: &Value, old: Option<&Value>) -> Vec<String> {
    let before = old.map(formats).unwrap_or_default();
    let new = formats(definition);
    new.difference(&before).map(|format| format!("unrecognized format {}", quote(format))).collect()
}

/// What is told of a definition whose objects only a webhook can make those of another version.
pub(crate) fn without_webhook(definition: &Value) -> Option<String> {
    by_webhook(definition).then(|| {
        "the sandbox asks no webhook that converts: objects are served in the version that is stored alone".to_owned()
    })
}

/// What those hear who use a version, if it is deprecated: which one to use, where a better one is served.
///
/// Source: `defaultDeprecationWarning` in `k8s.io/apiextensions-apiserver/pkg/apiserver/customresource_handler.go`.
pub(super) fn deprecation(definition: &Value, version: &Value) -> Option<String> {
    if !flag(version, "deprecated") {
        return None;
    }
    if let Some(said) = version.get("deprecationWarning").and_then(Value::as_str) {
        return Some(said.to_owned());
    }
    let (group, own) = (text(definition, "/spec/group"), text(version, "/name"));
    let kind = text(definition, "/spec/names/kind");
    let others = versions(definition).filter(|other| flag(other, "served") && !flag(other, "deprecated"));
    let best = others.map(|other| text(other, "/name")).min_by_key(|name| rank(name));
    let hint = best.filter(|best| rank(best) < rank(own));
    let hint = hint.map(|best| format!("; use {group}/{best} {kind}")).unwrap_or_default();
    Some(format!("{group}/{own} {kind} is deprecated{hint}"))
}

/// The formats in a definition that are none to the server.
fn formats(definition: &Value) -> BTreeSet<&str> {
    let schemas = versions(definition).filter_map(|version| version.pointer("/schema/openAPIV3Schema"));
    let mut found = BTreeSet::new();
    schemas.for_each(|schema| gather(schema, &mut found));
    found
}

fn gather<'s>(schema: &'s Value, found: &mut BTreeSet<&'s str>) {
    if !is_recognized(schema) {
        found.insert(text(schema, "/format"));
    }
    inner(schema).for_each(|(inner, _)| gather(inner, found));
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn a_better_version_is_named() {
        let of = |others: &[(&str, bool)]| {
            let others = others
                .iter()
                .map(|(name, deprecated)| json!({"name": name, "served": true, "deprecated": deprecated}));
            let mut versions = vec![json!({"name": "v1beta1", "served": true, "deprecated": true})];
            versions.extend(others);
            let definition =
                json!({"spec": {"group": "g.test", "names": {"kind": "K"}, "versions": versions}});
            super::deprecation(&definition, &definition["spec"]["versions"][0]).unwrap()
        };
        let plain = "g.test/v1beta1 K is deprecated";
        assert_eq!(of(&[]), plain);
        assert_eq!(of(&[("v1alpha1", false), ("v1", true)]), plain);
        assert_eq!(of(&[("v1", false), ("v2", false)]), format!("{plain}; use g.test/v2 K"));
    }
}
