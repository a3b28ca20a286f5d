//! Pods, and templates of pods.
//!
//! Source: `ValidatePodSpec`, `ValidatePodTemplateSpec` and `ValidatePodUpdate` in `k8s.io/kubernetes/pkg/apis/core/validation`.

mod affinity;
mod claims;
mod container;
mod environment;
mod fields;
mod gates;
mod level;
mod mounts;
mod naming;
mod overlap;
mod probe;
mod resize;
mod resources;
mod security;
mod spread;
mod system;
mod told;
mod volume;
mod windows;

use serde_json::Value;

use super::common::{annotations, label, labels, subdomain};
use super::fault::Fault;
use super::names;
use super::part::Part;
use crate::object::set;

pub(crate) use affinity::{PREFERRED, REQUIRED};
pub(super) use affinity::{key_of_label, node_selector};
pub(super) use resize::update as resize;
pub(super) use resources::{is_of_quota, name as resource_name, name_of_container, overhead};
pub(super) use told::{fractions, told, volume_told};
pub(super) use volume::{driver as volume_driver, judge as volume_source};

const LARGEST: i64 = i32::MAX as i64;

pub(super) fn create(object: &Value) -> Vec<Fault> {
    let spec = Part::of(object, "spec");
    let mut faults = whole(&spec);
    if !spec.field("ephemeralContainers").is_empty() {
        faults.push(spec.field("ephemeralContainers").forbidden("cannot be set on create"));
    }
    if !spec.field("nodeName").is_empty() && !spec.field("schedulingGates").is_empty() {
        let why = "cannot be set until all schedulingGates have been cleared";
        faults.push(spec.field("nodeName").forbidden(why));
    }
    faults
}

pub(super) fn update(object: &Value, old: &Value) -> Vec<Fault> {
    let (spec, was) = (Part::of(object, "spec"), Part::of(old, "spec"));
    let mut faults = whole(&spec);
    for list in ["containers", "initContainers"] {
        let (new, old) = (spec.field(list), was.field(list));
        if new.items().len() != old.items().len() {
            faults.push(new.forbidden("pod updates may not add or remove containers"));
            return faults;
        }
    }
    let (deadline, before) = (spec.field("activeDeadlineSeconds"), was.field("activeDeadlineSeconds"));
    if deadline.is_there() {
        if before.is_there() && before.number() < deadline.number() {
            faults.push(deadline.invalid("must be less than or equal to previous value"));
            return faults;
        }
    } else if before.is_there() {
        faults.push(deadline.invalid("must not update from a positive integer to nil value"));
    }
    let kept = was.field("tolerations").items();
    let new = spec.field("tolerations").items();
    let same = |one: &Part<'_>, two: &Part<'_>| {
        let bare = |part: &Part<'_>| {
            let mut value = part.value.clone();
            if let Some(fields) = value.as_object_mut() {
                fields.remove("tolerationSeconds");
            }
            value
        };
        bare(one) == bare(two)
    };
    if kept.iter().any(|old| !new.iter().any(|new| same(new, old))) {
        let why = "existing toleration can not be modified except its tolerationSeconds";
        faults.push(spec.field("tolerations").forbidden(why));
    }
    let mut munged = munged(spec.value, was.value);
    gates::update(&spec, &was, &mut munged, &mut faults);
    if munged != *was.value {
        let fields = "`spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";
        faults.push(spec.forbidden(&format!("pod updates may not change fields other than {fields}\n")));
    }
    faults
}

/// The whole spec of a pod.
pub(super) fn whole(spec: &Part<'_>) -> Vec<Fault> {
    let mut faults = self::spec(spec);
    faults.extend(own(spec));
    faults
}

