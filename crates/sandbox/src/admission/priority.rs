//! A pod's priority, from its class.
//!
//! Source: `k8s.io/kubernetes/plugin/pkg/admission/priority`.

use serde_json::Value;

use crate::object::{called, meta, spec_mut};
use crate::schema::flag;
use crate::server::Server;
use crate::wire::{Problem, Refusal};

const NEVER_LESS: &str = "PreemptLowerPriority";
/// Those that every cluster has.
const SYSTEM: [(&str, i64); 2] =
    [("system-cluster-critical", 2_000_000_000), ("system-node-critical", 2_000_001_000)];

pub(super) fn admit(server: &Server, pod: &mut Value) -> Result<(), Refusal> {
    let name = called(pod).to_owned();
    let Some(spec) = spec_mut(pod) else { return Ok(()) };
    let class = spec.get("priorityClassName").and_then(Value::as_str).unwrap_or_default().to_owned();
    let (value, policy) = if class.is_empty() {
        let default = default(server);
        if let Some(default) = default {
            spec.insert("priorityClassName".into(), meta(default, "name").into());
        }
        default.map_or((0, NEVER_LESS.to_owned()), of)
    } else {
        find(server, &class).ok_or_else(|| {
            let why = format!("no PriorityClass with name {class} was found");
            Refusal::from(Problem::forbidden("", "pods", &name, &why))
        })?
    };
    if spec.get("priority").and_then(Value::as_i64).is_some_and(|own| own != value) {
        let own = spec.get("priority").and_then(Value::as_i64).unwrap_or_default();
        let why = format!(
            "the integer value of priority ({own}) must not be provided in pod spec; priority admission controller computed {value} from the given PriorityClass name"
        );
        return Err(Problem::forbidden("", "pods", &name, &why).into());
    }
    spec.insert("priority".into(), value.into());
    let own = spec.entry("preemptionPolicy").or_insert_with(|| policy.clone().into());
    if *own != policy {
        let own = own.as_str().unwrap_or_default();
        let why = format!(
            "the string value of PreemptionPolicy ({own}) must not be provided in pod spec; priority admission controller computed {policy} from the given PriorityClass name"
        );
        return Err(Problem::forbidden("", "pods", &name, &why).into());
    }
    Ok(())
}

fn find(server: &Server, name: &str) -> Option<(i64, String)> {
    let kind = server.registry.by_kind("scheduling.k8s.io/v1", "PriorityClass");
    let stored = kind.and_then(|kind| server.store.get(kind.id, name));
    let stored = stored.map(|class| of(class));
    let system = SYSTEM.iter().find(|(own, _)| *own == name);
    stored.or_else(|| system.map(|(_, value)| (*value, NEVER_LESS.to_owned())))
}

/// What a class says.
fn of(class: &Value) -> (i64, String) {
    let policy = class.get("preemptionPolicy").and_then(Value::as_str).unwrap_or(NEVER_LESS);
    (class.get("value").and_then(Value::as_i64).unwrap_or_default(), policy.to_owned())
}

/// The class of pods that name none.
fn default(server: &Server) -> Option<&Value> {
    let kind = server.registry.by_kind("scheduling.k8s.io/v1", "PriorityClass")?;
    let all = server.store.range(kind.id, "", "").map(|(_, class)| &**class);
    all.filter(|class| flag(class, "globalDefault"))
        .min_by_key(|class| class.get("value").and_then(Value::as_i64).unwrap_or_default())
}

/// There is one default at most.
pub(super) fn judge(server: &Server, class: &Value, is_new: bool) -> Result<(), Refusal> {
    let others = |name: &&str| is_new || *name != meta(class, "name");
    let other = default(server).map(|other| meta(other, "name")).filter(others);
    match other {
        Some(other) if flag(class, "globalDefault") => {
            let why =
                format!("PriorityClass {other} is already marked as default. Only one default can exist");
            let group = "scheduling.k8s.io";
            Err(Problem::forbidden(group, "priorityclasses", called(class), &why).into())
        }
        _ => Ok(()),
    }
}
