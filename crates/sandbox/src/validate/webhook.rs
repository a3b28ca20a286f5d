//! Webhooks that are to be asked before something is admitted.
//!
//! Source: `k8s.io/kubernetes/pkg/apis/admissionregistration/validation`.

use std::collections::BTreeSet;

use serde_json::Value;

use super::common::{alone, selector};
use super::fault::Fault;
use super::hook;
use super::names;
use super::part::Part;
use crate::registry::NameRule;

/// Of the sandbox's own objects all keep these rules, so that those for older objects, which do not, are never needed.
pub(super) fn judge(kind: &str, object: &Value) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut seen = BTreeSet::new();
    for webhook in Part::of(object, "webhooks").items() {
        judge_one(&webhook, kind == "MutatingWebhookConfiguration", &mut faults);
        let hint = "must specify one of v1, v1beta1";
        hook::versions(&webhook.field("admissionReviewVersions"), hint, &mut faults);
        let name = webhook.field("name");
        if !name.is_empty() && !seen.insert(name.text()) {
            faults.push(name.duplicate());
        }
    }
    faults
}

fn judge_one(webhook: &Part<'_>, mutates: bool, faults: &mut Vec<Fault>) {
    faults.extend(qualified(&webhook.field("name")));
    webhook.field("rules").items().iter().for_each(|rule| self::rule(rule, faults));
    let effects = webhook.field("sideEffects");
    faults.extend(webhook.field("failurePolicy").one_of(&["Fail", "Ignore"]));
    faults.extend(webhook.field("matchPolicy").one_of(&["Equivalent", "Exact"]));
    if effects.is_there() {
        faults.extend(effects.one_of(&["None", "NoneOnDryRun"]));
    } else {
        faults.push(effects.required("must specify one of None, NoneOnDryRun"));
    }
    let time = webhook.field("timeoutSeconds");
    if !(1..=30).contains(&time.number()) {
        faults.push(time.invalid("the timeout value must be between 1 and 30 seconds"));
    }
    for selects in ["namespaceSelector", "objectSelector"] {
        faults.extend(selector(&webhook.field(selects)));
    }
    if mutates {
        faults.extend(webhook.field("reinvocationPolicy").one_of(&["IfNeeded", "Never"]));
    }
    hook::client(&webhook.field("clientConfig"), faults);
    conditions(&webhook.field("matchConditions"), faults);
}

/// A name of three parts at least.
fn qualified(name: &Part<'_>) -> Option<Fault> {
    let whys: Vec<String> = names::name(NameRule::Subdomain, name.text(), false);
    match name.text() {
        "" => Some(name.required("")),
        _ if !whys.is_empty() => Some(name.invalid(whys.join(","))),
        text if text.split('.').count() < 3 => {
            Some(name.invalid("should be a domain with at least three segments separated by dots"))
        }
        _ => None,
    }
}

fn rule(rule: &Part<'_>, faults: &mut Vec<Fault>) {
    alone(&rule.field("operations"), "", "operations", faults);
    for operation in rule.field("operations").items() {
        faults.extend(operation.one_of(&["*", "CONNECT", "CREATE", "DELETE", "UPDATE"]));
    }
    alone(&rule.field("apiGroups"), "", "API groups", faults);
    alone(&rule.field("apiVersions"), "", "API versions", faults);
    for version in rule.field("apiVersions").items() {
        if version.is_empty() {
            faults.push(version.required(""));
        }
    }
    resources(&rule.field("resources"), faults);
    faults.extend(rule.field("scope").one_of(&["*", "Cluster", "Namespaced"]));
}

fn resources(list: &Part<'_>, faults: &mut Vec<Fault>) {
    let items = list.items();
    if items.is_empty() {
        faults.push(list.required(""));
    }
    let (mut all_parts, mut all_resources) = (BTreeSet::new(), BTreeSet::new());
    // Only the last of them counts, as in the server.
    let mut whole = false;
    for item in &items {
        let text = item.text();
        if text.is_empty() {
            faults.push(item.required(""));
            continue;
        }
        let Some((resource, part)) = text.split_once('/') else {
            whole = text != "*";
            continue;
        };
        if all_parts.contains(resource) {
            faults.push(item.invalid(format!("if '{resource}/*' is present, must not specify {text}")));
        }
        if all_resources.contains(part) {
            faults.push(item.invalid(format!("if '*/{part}' is present, must not specify {text}")));
        }
        if part == "*" {
            all_parts.insert(resource);
        }
        if resource == "*" {
            all_resources.insert(part);
        }
    }
    let has = |text: &str| items.iter().any(|item| item.text() == text);
    if items.len() > 1 && has("*/*") {
        faults.push(list.invalid("if '*/*' is present, must not specify other resources"));
    }
    if has("*") && whole {
        let why = "if '*' is present, must not specify other resources without subresources";
        faults.push(list.invalid(why));
    }
}

/// Of their expressions it is only judged that they are there.
fn conditions(list: &Part<'_>, faults: &mut Vec<Fault>) {
    let items = list.items();
    if items.len() > 64 {
        faults.push(Fault::too_many(&list.path, items.len(), 64));
    }
    let mut seen = BTreeSet::new();
    for condition in items {
        let (name, expression) = (condition.field("name"), condition.field("expression"));
        if expression.text().trim().is_empty() {
            faults.push(expression.required(""));
        }
        if name.is_empty() {
            faults.push(name.required(""));
            continue;
        }
        faults.extend(name.all_invalid(names::label_key(name.text())));
        if !seen.insert(name.text()) {
            faults.push(name.duplicate());
        }
    }
}