/// Containers to debug a pod with, which may only be added.
///
/// Source: `ValidatePodEphemeralContainersUpdate`.
pub(super) fn debug(object: &Value, old: &Value) -> Vec<Fault> {
    let spec = Part::of(object, "spec");
    let mut faults = whole(&spec);
    let (list, before) =
        (spec.field("ephemeralContainers"), Part::of(old, "spec").field("ephemeralContainers"));
    let new = list.items();
    for old in before.items() {
        let (name, was) = (old.field("name"), old.value);
        let why = match new.iter().find(|new| new.field("name").value == name.value) {
            None => "removed",
            Some(new) if new.value != was => "changed",
            Some(_) => continue,
        };
        faults.push(
            list.forbidden(&format!("existing ephemeral containers {} may not be {why}\n", name.shown())),
        );
    }
    faults
}

/// What templates may say, and pods not.
fn own(spec: &Part<'_>) -> Vec<Fault> {
    let lists = ["containers", "initContainers", "ephemeralContainers"].map(|list| spec.field(list).items());
    let images = lists.iter().flatten().map(|container| container.field("image"));
    let tokens = spec.field("volumes").items().into_iter().flat_map(|volume| {
        let sources = volume.field("projected").field("sources").items();
        sources.into_iter().map(|source| source.field("serviceAccountToken"))
    });
    let tokens = tokens.filter(|token| token.is_there() && spec.field("serviceAccountName").is_empty());
    let tokens =
        tokens.map(|token| token.forbidden("must not be specified when serviceAccountName is not set"));
    let spaced = images.filter(|image| image.text() != image.text().trim());
    let spaced = spaced.map(|image| image.invalid("must not have leading or trailing whitespace"));
    spaced.chain(tokens).collect()
}

/// A spec in which what may change is as it was.
fn munged(spec: &Value, old: &Value) -> Value {
    let mut spec = spec.clone();
    for field in ["activeDeadlineSeconds", "tolerations", "schedulingGates"] {
        set(&mut spec, field, old.get(field).cloned());
    }
    for list in ["containers", "initContainers"] {
        let before = old.get(list).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let containers = spec.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten();
        for (container, old) in containers.zip(before) {
            if let (Some(fields), Some(image)) = (container.as_object_mut(), old.get("image")) {
                fields.insert("image".into(), image.clone());
            }
        }
    }
    spec
}

/// A template of pods.
pub(super) fn template(template: &Part<'_>) -> Vec<Fault> {
    let metadata = template.field("metadata");
    let at =
        |name: &str| Part { path: format!("{}.{name}", template.path), value: metadata.field(name).value };
    let mut faults = labels(&at("labels"));
    faults.extend(annotations(&at("annotations")));
    faults.extend(spec(&template.field("spec")));
    if !template.field("spec").field("ephemeralContainers").is_empty() {
        let part = template.field("spec").field("ephemeralContainers");
        faults.push(part.forbidden("ephemeral containers not allowed in pod template"));
    }
    faults
}

fn spec(spec: &Part<'_>) -> Vec<Fault> {
    let mut faults = Vec::new();
    let volumes = volume::all(&spec.field("volumes"), &mut faults);
    let claims = claims::all(&spec.field("resourceClaims"), &mut faults);
    let around = container::Around { volumes: &volumes, claims: &claims, spec };
    container::all(&around, &mut faults);
    container::to_debug(&around, &mut faults);
    level::judge(spec, &claims, &mut faults);
    container::on_host(spec, &mut faults);
    faults.extend(spec.field("restartPolicy").one_of(&["Always", "OnFailure", "Never"]));
    let policies = ["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"];
    faults.extend(spec.field("dnsPolicy").one_of(&policies));
    faults.extend(labels(&spec.field("nodeSelector")));
    security::pod(spec, &mut faults);
    affinity::judge(&spec.field("affinity"), &mut faults);
    naming::resolver(&spec.field("dnsConfig"), spec.field("dnsPolicy").text(), &mut faults);
    for gate in spec.field("readinessGates").items() {
        key_of_label(&gate.field("conditionType"), &mut faults);
    }
    gates::names(spec, &mut faults);
    spread::judge(&spec.field("topologySpreadConstraints"), &mut faults);
    windows::on_host(spec, &mut faults);
    system::users(spec, &mut faults);
    names_of(spec, &mut faults);
    for toleration in spec.field("tolerations").items() {
        self::toleration(&toleration, &mut faults);
    }
    naming::aliases(&spec.field("hostAliases"), &mut faults);
    named(spec, "priorityClassName", subdomain, &mut faults);
    named(spec, "runtimeClassName", subdomain, &mut faults);
    let preemption = spec.field("preemptionPolicy");
    if preemption.is_there() {
        faults.extend(preemption.one_of(&["PreemptLowerPriority", "Never"]));
    }
    overhead(&spec.field("overhead"), &mut faults);
    system::judge(spec, &mut faults);
    environment::files(spec, &mut faults);
    faults
}

