//! Jobs and cron jobs.
//!
//! Source: `k8s.io/kubernetes/pkg/apis/batch/validation`.

use serde_json::{Map, Value};

use super::common::{selector, selects};
use super::fault::Fault;
use super::part::Part;
use super::pod;
use crate::object::meta;

pub(super) fn create(kind: &str, object: &Value) -> Vec<Fault> {
    let spec = Part::of(object, "spec");
    if kind == "CronJob" {
        return cron_job(&spec);
    }
    let mut faults = job(&spec);
    faults.extend(generated(object, &spec));
    faults
}

/// What the server has put in itself must still be there.
fn generated(object: &Value, spec: &Part<'_>) -> Vec<Fault> {
    let own = spec.field("selector");
    if spec.field("manualSelector").flag() || !own.is_there() {
        return Vec::new();
    }
    let (name, uid) = (Value::from(meta(object, "name")), Value::from(meta(object, "uid")));
    let expected = [
        ("controller-uid", &uid),
        ("job-name", &name),
        ("batch.kubernetes.io/controller-uid", &uid),
        ("batch.kubernetes.io/job-name", &name),
    ];
    let metadata = spec.field("template").field("metadata");
    let mut faults = Vec::new();
    for (label, value) in expected {
        let labels = metadata.field("labels");
        let path = format!("{}[{label}]", labels.path);
        match labels.value.get(label) {
            None => faults
                .push(Fault::required(&path, &format!("must be '{}'", value.as_str().unwrap_or_default()))),
            Some(other) if other != value => {
                let why = format!("must be '{}'", value.as_str().unwrap_or_default());
                faults.push(Fault::invalid(&path, other.as_str().unwrap_or_default(), why));
            }
            Some(_) => {}
        }
    }
    let labels: Map<String, Value> =
        expected.into_iter().map(|(label, value)| (label.to_owned(), value.clone())).collect();
    if selects(own.value, Some(&labels)) == Some(false) {
        faults.push(own.invalid("`selector` not auto-generated"));
    }
    faults
}

pub(super) fn update(kind: &str, object: &Value, old: &Value) -> Vec<Fault> {
    if kind == "CronJob" {
        return create(kind, object);
    }
    let mut faults = job(&Part::of(object, "spec"));
    let (spec, was) = (Part::of(object, "spec"), Part::of(old, "spec"));
    let mut frozen =
        vec!["selector", "template", "completionMode", "podFailurePolicy", "backoffLimitPerIndex"];
    let (completions, before) = (spec.field("completions"), was.field("completions"));
    if spec.field("completionMode").text() != "Indexed" {
        frozen.push("completions");
    } else if completions.is_there()
        && completions.value != before.value
        && completions.number() != spec.field("parallelism").number()
    {
        faults.push(completions.invalid("can only be modified in tandem with spec.parallelism"));
    }
    faults.extend(frozen.iter().filter_map(|field| spec.field(field).unchanged(&was.field(field))));
    faults
}

fn job(spec: &Part<'_>) -> Vec<Fault> {
    let mut faults = common(spec);
    let own = spec.field("selector");
    if own.is_there() {
        faults.extend(selector(&own));
    } else {
        faults.push(own.required(""));
    }
    let labels = spec.field("template").field("metadata").field("labels");
    if let Some(matches) = selects(own.value, labels.map())
        && (!own.is_there() || !matches)
    {
        faults.push(labels.invalid("`selector` does not match template `labels`"));
    }
    faults
}

fn common(spec: &Part<'_>) -> Vec<Fault> {
    let mut faults = Vec::new();
    let numbers =
        ["parallelism", "completions", "activeDeadlineSeconds", "backoffLimit", "ttlSecondsAfterFinished"];
    for field in numbers {
        faults.extend(spec.field(field).not_negative());
    }
    let mode = spec.field("completionMode");
    if mode.is_there() {
        faults.extend(mode.one_of(&["NonIndexed", "Indexed"]));
    }
    if mode.text() == "Indexed" && !spec.field("completions").is_there() {
        faults.push(spec.field("completions").required("when completion mode is Indexed"));
    }
    let replaced = spec.field("podReplacementPolicy");
    if replaced.is_there() {
        faults.extend(replaced.one_of(&["Failed", "TerminatingOrFailed"]));
    }
    faults.extend(pod::template(&spec.field("template")));
    let restart = spec.field("template").field("spec").field("restartPolicy");
    match restart.text() {
        "OnFailure" | "Never" => {}
        "Always" | "" => faults.push(restart.required("valid values: \"OnFailure\", \"Never\"")),
        _ => faults.push(restart.not_supported(&["OnFailure", "Never"])),
    }
    faults
}

fn cron_job(spec: &Part<'_>) -> Vec<Fault> {
    let mut faults = Vec::new();
    let schedule = spec.field("schedule");
    if schedule.is_empty() {
        faults.push(schedule.required(""));
    }
    for field in ["startingDeadlineSeconds", "successfulJobsHistoryLimit", "failedJobsHistoryLimit"] {
        faults.extend(spec.field(field).not_negative());
    }
    faults.extend(spec.field("concurrencyPolicy").one_of(&["Allow", "Forbid", "Replace"]));
    let job = spec.field("jobTemplate").field("spec");
    faults.extend(common(&job));
    if job.field("manualSelector").flag() {
        faults.push(job.field("manualSelector").not_supported(&["nil", "false"]));
    }
    faults
}
