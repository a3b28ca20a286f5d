//! What scales others.
//!
//! Source: `validateHorizontalPodAutoscalerSpec` in `k8s.io/kubernetes/pkg/apis/autoscaling/validation`.

use serde_json::Value;

use super::common::reference;
use super::fault::Fault;
use super::names;
use super::part::Part;
use crate::object::quantity;
use crate::registry::NameRule;

/// The sources of metrics: their types, and their fields, in the order in which the server looks at them.
const SOURCES: [(&str, &str); 5] = [
    ("Object", "object"),
    ("External", "external"),
    ("Pods", "pods"),
    ("Resource", "resource"),
    ("ContainerResource", "containerResource"),
];

pub(super) fn judge(object: &Value) -> Vec<Fault> {
    let spec = Part::of(object, "spec");
    let (least, most) = (spec.field("minReplicas"), spec.field("maxReplicas"));
    let mut faults = Vec::new();
    faults.extend(least.not_negative());
    if least.is_there() && most.number() < least.number() {
        faults.push(most.invalid("must be greater than or equal to `minReplicas`"));
    }
    target(&spec.field("scaleTargetRef"), &mut faults);
    let metrics = spec.field("metrics");
    metrics.items().iter().for_each(|one| metric(one, &mut faults));
    let from_outside = |metric: &Part<'_>| matches!(metric.field("type").text(), "Object" | "External");
    if least.is_there() && least.number() == 0 && !metrics.items().iter().any(from_outside) {
        let why = "must specify at least one Object or External metric to support scaling to zero replicas";
        faults.push(metrics.forbidden(why));
    }
    for rules in ["scaleUp", "scaleDown"].map(|field| spec.field("behavior").field(field)) {
        if rules.is_there() {
            pace(&rules, &mut faults);
        }
    }
    // It is judged by another part of the server, after all else.
    match most.number() {
        0 => faults.push(most.required("")),
        number if number < 0 => faults.push(most.invalid("must be greater than or equal to 1")),
        _ => {}
    }
    faults
}

fn target(part: &Part<'_>, faults: &mut Vec<Fault>) {
    faults.extend(reference(part));
    let version = part.field("apiVersion");
    let alone = part.field("kind").text() == "ReplicationController";
    let why = match version.text().matches('/').count() {
        0 if !alone => "apiVersion must specify API group".to_owned(),
        0 | 1 => return,
        _ => format!("unexpected GroupVersion string: {}", version.text()),
    };
    faults.push(Fault::invalid(&version.path, version.text(), why));
}

fn metric(metric: &Part<'_>, faults: &mut Vec<Fault>) {
    let kind = metric.field("type");
    if kind.is_empty() {
        faults.push(kind.required("must specify a metric source type"));
    }
    faults.extend(kind.one_of(&["ContainerResource", "External", "Object", "Pods", "Resource"]));
    let given: Vec<&(&str, &str)> =
        SOURCES.iter().filter(|(_, field)| metric.field(field).is_there()).collect();
    if let Some((_, field)) = given.first() {
        source(field, &metric.field(field), faults);
    }
    let own = SOURCES.iter().find(|(name, _)| *name == kind.text()).map(|(_, field)| *field);
    if let Some(own) = own.map(|own| metric.field(own)).filter(|own| !own.is_there()) {
        faults.push(own.required("must populate information for the given metric source"));
    }
    if given.len() > 1 {
        for (_, field) in given.iter().filter(|(_, field)| Some(*field) != own) {
            faults.push(metric.field(field).forbidden("must populate the given metric source only"));
        }
    }
}

fn source(kind: &str, part: &Part<'_>, faults: &mut Vec<Fault>) {
    let aim = part.field("target");
    let (value, average, percent) =
        (aim.field("value"), aim.field("averageValue"), aim.field("averageUtilization"));
    if kind == "object" {
        faults.extend(reference(&part.field("describedObject")));
    }
    match kind {
        "resource" | "containerResource" => {
            if part.field("name").is_empty() {
                faults.push(part.field("name").required("must specify a resource name"));
            }
            if kind == "containerResource" && part.field("container").is_empty() {
                faults.push(part.field("container").required("must specify a container"));
            }
        }
        _ => {
            let name = part.field("metric").field("name");
            if name.is_empty() {
                faults.push(name.required("must specify a metric name"));
            } else {
                faults.extend(name.all_invalid(names::name(NameRule::PathSegment, name.text(), false)));
            }
        }
    }
    self::aim(&aim, faults);
    match (kind, value.is_there(), average.is_there(), percent.is_there()) {
        ("object", false, false, _) => {
            faults.push(average.required("must set either a target value or averageValue"));
        }
        ("external", false, false, _) => {
            faults.push(average.required("must set either a target value for metric or a per-pod target"));
        }
        ("external", true, true, _) => {
            faults.push(value.forbidden("may not set both a target value for metric and a per-pod target"));
        }
        ("pods", _, false, _) => faults.push(average.required("must specify a positive target averageValue")),
        ("resource" | "containerResource", _, false, false) => {
            faults.push(percent.required("must set either a target raw value or a target utilization"));
        }
        ("resource" | "containerResource", _, true, true) => {
            faults.push(average.forbidden("may not set both a target raw value and a target utilization"));
        }
        _ => {}
    }
}

fn aim(aim: &Part<'_>, faults: &mut Vec<Fault>) {
    let (kind, percent) = (aim.field("type"), aim.field("averageUtilization"));
    if kind.is_empty() {
        faults.push(kind.required("must specify a metric target type"));
    }
    if !matches!(kind.text(), "Utilization" | "Value" | "AverageValue") {
        let why = "must be either Utilization, Value, or AverageValue";
        faults.push(Fault::invalid(&kind.path, kind.text(), why));
    }
    for amount in ["value", "averageValue"].map(|field| aim.field(field)) {
        if amount.is_there() && quantity::nanos(amount.text()).unwrap_or_default() <= 0 {
            faults.push(amount.invalid("must be positive"));
        }
    }
    if percent.is_there() && percent.number() < 1 {
        faults.push(percent.invalid("must be greater than 0"));
    }
}

/// How fast it scales.
fn pace(rules: &Part<'_>, faults: &mut Vec<Fault>) {
    let (window, chosen, policies) =
        (rules.field("stabilizationWindowSeconds"), rules.field("selectPolicy"), rules.field("policies"));
    between(&window, 0, 3600, faults);
    if chosen.is_there() {
        faults.extend(chosen.one_of(&["Disabled", "Max", "Min"]));
    }
    if policies.is_empty() {
        faults.push(policies.required("must specify at least one Policy"));
    }
    for policy in policies.items() {
        faults.extend(policy.field("type").one_of(&["Percent", "Pods"]));
        between(&policy.field("value"), 1, i64::MAX, faults);
        between(&policy.field("periodSeconds"), 1, 1800, faults);
    }
    let tolerance = rules.field("tolerance");
    if quantity::nanos(tolerance.text()).is_some_and(|nanos| nanos < 0) {
        faults.push(tolerance.invalid("must be greater than or equal to 0"));
    }
}

fn between(part: &Part<'_>, least: i64, most: i64, faults: &mut Vec<Fault>) {
    if !part.is_there() && least == 0 {
        return;
    }
    let shown = |why: &str| Fault::invalid_value(&part.path, part.number().to_string(), why);
    if part.number() < least {
        faults.push(shown(if least == 0 {
            "must be greater than or equal to zero"
        } else {
            "must be greater than zero"
        }));
    } else if part.number() > most {
        faults.push(shown(&format!("must be less than or equal to {most}")));
    }
}