/// How a pod is called, by whom, and on which node it is.
fn names_of(spec: &Part<'_>, faults: &mut Vec<Fault>) {
    let own = spec.field("hostnameOverride");
    if own.is_there() && spec.field("setHostnameAsFQDN").flag() {
        faults.push(own.forbidden("may not be specified when setHostnameAsFQDN is true"));
    }
    if own.is_there() && spec.field("hostNetwork").flag() {
        faults.push(own.forbidden("may not be specified when hostNetwork is true"));
    }
    if own.text().len() > 64 {
        faults.push(Fault::too_long(&own.path, 64));
    }
    named(spec, "hostnameOverride", subdomain, faults);
    named(spec, "serviceAccountName", subdomain, faults);
    named(spec, "nodeName", subdomain, faults);
    let deadline = spec.field("activeDeadlineSeconds");
    if deadline.is_there() && !(1..=LARGEST).contains(&deadline.number()) {
        faults.push(deadline.invalid(format!("must be between 1 and {LARGEST}, inclusive")));
    }
    named(spec, "hostname", label, faults);
    named(spec, "subdomain", label, faults);
}

/// A name, where there is one.
fn named(spec: &Part<'_>, field: &str, rule: fn(&Part<'_>) -> Vec<Fault>, faults: &mut Vec<Fault>) {
    let part = spec.field(field);
    if !part.is_empty() {
        faults.extend(rule(&part));
    }
}

/// The containers of a pod, of all sorts.
fn containers<'v>(spec: &Part<'v>) -> impl Iterator<Item = Part<'v>> + use<'v> {
    let lists = ["initContainers", "containers", "ephemeralContainers"].map(|list| spec.field(list).items());
    lists.into_iter().flatten()
}

pub(super) fn toleration(one: &Part<'_>, faults: &mut Vec<Fault>) {
    let (key, operator, value) = (one.field("key"), one.field("operator"), one.field("value"));
    if !key.is_empty() {
        faults.extend(key.all_invalid(names::label_key(key.text())));
    }
    if key.is_empty() && operator.text() != "Exists" {
        let why =
            "operator must be Exists when `key` is empty, which means \"match all values and all keys\"";
        faults.push(Fault::invalid(&operator.path, operator.text(), why));
    }
    let effect = one.field("effect");
    if one.field("tolerationSeconds").is_there() && effect.text() != "NoExecute" {
        let why = "effect must be 'NoExecute' when `tolerationSeconds` is set";
        faults.push(Fault::invalid(&effect.path, effect.text(), why));
    }
    match operator.text() {
        "Equal" | "" => {
            let whys = names::label_value(value.text());
            if !whys.is_empty() {
                faults.push(Fault::invalid(&operator.path, value.text(), whys.join(";")));
            }
        }
        "Exists" if !value.is_empty() => {
            let why = "value must be empty when `operator` is 'Exists'";
            faults.push(Fault::invalid(&operator.path, value.text(), why));
        }
        "Exists" => {}
        // They are known, and not taken by default.
        "Lt" | "Gt" => faults.push(operator.not_supported(&["Equal", "Exists", "Lt", "Gt"])),
        _ => faults.push(operator.not_supported(&["Equal", "Exists"])),
    }
    if !effect.is_empty() {
        faults.extend(effect.one_of(&["NoSchedule", "PreferNoSchedule", "NoExecute"]));
    }
}
