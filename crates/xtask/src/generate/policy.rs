//! The roles and bindings that every cluster begins with, as the sandbox has them: see [`text`].
//!
//! <https://kubernetes.io/docs/reference/access-authn-authz/rbac/#default-roles-and-role-bindings>

use anyhow::{Context, Result, ensure};
use serde_json::Value;

const PATH: &str = "/apis/rbac.authorization.k8s.io/v1";
const GROUP: &str = "rbac.authorization.k8s.io/aggregate-to-";

/// A line an object, `KIND NAME` or `KIND NAMESPACE/NAME`, then for roles a line a rule.
///
/// A ClusterRole that gathers the rules of others has `=LABEL`, one that is gathered `+LABEL`; of the former the rules are left out. A rule is a space,
/// then `VERBS GROUPS RESOURCES` and perhaps `NAMES`, or `VERBS PATHS`, each a list with commas, in which `-` is the core group. A binding is to the role of
/// its own name, or to `>ROLE`; its subjects are `g:GROUP`, `u:USER` or `s:NAMESPACE/ACCOUNT`.
pub(crate) fn text(get: &mut dyn FnMut(&str) -> Result<Value>) -> Result<String> {
    let mut text = String::new();
    for (plural, kind) in [
        ("clusterroles", "ClusterRole"),
        ("roles", "Role"),
        ("clusterrolebindings", "ClusterRoleBinding"),
        ("rolebindings", "RoleBinding"),
    ] {
        let list = get(&format!("{PATH}/{plural}"))?;
        for object in list["items"].as_array().context("a list without items")? {
            let labels = &object["metadata"]["labels"];
            // What other tests have left behind is none of these.
            if labels["kubernetes.io/bootstrapping"] != "rbac-defaults" {
                continue;
            }
            text += &head(kind, object)?;
            if kind.ends_with("Binding") {
                text += &binding(kind, object)?;
            } else {
                text += &role(object)?;
            }
        }
    }
    Ok(text)
}

fn head(kind: &str, object: &Value) -> Result<String> {
    let metadata = &object["metadata"];
    let name = metadata["name"].as_str().context("an object without a name")?;
    let same = metadata["annotations"]["rbac.authorization.kubernetes.io/autoupdate"] == "true";
    ensure!(same, "{name} has other annotations than all the others");
    Ok(match metadata["namespace"].as_str() {
        Some(namespace) => format!("{kind} {namespace}/{name}"),
        None => format!("{kind} {name}"),
    })
}

fn role(role: &Value) -> Result<String> {
    let mut text = String::new();
    let selectors = role["aggregationRule"]["clusterRoleSelectors"].as_array();
    for selector in selectors.into_iter().flatten() {
        let labels = selector["matchLabels"].as_object().context("a selector of another form")?;
        for label in labels.keys() {
            text += &format!(
                " ={}",
                label.strip_prefix(GROUP).with_context(|| format!("aggregates by {label}"))?
            );
        }
    }
    for label in role["metadata"]["labels"].as_object().into_iter().flatten().map(|(label, _)| label) {
        text += &label.strip_prefix(GROUP).map(|label| format!(" +{label}")).unwrap_or_default();
    }
    text.push('\n');
    if selectors.is_some() {
        return Ok(text);
    }
    for rule in role["rules"].as_array().into_iter().flatten() {
        let list = |field: &str| {
            let texts = rule[field].as_array().into_iter().flatten().filter_map(Value::as_str);
            texts.map(|text| if text.is_empty() { "-" } else { text }).collect::<Vec<_>>().join(",")
        };
        let fields = ["verbs", "apiGroups", "resources", "resourceNames", "nonResourceURLs"].map(list);
        let fields: Vec<_> = fields.into_iter().filter(|field| !field.is_empty()).collect();
        text += &format!(" {}\n", fields.join(" "));
    }
    Ok(text)
}

fn binding(kind: &str, binding: &Value) -> Result<String> {
    let mut text = String::new();
    let (role, own) = (&binding["roleRef"], &binding["metadata"]["name"]);
    ensure!(role["kind"] == kind.trim_end_matches("Binding"), "{own} is bound to another kind of role");
    if role["name"] != *own {
        text += &format!(" >{}", role["name"].as_str().context("a reference without a name")?);
    }
    for subject in binding["subjects"].as_array().into_iter().flatten() {
        let part = |field: &str| subject[field].as_str().unwrap_or_default();
        let name = part("name");
        text += &match part("kind") {
            "Group" => format!(" g:{name}"),
            "User" => format!(" u:{name}"),
            "ServiceAccount" => format!(" s:{}/{name}", part("namespace")),
            other => anyhow::bail!("{own} has a subject that is a {other}"),
        };
    }
    text.push('\n');
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn says_everything_in_a_line_each() {
        let metadata = |name: &str, label: &str| {
            json!({"name": name, "labels": {"kubernetes.io/bootstrapping": "rbac-defaults", format!("{GROUP}{label}"): "true"},
                "annotations": {"rbac.authorization.kubernetes.io/autoupdate": "true"}})
        };
        let get = &mut |path: &str| {
            let items = match path.rsplit('/').next().unwrap_or_default() {
                "clusterroles" => json!([
                    {"metadata": {"name": "someone's"}},
                    {"metadata": metadata("gathers", "x"), "rules": [{"verbs": ["get"]}],
                        "aggregationRule": {"clusterRoleSelectors": [{"matchLabels": {format!("{GROUP}y"): "true"}}]}},
                    {"metadata": metadata("plain", "y"), "rules": [
                        {"verbs": ["get", "list"], "apiGroups": ["", "apps"], "resources": ["pods"], "resourceNames": ["a"]},
                        {"verbs": ["get"], "nonResourceURLs": ["/a", "/b/*"]},
                    ]},
                ]),
                "clusterrolebindings" => json!([{
                    "metadata": metadata("bound", "z"), "roleRef": {"kind": "ClusterRole", "name": "plain"},
                    "subjects": [{"kind": "Group", "name": "g"}, {"kind": "ServiceAccount", "name": "a", "namespace": "n"}],
                }]),
                _ => json!([]),
            };
            Ok(json!({"items": items}))
        };
        let wanted = "\
ClusterRole gathers =y +x
ClusterRole plain +y
 get,list -,apps pods a
 get /a,/b/*
ClusterRoleBinding bound >plain g:g s:n/a
";
        assert_eq!(text(get).unwrap(), wanted);
    }
}
