//! Eviction: a pod is deleted, if the budgets of disruption that it is of allow it.
//!
//! Source: `pkg/registry/core/pod/storage/eviction.go` of Kubernetes.

use serde_json::{Value, json};

use super::ask::Ask;
use super::delete_options::DeleteOptions;
use super::write::{admit, match_namespace, track};
use super::{body, delete, update};
use crate::object::{conditions, holds, meta, put, set_condition, text, timestamp};
use crate::registry::Kind;
use crate::reply::Reply;
use crate::select::Labels;
use crate::server::Server;
use crate::store::Stored;
use crate::wire::{Place, Problem, Refusal};

const GROUP: &str = "policy";
/// Pods that a budget may say of that they are being disrupted.
const MOST_DISRUPTED: usize = 2_000;
const VIOLATES: &str = "Cannot evict pod as it would violate the pod's disruption budget.";
const TWO: &str =
    "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.";

pub(super) fn create(server: &mut Server, ask: &mut Ask<'_>) -> Result<Reply, Refusal> {
    let dry = ask.write_options("CreateOptions")?;
    body::check(ask)?;
    let place = ask.place;
    let mut eviction = body::object_of(ask, &Kind::of_part(GROUP, "Eviction", "pods"))?;
    match_namespace(&place.kind, &mut eviction, &place.namespace)?;
    admit(server, ask, &place.name)?;
    if meta(&eviction, "name") != place.name {
        return Err(Problem::bad_request("name in URL does not match name in Eviction object").into());
    }
    let key = place.kind.key(&place.namespace, &place.name);
    let pod = server.store.get(place.kind.id, &key).cloned().ok_or_else(|| ask.not_found())?;
    let (options, mut said) = DeleteOptions::of_value(eviction.get("deleteOptions").unwrap_or(&Value::Null));
    if dry && said.is_empty() {
        said.push("All".to_owned());
    }
    if !is_free(&pod) {
        ask_budgets(server, ask, &pod, !said.is_empty())?;
    }
    let options = options.checked(&said)?;
    if !options.dry {
        delete::preconditions(&place.kind, &options, &pod)?;
        let condition = condition(
            "DisruptionTarget",
            "True",
            "EvictionByEvictionAPI",
            "Eviction API: evicting",
            json!({"lastProbeTime": null}),
        );
        let mut marked = (*pod).clone();
        if set_condition(&mut marked, condition, ask.now) {
            server.store.write(place.kind.id, &key, Some(marked));
        }
    }
    // The version that was asked for has been looked at, and is not the object's any more.
    let options = if options.dry { options } else { DeleteOptions { version: None, ..options } };
    delete::one(server, ask, &options, &place.namespace, &place.name)?;
    Ok(Reply::created(&ask.warnings))
}

/// Whether nobody is disrupted: the pod has not begun, has ended, or is on its way out.
fn is_free(pod: &Value) -> bool {
    let phase = pod.pointer("/status/phase").and_then(Value::as_str).unwrap_or_default();
    matches!(phase, "" | "Pending" | "Succeeded" | "Failed") || !meta(pod, "deletionTimestamp").is_empty()
}

fn number(object: &Value, pointer: &str) -> i64 {
    object.pointer(pointer).and_then(Value::as_i64).unwrap_or_default()
}

/// Asks the budget of a pod that runs, and takes the disruption off it.
fn ask_budgets(server: &mut Server, ask: &Ask<'_>, pod: &Value, dry: bool) -> Result<(), Refusal> {
    let Some(kind) = ask.registry.find(GROUP, "v1", "poddisruptionbudgets") else { return Ok(()) };
    let prefix = format!("{}/", ask.place.namespace);
    let selects = |budget: &Value| {
        let labels = budget.pointer("/spec/selector").and_then(Labels::of_object);
        labels.is_some_and(|labels| labels.matches(pod))
    };
    let budgets = server.store.range(kind.id, &prefix, "").map(|(_, budget)| budget);
    let budgets: Vec<Stored> = budgets.filter(|budget| selects(budget)).cloned().collect();
    let budget = match budgets.as_slice() {
        [] => return Ok(()),
        [one] => one,
        _ => return Err(Problem::plain(TWO).into()),
    };
    if !holds(pod, "Ready") {
        let always = budget.pointer("/spec/unhealthyPodEvictionPolicy").and_then(Value::as_str);
        let (healthy, wanted) =
            (number(budget, "/status/currentHealthy"), number(budget, "/status/desiredHealthy"));
        if always == Some("AlwaysAllow") || healthy >= wanted && wanted > 0 {
            return Ok(());
        }
    }
    allow(budget)?;
    if dry {
        return Ok(());
    }
    let mut object = (**budget).clone();
    take(&mut object, ask);
    let place = Place {
        kind,
        namespace: ask.place.namespace.clone(),
        name: meta(budget, "name").to_owned(),
        subresource: "status".to_owned(),
        watch: false,
    };
    // The server itself writes it, whoever evicts.
    let mut within = ask.at(&place);
    within.user_agent = "kube-apiserver".to_owned();
    within.query = crate::wire::Query::parse("");
    track(&within, &mut object, Some(budget));
    update::replace(server, &mut within, object, budget, false, true).map(drop)
}

