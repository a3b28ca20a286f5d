//! Jobs: pods until enough have succeeded.
//!
//! Source: `pkg/controller/job`.

use serde_json::{Value, json};

use super::hands::Hands;
use super::replica_sets::scale;
use super::status::{Conditions, number, with_status};
use super::template::{active, is_ready};
use crate::object::{holds, meta, put, text};

pub(super) fn reconcile(hands: &mut Hands<'_>, job: &Value) {
    if !meta(job, "deletionTimestamp").is_empty() || holds(job, "Complete") || holds(job, "Failed") {
        return;
    }
    let suspended = job.pointer("/spec/suspend") == Some(&Value::Bool(true));
    let parallel = number(job, "/spec/parallelism").unwrap_or(1).max(0);
    let wanted = number(job, "/spec/completions").unwrap_or(1);
    let over = |phase: &str| {
        let pods = hands.controlled("", "pods", job);
        i64::try_from(pods.iter().filter(|pod| text(pod, "/status/phase") == phase).count())
            .unwrap_or(i64::MAX)
    };
    let (succeeded, failed) = (over("Succeeded"), over("Failed"));
    let broken = failed > number(job, "/spec/backoffLimit").unwrap_or(6);
    let missing = (wanted - succeeded).clamp(0, parallel);
    let size = if suspended || broken { 0 } else { usize::try_from(missing).unwrap_or_default() };
    // Who is refused is tried again.
    let _ = scale(hands, job, ("batch", "jobs"), ("batch/v1", "Job"), size);
    let pods = active(hands, job);
    let mut conditions = Conditions::of(job);
    let started = job.pointer("/status/startTime").cloned();
    let mut status = json!({
        "active": pods.len(),
        "ready": pods.iter().filter(|pod| is_ready(pod)).count(),
        "succeeded": succeeded,
        "failed": failed,
    });
    if suspended {
        conditions.set(hands, "Suspended", true, "JobSuspended", "Job suspended");
    } else {
        put(&mut status, "startTime", started.unwrap_or_else(|| hands.time()));
    }
    if succeeded >= wanted {
        let why = "Reached expected number of succeeded pods";
        conditions.set(hands, "SuccessCriteriaMet", true, "CompletionsReached", why);
        conditions.set(hands, "Complete", true, "CompletionsReached", why);
        put(&mut status, "completionTime", hands.time());
    } else if broken {
        let why = "Job has reached the specified backoff limit";
        conditions.set(hands, "FailureTarget", true, "BackoffLimitExceeded", why);
        conditions.set(hands, "Failed", true, "BackoffLimitExceeded", why);
    }
    put(&mut status, "uncountedTerminatedPods", json!({}));
    let conditions = conditions.value();
    if conditions.as_array().is_some_and(|list| !list.is_empty()) {
        put(&mut status, "conditions", conditions);
    }
    hands.keep("batch", "jobs", with_status(job, status));
}
