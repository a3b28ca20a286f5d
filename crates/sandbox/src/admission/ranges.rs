//! What a namespace's `LimitRange`s give to containers that have not said it, and bound.
//!
//! Source: `plugin/pkg/admission/limitranger` of Kubernetes.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::refused;
use crate::object::{Amount, Amounts, meta, meta_mut, spec_mut, text};
use crate::server::Server;
use crate::store::Stored;
use crate::wire::Refusal;

const ANNOTATION: &str = "kubernetes.io/limit-ranger";

fn ranges(server: &Server, object: &Value) -> Vec<Stored> {
    server.within("", "limitranges", meta(object, "namespace"))
}

/// The limits of a range for one type of what is limited.
fn limits<'r>(range: &'r Value, kind: &str) -> impl Iterator<Item = &'r Value> {
    let all = range.pointer("/spec/limits").and_then(Value::as_array).into_iter().flatten();
    all.filter(move |limit| text(limit, "/type") == kind)
}

/// Gives a new pod's containers what they have not said.
pub(super) fn admit(server: &Server, pod: &mut Value) {
    for range in ranges(server, pod) {
        let mut given = Vec::new();
        for (list, what) in [("containers", "container"), ("initContainers", "init container")] {
            let containers = spec_mut(pod).and_then(|spec| spec.get_mut(list)?.as_array_mut());
            for container in containers.into_iter().flatten().filter_map(Value::as_object_mut) {
                let name = container.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
                for (field, from) in [("requests", "defaultRequest"), ("limits", "default")] {
                    let names = fill(container, field, from, &range);
                    if !names.is_empty() {
                        let names: Vec<_> = names.into_iter().collect();
                        given.push(format!(
                            "{} {} for {what} {name}",
                            names.join(", "),
                            field.trim_end_matches('s')
                        ));
                    }
                }
            }
        }
        if given.is_empty() {
            continue;
        }
        let told = format!("LimitRanger plugin set: {}", given.join("; "));
        let annotations =
            meta_mut(pod).map(|metadata| metadata.entry("annotations").or_insert_with(|| json!({})));
        if let Some(Value::Object(annotations)) = annotations {
            annotations.insert(ANNOTATION.into(), told.into());
        }
    }
}

/// Fills in a container's `requests` or `limits`, and names what it was.
fn fill(container: &mut Map<String, Value>, field: &str, from: &str, range: &Value) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (name, value) in limits(range, "Container").filter_map(|limit| limit.get(from)?.as_object()).flatten()
    {
        let resources = container.entry("resources").or_insert_with(|| json!({}));
        let Some(resources) = resources.as_object_mut() else { continue };
        let list = resources.entry(field).or_insert_with(|| json!({}));
        let Some(list) = list.as_object_mut().filter(|list| !list.contains_key(name)) else { continue };
        list.insert(name.clone(), value.clone());
        names.insert(name.clone());
    }
    names
}

/// Whether a pod stays within the bounds.
pub(super) fn judge_pod(server: &Server, pod: &Value) -> Result<(), Refusal> {
    let lists = ["/spec/containers", "/spec/initContainers"];
    for range in ranges(server, pod) {
        let mut faults = Vec::new();
        for limit in limits(&range, "Container") {
            for container in lists.iter().filter_map(|list| pod.pointer(list)?.as_array()).flatten() {
                bounds(
                    limit,
                    &Amounts::of(container, "requests"),
                    &Amounts::of(container, "limits"),
                    &mut faults,
                );
            }
        }
        for limit in limits(&range, "Pod") {
            bounds(limit, &Amounts::of_pod(pod, "requests"), &Amounts::of_pod(pod, "limits"), &mut faults);
        }
        refuse("pods", pod, faults)?;
    }
    Ok(())
}

/// Whether a claim stays within the bounds.
pub(super) fn judge_claim(server: &Server, claim: &Value) -> Result<(), Refusal> {
    let requests = Amounts::from(claim.pointer("/spec/resources/requests"));
    for range in ranges(server, claim) {
        let mut faults = Vec::new();
        for limit in limits(&range, "PersistentVolumeClaim") {
            least(limit, &requests, &Amounts::default(), &mut faults);
            for (name, most) in Amounts::from(limit.get("max")).0 {
                let start = format!("maximum {name} usage per PersistentVolumeClaim is {most}");
                match requests.get(&name) {
                    None => faults.push(format!("{start}.  No request is specified")),
                    Some(request) if request.nanos() > most.nanos() => {
                        faults.push(format!("{start}, but request is {request}"));
                    }
                    Some(_) => {}
                }
            }
        }
        refuse("persistentvolumeclaims", claim, faults)?;
    }
    Ok(())
}

fn refuse(plural: &str, object: &Value, mut faults: Vec<String>) -> Result<(), Refusal> {
    let mut seen = BTreeSet::new();
    faults.retain(|fault| seen.insert(fault.clone()));
    match faults.as_slice() {
        [] => Ok(()),
        [one] => Err(refused(plural, object, one)),
        many => Err(refused(plural, object, &format!("[{}]", many.join(", ")))),
    }
}

fn bounds(limit: &Value, requests: &Amounts, limits: &Amounts, faults: &mut Vec<String>) {
    least(limit, requests, limits, faults);
    let kind = text(limit, "/type");
    for (name, most) in Amounts::from(limit.get("max")).0 {
        let start = format!("maximum {name} usage per {kind} is {most}");
        let more = |amount: Option<Amount>| amount.filter(|amount| amount.nanos() > most.nanos());
        if limits.get(&name).is_none() {
            faults.push(format!("{start}.  No limit is specified"));
        } else if let Some(limit) = more(limits.get(&name)) {
            faults.push(format!("{start}, but limit is {limit}"));
        } else if let Some(request) = more(requests.get(&name)) {
            faults.push(format!("{start}, but request is {request}"));
        }
    }
    for (name, ratio) in Amounts::from(limit.get("maxLimitRequestRatio")).0 {
        let start = format!("{name} max limit to request ratio per {kind} is {ratio}");
        let some = |list: &Amounts| list.get(&name).map(Amount::nanos).filter(|nanos| *nanos != 0);
        match (some(requests), some(limits)) {
            (None, _) => faults.push(format!("{start}, but no request is specified or request is 0")),
            (_, None) => faults.push(format!("{start}, but no limit is specified or limit is 0")),
            (Some(request), Some(limit)) => {
                let provided = limit as f64 / request as f64;
                if provided > ratio.nanos() as f64 / 1e9 {
                    faults.push(format!("{start}, but provided ratio is {provided:.6}"));
                }
            }
        }
    }
}

fn least(limit: &Value, requests: &Amounts, limits: &Amounts, faults: &mut Vec<String>) {
    let kind = text(limit, "/type");
    for (name, least) in Amounts::from(limit.get("min")).0 {
        let start = format!("minimum {name} usage per {kind} is {least}");
        let less = |amount: Option<Amount>| amount.filter(|amount| amount.nanos() < least.nanos());
        if requests.get(&name).is_none() {
            faults.push(format!("{start}.  No request is specified"));
        } else if let Some(request) = less(requests.get(&name)) {
            faults.push(format!("{start}, but request is {request}"));
        } else if let Some(limit) = less(limits.get(&name)) {
            faults.push(format!("{start}, but limit is {limit}"));
        }
    }
}
