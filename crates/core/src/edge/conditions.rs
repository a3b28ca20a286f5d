//! What one waits for: questions about an object, as `kubectl wait` and `kubectl rollout status` ask them.
//!
//! ```
//! use kubewire::{Object, conditions};
//!
//! let pod: Object = serde_json::from_str(r#"{"status": {"conditions": [{"type": "Ready", "status": "True"}]}}"#)?;
//! assert!(conditions::has(&pod, "Ready", "True"));
//! assert!(!conditions::is_job_done(&pod));
//! # Ok::<(), serde_json::Error>(())
//! ```

use serde_json::Value;

use super::Object;
use crate::prelude::*;

/// Whether the object has a condition of this type and status, told of its present generation. Upper and lower case are the same, as in
/// `kubectl wait --for=condition=ready`.
#[must_use]
pub fn has(object: &Object, condition: &str, status: &str) -> bool {
    let found = object.at(&["status", "conditions"]).and_then(Value::as_array).into_iter().flatten();
    let text = |found: &Value, name: &str| found[name].as_str().unwrap_or_default().to_ascii_lowercase();
    let named = |found: &&Value| text(found, "type") == condition.to_ascii_lowercase();
    let generation = object.metadata.rest.get("generation").and_then(Value::as_i64).unwrap_or_default();
    found.into_iter().filter(named).any(|found| {
        let of_status = || number(object, &["status", "observedGeneration"]);
        let observed = found["observedGeneration"].as_i64().or_else(of_status);
        observed.is_none_or(|observed| observed >= generation)
            && text(found, "status") == status.to_ascii_lowercase()
    })
}

/// Whether a Job has completed or failed.
#[must_use]
pub fn is_job_done(object: &Object) -> bool {
    has(object, "Complete", "True") || has(object, "Failed", "True")
}

/// How far a rollout is, in kubectl's words.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rollout {
    /// It is complete.
    Done(String),
    /// It is on its way: what it waits for.
    Waiting(String),
    /// It will not complete by itself.
    Failed(String),
}

fn number(object: &Object, path: &[&str]) -> Option<i64> {
    object.at(path).and_then(Value::as_i64)
}

/// How far the rollout of a Deployment, DaemonSet or StatefulSet is. `None` where the object is of no such kind.
#[must_use]
pub fn rollout(object: &Object) -> Option<Rollout> {
    let name = object.name();
    let status = |field: &str| number(object, &["status", field]).unwrap_or_default();
    let generation = object.metadata.rest.get("generation").and_then(Value::as_i64).unwrap_or_default();
    let behind = status("observedGeneration") < generation;
    Some(match object.kind.as_str() {
        "Deployment" if behind => {
            Rollout::Waiting("Waiting for deployment spec update to be observed...".into())
        }
        "Deployment" => deployment(object, name, status),
        "DaemonSet" if behind => {
            Rollout::Waiting("Waiting for daemon set spec update to be observed...".into())
        }
        "DaemonSet" => {
            let waiting = format!("Waiting for daemon set {name:?} rollout to finish:");
            let (wanted, updated) = (status("desiredNumberScheduled"), status("updatedNumberScheduled"));
            let available = status("numberAvailable");
            if updated < wanted {
                Rollout::Waiting(format!("{waiting} {updated} out of {wanted} new pods have been updated..."))
            } else if available < wanted {
                Rollout::Waiting(format!("{waiting} {available} of {wanted} updated pods are available..."))
            } else {
                Rollout::Done(format!("daemon set {name:?} successfully rolled out"))
            }
        }
        "StatefulSet" if behind || status("observedGeneration") == 0 => {
            Rollout::Waiting("Waiting for statefulset spec update to be observed...".into())
        }
        "StatefulSet" => stateful_set(object, status),
        _ => return None,
    })
}

fn deployment(object: &Object, name: &str, status: impl Fn(&str) -> i64) -> Rollout {
    let conditions = object.at(&["status", "conditions"]).and_then(Value::as_array).into_iter().flatten();
    let late = |condition: &Value| {
        condition["type"] == "Progressing" && condition["reason"] == "ProgressDeadlineExceeded"
    };
    if conditions.into_iter().any(late) {
        return Rollout::Failed(format!("deployment {name:?} exceeded its progress deadline"));
    }
    let wanted = number(object, &["spec", "replicas"]).unwrap_or(1);
    let (all, updated, available) =
        (status("replicas"), status("updatedReplicas"), status("availableReplicas"));
    let waiting = format!("Waiting for deployment {name:?} rollout to finish:");
    if updated < wanted {
        Rollout::Waiting(format!("{waiting} {updated} out of {wanted} new replicas have been updated..."))
    } else if all > updated {
        Rollout::Waiting(format!("{waiting} {} old replicas are pending termination...", all - updated))
    } else if available < updated {
        Rollout::Waiting(format!("{waiting} {available} of {updated} updated replicas are available..."))
    } else {
        Rollout::Done(format!("deployment {name:?} successfully rolled out"))
    }
}