/// Takes one disruption off a budget.
fn take(budget: &mut Value, ask: &Ask<'_>) {
    let left = number(budget, "/status/disruptionsAllowed").saturating_sub(1);
    let observed = number(budget, "/status/observedGeneration");
    let Some(status) = budget.get_mut("status") else { return };
    put(status, "disruptionsAllowed", left);
    match status.get_mut("disruptedPods") {
        Some(Value::Object(pods)) => {
            pods.insert(ask.place.name.clone(), timestamp(ask.now));
        }
        _ => put(status, "disruptedPods", json!({ask.place.name.as_str(): timestamp(ask.now)})),
    }
    if left == 0 {
        let more = json!({"observedGeneration": observed});
        set_condition(budget, condition("DisruptionAllowed", "False", "InsufficientPods", "", more), ask.now);
    }
}

/// Whether a budget allows one more disruption.
fn allow(budget: &Value) -> Result<(), Refusal> {
    let name = meta(budget, "name");
    let cause = |why: &str| {
        let message = format!("The disruption budget {name} {why}");
        json!({"reason": "DisruptionBudget", "message": message})
    };
    let forbidden = |why: &str, because: &str| {
        let message = format!("does not allow evicting pods currently: {because}");
        Refusal::from(Problem::forbidden(GROUP, "poddisruptionbudget", name, why).cause(cause(&message)))
    };
    if number(budget, "/status/observedGeneration") < number(budget, "/metadata/generation") {
        let why = "is still being processed by the server.";
        return Err(Problem::too_many_requests(VIOLATES, 10).cause(cause(why)).into());
    }
    let allowed = number(budget, "/status/disruptionsAllowed");
    if allowed < 0 {
        let why = "pdb disruptions allowed is negative";
        return Err(forbidden(why, why));
    }
    let disrupted = budget.pointer("/status/disruptedPods").and_then(Value::as_object);
    if disrupted.is_some_and(|pods| pods.len() > MOST_DISRUPTED) {
        let why = "DisruptedPods map too big - too many evictions not confirmed by PDB controller";
        let because = "too many pending evictions not confirmed by PDB controller";
        return Err(forbidden(why, because));
    }
    if allowed > 0 {
        return Ok(());
    }
    let (healthy, wanted) =
        (number(budget, "/status/currentHealthy"), number(budget, "/status/desiredHealthy"));
    let known = conditions(budget).find(|one| text(one, "/type") == "DisruptionAllowed");
    let known = known.filter(|one| text(one, "/status") == "False" && !text(one, "/message").is_empty());
    let (reason, message) = known.map_or(("", ""), |one| (text(one, "/reason"), text(one, "/message")));
    let why = if reason == "SyncFailed" {
        format!("does not allow evicting pods currently because it failed sync: {message}")
    } else if healthy <= wanted {
        format!("needs {wanted} healthy pods and has {healthy} currently")
    } else if known.is_some() {
        format!("does not allow evicting pods currently ({reason}): {message}")
    } else {
        "does not allow evicting pods currently".to_owned()
    };
    Err(Problem::too_many_requests(VIOLATES, 0).cause(cause(&why)).into())
}

fn condition(kind: &str, status: &str, reason: &str, message: &str, mut more: Value) -> Value {
    for (field, value) in [("type", kind), ("status", status), ("reason", reason), ("message", message)] {
        put(&mut more, field, value);
    }
    more
}
