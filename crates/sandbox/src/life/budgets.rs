//! Disruption budgets: how many of their pods may be evicted now.
//!
//! Source: `pkg/controller/disruption`.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::hands::Hands;
use super::rollout::share;
use super::status::number;
use super::template::is_ready;
use crate::crd;
use crate::object::{meta, put, set, set_condition, text};
use crate::registry::Kind;
use crate::select::Labels;
use crate::store::Stored;

const GROUP: &str = "policy";
const PLURAL: &str = "poddisruptionbudgets";
/// So many milliseconds an evicted pod has to go; then the budget counts it again.
const PATIENCE: u64 = 2 * 60 * 1_000;

/// Pods of a namespace changed: its budgets are looked at.
pub(super) fn pods_changed(hands: &mut Hands<'_>, namespace: &str) {
    for budget in hands.list(GROUP, PLURAL, namespace) {
        hands.wake(GROUP, PLURAL, &budget);
    }
}

pub(super) fn reconcile(hands: &mut Hands<'_>, key: &str, budget: &Value) {
    let Some(selector) = budget.pointer("/spec/selector").and_then(Labels::of_object) else { return };
    let mut pods = hands.list("", "pods", meta(budget, "namespace"));
    pods.retain(|pod| selector.matches(pod));
    let (expected, desired) = match wanted(hands, budget, &pods) {
        Ok(wanted) => wanted,
        Err(why) => return fail(hands, budget, &why),
    };
    let disrupted = still_disrupted(hands, budget, &pods);
    if let (Some(id), Some(left)) = (hands.id(GROUP, PLURAL), disrupted.values().map(|(_, left)| *left).min())
    {
        hands.later(left, id, key);
    }
    let counts = |pod: &Value| {
        meta(pod, "deletionTimestamp").is_empty()
            && !disrupted.contains_key(meta(pod, "name"))
            && is_ready(pod)
    };
    let healthy = i64::try_from(pods.iter().filter(|pod| counts(pod)).count()).unwrap_or(i64::MAX);
    // A budget of no pods allows none, for the first may come before it is looked at again.
    let allowed = if expected > 0 { (healthy - desired).max(0) } else { 0 };
    let mut status = json!({
        "currentHealthy": healthy, "desiredHealthy": desired, "expectedPods": expected, "disruptionsAllowed": allowed,
        "observedGeneration": number(budget, "/metadata/generation"),
    });
    if !disrupted.is_empty() {
        let times: Map<_, _> = disrupted.into_iter().map(|(name, (time, _))| (name, time)).collect();
        put(&mut status, "disruptedPods", times);
    }
    let reason = if allowed > 0 { "SufficientPods" } else { "InsufficientPods" };
    write(hands, budget, status, allowed > 0, reason, "");
}

/// How many pods there should be, and how many of them healthy.
fn wanted(hands: &Hands<'_>, budget: &Value, pods: &[Stored]) -> Result<(i64, i64), String> {
    if let most @ Some(_) = budget.pointer("/spec/maxUnavailable") {
        let scale = scale(hands, pods)?;
        return Ok((scale, (scale - share(most, scale, true)).max(0)));
    }
    match budget.pointer("/spec/minAvailable") {
        Some(Value::Number(least)) => {
            Ok((i64::try_from(pods.len()).unwrap_or(i64::MAX), least.as_i64().unwrap_or_default()))
        }
        Some(least) => {
            let scale = scale(hands, pods)?;
            Ok((scale, share(Some(least), scale, true)))
        }
        None => Ok((0, 0)),
    }
}

/// How many pods their controllers want in all. Pods without a controller do not count.
fn scale(hands: &Hands<'_>, pods: &[Stored]) -> Result<i64, String> {
    let mut scales: BTreeMap<String, i64> = BTreeMap::new();
    for pod in pods {
        let Some(owner) = controller(pod) else { continue };
        let Some((kind, mut found)) = look_up(hands, owner, pod)? else {
            return Err(format!("found no controllers for pod {:?}", meta(pod, "name")));
        };
        // The replica set of a deployment has as many as this lets it.
        let above = controller(&found).filter(|above| text(above, "/kind") == "Deployment");
        if let Some((_, deployment)) = above.map(|above| look_up(hands, above, pod)).transpose()?.flatten() {
            found = deployment;
        }
        if kind.subresource("scale").is_none() {
            return Err(format!("{} does not implement the scale subresource", kind.qualified()));
        }
        let path =
            kind.custom.as_ref().and_then(|custom| custom.scale.as_ref()).map(|scale| scale.spec.as_str());
        let size = crd::number(&found, path.unwrap_or(".spec.replicas"))?.unwrap_or_default();
        scales.insert(meta(&found, "uid").to_owned(), size);
    }
    Ok(scales.values().sum())
}

/// Who controls an object, by its owner references.
fn controller(object: &Value) -> Option<&Value> {
    let owners = object.pointer("/metadata/ownerReferences").and_then(Value::as_array);
    owners.into_iter().flatten().find(|owner| owner.get("controller") == Some(&Value::Bool(true)))
}

/// The object that an owner reference means, if it is still the same, and its kind.
fn look_up(hands: &Hands<'_>, owner: &Value, of: &Value) -> Result<Option<(Arc<Kind>, Stored)>, String> {
    let (version, kind) = (text(owner, "/apiVersion"), text(owner, "/kind"));
    let group = version.split_once('/').map_or("", |(group, _)| group);
    let Some(kind) = hands.by_kind(group, kind) else {
        return Err(format!("no matches for kind {kind:?} in version {version:?}"));
    };
    let found = hands.get(kind.id, &kind.key(meta(of, "namespace"), text(owner, "/name")));
    Ok(found.filter(|found| meta(found, "uid") == text(owner, "/uid")).map(|found| (Arc::clone(kind), found)))
}

/// The pods that were evicted and are not gone yet: since when, and how many milliseconds they have left.
fn still_disrupted(hands: &Hands<'_>, budget: &Value, pods: &[Stored]) -> BTreeMap<String, (Value, u64)> {
    let disrupted = budget.pointer("/status/disruptedPods").and_then(Value::as_object);
    let stays = |name: &str| {
        pods.iter().any(|pod| meta(pod, "name") == name && meta(pod, "deletionTimestamp").is_empty())
    };
    let left = |since: &Value| {
        let left = hands.left(since.as_str().unwrap_or_default(), PATIENCE);
        (left > 0).then(|| (since.clone(), left))
    };
    let there = disrupted.into_iter().flatten().filter(|(name, _)| stays(name));
    there.filter_map(|(name, since)| Some((name.clone(), left(since)?))).collect()
}

/// Nothing may be evicted where it is not known how many pods there should be.
fn fail(hands: &mut Hands<'_>, budget: &Value, why: &str) {
    let mut status = budget.get("status").cloned().unwrap_or_else(|| json!({}));
    put(&mut status, "disruptionsAllowed", 0);
    write(hands, budget, status, false, "SyncFailed", why);
}

fn write(hands: &mut Hands<'_>, budget: &Value, mut status: Value, holds: bool, reason: &str, why: &str) {
    let mut condition = json!({
        "type": "DisruptionAllowed", "status": if holds { "True" } else { "False" }, "reason": reason, "message": why,
    });
    set(&mut condition, "observedGeneration", status.get("observedGeneration").cloned());
    set(&mut status, "conditions", budget.pointer("/status/conditions").cloned());
    let mut object = budget.clone();
    put(&mut object, "status", status);
    set_condition(&mut object, condition, hands.now);
    hands.keep(GROUP, PLURAL, object);
}