fn stateful_set(object: &Object, status: impl Fn(&str) -> i64) -> Rollout {
    if object.at(&["spec", "updateStrategy", "type"]).and_then(Value::as_str) == Some("OnDelete") {
        let why = "rollout status is only available for RollingUpdate strategy type";
        return Rollout::Failed(why.into());
    }
    let wanted = number(object, &["spec", "replicas"]).unwrap_or(1);
    let (ready, updated) = (status("readyReplicas"), status("updatedReplicas"));
    if ready < wanted {
        return Rollout::Waiting(format!("Waiting for {} pods to be ready...", wanted - ready));
    }
    if let Some(partition) = number(object, &["spec", "updateStrategy", "rollingUpdate", "partition"])
        && partition > 0
    {
        let wanted = wanted - partition;
        return if updated < wanted {
            Rollout::Waiting(format!(
                "Waiting for partitioned roll out to finish: {updated} out of {wanted} new pods have been updated..."
            ))
        } else {
            Rollout::Done(format!("partitioned roll out complete: {updated} new pods have been updated..."))
        };
    }
    let revision = |field: &str| object.at(&["status", field]).and_then(Value::as_str).unwrap_or_default();
    let (current, update) = (revision("currentRevision"), revision("updateRevision"));
    if current != update {
        return Rollout::Waiting(format!(
            "waiting for statefulset rolling update to complete {updated} pods at revision {update}..."
        ));
    }
    let pods = status("currentReplicas");
    Rollout::Done(format!("statefulset rolling update complete {pods} pods at revision {current}..."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn object(value: Value) -> Object {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn a_condition_of_an_earlier_generation_does_not_count() {
        let pod = |observed: i64| {
            object(json!({"metadata": {"generation": 3}, "status": {"conditions": [
                {"type": "Ready", "status": "True", "observedGeneration": observed}]}}))
        };
        assert!(
            has(&pod(3), "ready", "true")
                && !has(&pod(2), "Ready", "True")
                && !has(&pod(3), "Ready", "False")
        );
        let none = object(json!({"status": {"conditions": null}}));
        assert!(!has(&none, "Ready", "True"));
        assert!(is_job_done(&object(
            json!({"status": {"conditions": [{"type": "Failed", "status": "True"}]}})
        )));
    }

    #[test]
    fn rollouts_step_by_step() {
        let deployment = |status: Value| {
            rollout(&object(
                json!({"kind": "Deployment", "metadata": {"name": "web", "generation": 2}, "spec": {"replicas": 3}, "status": status}),
            ))
        };
        let steps = [
            (json!({}), "Waiting for deployment spec update to be observed..."),
            (
                json!({"observedGeneration": 2, "updatedReplicas": 1}),
                "Waiting for deployment \"web\" rollout to finish: 1 out of 3 new replicas have been updated...",
            ),
            (
                json!({"observedGeneration": 2, "updatedReplicas": 3, "replicas": 4}),
                "Waiting for deployment \"web\" rollout to finish: 1 old replicas are pending termination...",
            ),
            (
                json!({"observedGeneration": 2, "updatedReplicas": 3, "replicas": 3, "availableReplicas": 2}),
                "Waiting for deployment \"web\" rollout to finish: 2 of 3 updated replicas are available...",
            ),
        ];
        for (status, wanted) in steps {
            assert_eq!(deployment(status), Some(Rollout::Waiting(wanted.into())));
        }
        let done =
            json!({"observedGeneration": 2, "updatedReplicas": 3, "replicas": 3, "availableReplicas": 3});
        assert_eq!(
            deployment(done),
            Some(Rollout::Done("deployment \"web\" successfully rolled out".into()))
        );
        let late = json!({"observedGeneration": 2, "conditions": [{"type": "Progressing", "reason": "ProgressDeadlineExceeded"}]});
        assert!(matches!(deployment(late), Some(Rollout::Failed(_))));
        assert_eq!(rollout(&object(json!({"kind": "Pod"}))), None);
    }
}
