//! Who waits for whom where the API server has much to do.
//!
//! Source: `k8s.io/kubernetes/pkg/apis/flowcontrol/validation`.

use std::collections::BTreeSet;

use serde_json::Value;

use super::common::{alone, label, subdomain};
use super::fault::Fault;
use super::names;
use super::part::Part;
use crate::object::{meta, quote};
use crate::registry::NameRule;

const VERBS: [&str; 9] =
    ["create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch"];

pub(super) fn judge(kind: &str, object: &Value) -> Vec<Fault> {
    let spec = Part::of(object, "spec");
    let mut faults = Vec::new();
    match kind {
        "FlowSchema" => schema(&spec, meta(object, "name"), &mut faults),
        "PriorityLevelConfiguration" => level(&spec, meta(object, "name"), &mut faults),
        _ => {}
    }
    faults
}

/// Conditions, each of another type.
pub(super) fn status(object: &Value) -> Vec<Fault> {
    let (mut faults, mut seen) = (Vec::new(), BTreeSet::new());
    for kind in Part::of(object, "status").field("conditions").items().iter().map(|one| one.field("type")) {
        if !seen.insert(kind.text()) {
            faults.push(Fault::duplicate(&kind.path, &quote(kind.text())));
        }
        if kind.is_empty() {
            faults.push(kind.required(""));
        }
    }
    faults
}

fn schema(spec: &Part<'_>, name: &str, faults: &mut Vec<Fault>) {
    let precedence = spec.field("matchingPrecedence");
    match precedence.number() {
        ..=0 => faults.push(precedence.invalid("must be a positive value")),
        1 if name != "exempt" => {
            faults.push(precedence.invalid("only the schema named 'exempt' may have matchingPrecedence 1"));
        }
        10_001.. => faults.push(precedence.invalid("must not be greater than 10000")),
        _ => {}
    }
    let method = spec.field("distinguisherMethod");
    if method.is_there() && !matches!(method.field("type").text(), "ByNamespace" | "ByUser") {
        let shown = format!("{{\"Type\":{}}}", quote(method.field("type").text()));
        faults.push(Fault::not_supported(&method.field("type").path, &shown, &["ByNamespace", "ByUser"]));
    }
    let level = spec.field("priorityLevelConfiguration").field("name");
    if level.is_empty() {
        faults.push(level.required("must reference a priority level"));
    } else {
        faults.extend(subdomain(&level));
    }
    spec.field("rules").items().iter().for_each(|rule| self::rule(rule, faults));
}

fn rule(rule: &Part<'_>, faults: &mut Vec<Fault>) {
    let (subjects, resources, paths) =
        (rule.field("subjects"), rule.field("resourceRules"), rule.field("nonResourceRules"));
    if subjects.is_empty() {
        faults.push(subjects.required("subjects must contain at least one value"));
    }
    subjects.items().iter().for_each(|one| subject(one, faults));
    if resources.is_empty() && paths.is_empty() {
        faults.push(rule.required("at least one of resourceRules and nonResourceRules has to be non-empty"));
    }
    resources.items().iter().for_each(|rule| of_resources(rule, faults));
    paths.items().iter().for_each(|rule| of_paths(rule, faults));
}

fn subject(subject: &Part<'_>, faults: &mut Vec<Fault>) {
    /// Kinds of subjects, and where they stand, in the order in which the server forbids what belongs to others.
    const KINDS: [(&str, &str); 3] =
        [("ServiceAccount", "serviceAccount"), ("User", "user"), ("Group", "group")];
    let kind = subject.field("kind");
    let Some((own, field)) = KINDS.iter().find(|(own, _)| *own == kind.text()) else {
        faults.push(kind.not_supported(&["Group", "ServiceAccount", "User"]));
        return;
    };
    let part = subject.field(field);
    if part.is_there() {
        let name = part.field("name");
        match (name.text(), *own) {
            ("", _) => faults.push(name.required("")),
            ("*", _) => {}
            (_, "ServiceAccount") => faults.extend(subdomain(&name)),
            _ => {}
        }
        let namespace = part.field("namespace");
        if *own == "ServiceAccount" && namespace.is_empty() {
            faults.push(namespace.required("must specify namespace for service account"));
        } else if *own == "ServiceAccount" {
            faults.extend(label(&namespace));
        }
    } else {
        faults.push(part.required(&format!("{field} is required when subject kind is '{own}'")));
    }
    for (other, field) in KINDS.iter().filter(|(other, _)| other != own) {
        if subject.field(field).is_there() {
            let why = format!("{field} is forbidden when subject kind is not '{other}'");
            faults.push(subject.field(field).forbidden(&why));
        }
    }
}

fn verbs(list: &Part<'_>, faults: &mut Vec<Fault>) {
    let known = |item: &Part<'_>| VERBS.contains(&item.text());
    let each = alone(list, "verbs must contain at least one value", "verbs", faults);
    if each && !list.items().iter().all(known) {
        faults.push(list.not_supported(&VERBS));
    }
}

fn of_resources(rule: &Part<'_>, faults: &mut Vec<Fault>) {
    verbs(&rule.field("verbs"), faults);
    let missing = |what: &str| format!("resource rules must supply at least one {what}");
    alone(&rule.field("apiGroups"), &missing("api group"), "api groups", faults);
    alone(&rule.field("resources"), &missing("resource"), "resources", faults);
    let namespaces = rule.field("namespaces");
    if namespaces.is_empty() && rule.field("clusterScope").flag() {
        return;
    }
    let missing = "resource rules that are not cluster scoped must supply at least one namespace";
    if alone(&namespaces, missing, "namespaces", faults) {
        for namespace in namespaces.items() {
            let whys = names::name(NameRule::Label, namespace.text(), false).into_iter();
            let whys =
                whys.map(|why| format!("each member of this list must be '*' or a DNS-1123 label; {why}"));
            faults.extend(namespace.all_invalid(whys.collect()));
        }
    }
}

fn of_paths(rule: &Part<'_>, faults: &mut Vec<Fault>) {
    verbs(&rule.field("verbs"), faults);
    let urls = rule.field("nonResourceURLs");
    if alone(&urls, "nonResourceURLs must contain at least one value", "non-resource URLs", faults) {
        faults.extend(urls.items().iter().filter_map(|url| Some(url.invalid(path(url.text())?))));
    }
}

/// What is wrong with a path.
fn path(path: &str) -> Option<&'static str> {
    Some(match path {
        "" => "must not be empty",
        "/" => return None,
        _ if !path.starts_with('/') => "must start with slash",
        _ if path.contains(' ') => "must not contain white-space",
        _ if path.contains("//") => "must not contain double slash",
        _ if path.matches('*').count() > usize::from(path.ends_with("/*")) => {
            "wildcard can only do suffix matching"
        }
        _ => return None,
    })
}

fn level(spec: &Part<'_>, name: &str, faults: &mut Vec<Fault>) {
    let (kind, limited, exempt) = (spec.field("type"), spec.field("limited"), spec.field("exempt"));
    if (name == "exempt") != (kind.text() == "Exempt") {
        let why = "must be 'Exempt' if and only if `name` is 'exempt'";
        faults.push(Fault::invalid(&kind.path, kind.text(), why));
    }
    match kind.text() {
        "Exempt" => {
            shares(&exempt, faults);
            lends(&exempt, faults);
        }
        "Limited" if limited.is_there() => self::limited(&limited, faults),
        "Limited" | "" => {}
        _ => faults.push(kind.not_supported(&["Exempt", "Limited"])),
    }
    // What the types say is judged by another part of the server, after all else.
    if kind.is_empty() {
        faults.push(kind.required(""));
    }
    only_for("Exempt", &kind, &exempt, faults);
    if kind.text() == "Limited" && !limited.is_there() {
        faults.push(limited.required(""));
    }
    only_for("Limited", &kind, &limited, faults);
    if limited.is_there() {
        let response = limited.field("limitResponse");
        let (kind, queues) = (response.field("type"), response.field("queuing"));
        if kind.is_empty() {
            faults.push(kind.required(""));
        }
        if kind.text() == "Queue" && !queues.is_there() {
            faults.push(queues.required(""));
        }
        only_for("Queue", &kind, &queues, faults);
    }
}

/// What may only be there with one of the types.
fn only_for(own: &str, kind: &Part<'_>, part: &Part<'_>, faults: &mut Vec<Fault>) {
    if kind.text() != own && part.is_there() {
        faults.push(part.forbidden(""));
    }
}

fn shares(part: &Part<'_>, faults: &mut Vec<Fault>) {
    let shares = part.field("nominalConcurrencyShares");
    if shares.number() < 0 {
        faults.push(shares.invalid("must be a non-negative integer"));
    }
}

fn lends(part: &Part<'_>, faults: &mut Vec<Fault>) {
    let percent = part.field("lendablePercent");
    if !(0..=100).contains(&percent.number()) {
        faults.push(percent.invalid("must be between 0 and 100, inclusive"));
    }
}

fn limited(part: &Part<'_>, faults: &mut Vec<Fault>) {
    shares(part, faults);
    let response = part.field("limitResponse");
    let (kind, queues) = (response.field("type"), response.field("queuing"));
    match kind.text() {
        "Queue" if queues.is_there() => queuing(&queues, faults),
        "Queue" | "Reject" | "" => {}
        _ => faults.push(kind.not_supported(&["Queue", "Reject"])),
    }
    lends(part, faults);
    let limit = part.field("borrowingLimitPercent");
    if limit.number() < 0 {
        faults.push(limit.invalid("if specified, must be a non-negative integer"));
    }
}

fn queuing(queuing: &Part<'_>, faults: &mut Vec<Fault>) {
    const MOST: i64 = 10_000_000;
    /// As many bits has what shuffles them.
    const BITS: f64 = 60.0;
    let (length, queues, hand) =
        (queuing.field("queueLengthLimit"), queuing.field("queues"), queuing.field("handSize"));
    for number in [&length, &queues] {
        if number.number() <= 0 {
            faults.push(number.invalid("must be positive"));
        }
    }
    if queues.number() > MOST {
        faults.push(queues.invalid(format!("must not be greater than {MOST}")));
    }
    if hand.number() <= 0 {
        faults.push(hand.invalid("must be positive"));
    } else if hand.number() > queues.number() {
        faults.push(hand.invalid(format!("should not be greater than queues ({})", queues.number())));
    } else if bits(queues.number(), hand.number()) > BITS {
        faults.push(hand.invalid(format!(
            "required entropy bits of deckSize {} and handSize {} should not be greater than {BITS}",
            queues.number(),
            hand.number()
        )));
    }
}

/// How many bits it takes to choose a hand from so many queues.
fn bits(queues: i64, hand: i64) -> f64 {
    let [queues, hand] = [queues, hand].map(|number| f64::from(i32::try_from(number).unwrap_or(i32::MAX)));
    (queues.log2() * hand).ceil()
}
