//! Jobs and cron jobs.
//!
//! Source: `k8s.io/kubernetes/pkg/apis/batch/validation`.

mod failure;
mod success;

use serde_json::{Map, Value};

use super::common::{prefixed_path, selector, selects};
use super::fault::Fault;
use super::part::Part;
use super::{pod, schedule};
use crate::object::{meta, set};

pub(super) fn create(kind: &str, object: &Value) -> Vec<Fault> {
    let spec = Part::of(object, "spec");
    if kind == "CronJob" {
        return cron_job(&spec);
    }
    let mut faults = generated(object, &spec);
    faults.extend(job(&spec));
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
    let mut frozen = vec![
        "selector",
        "completionMode",
        "podFailurePolicy",
        "backoffLimitPerIndex",
        "managedBy",
        "successPolicy",
    ];
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
    let template = spec.field("template");
    let started = Part::of(old, "status").field("startTime").is_there();
    if !was.field("suspend").flag() || started {
        faults.extend(template.unchanged(&was.field("template")));
    } else if directed(template.value) != directed(was.field("template").value) {
        faults.push(template.field("spec").invalid("field is immutable"));
    }
    faults
}

/// A template without what may change while its job waits for its first start: where pods may run, and what they want.
///
/// Source: KEP-2926.
fn directed(template: &Value) -> Value {
    let mut template = template.clone();
    if let Some(metadata) = template.get_mut("metadata") {
        ["labels", "annotations"].iter().for_each(|field| set(metadata, field, None));
    }
    let Some(spec) = template.get_mut("spec") else { return template };
    for field in ["nodeSelector", "tolerations", "schedulingGates"] {
        set(spec, field, None);
    }
    if let Some(affinity) = spec.get_mut("affinity") {
        set(affinity, "nodeAffinity", None);
    }
    if spec.get("affinity").and_then(Value::as_object).is_some_and(Map::is_empty) {
        set(spec, "affinity", None);
    }
    for list in ["containers", "initContainers"] {
        let containers = spec.get_mut(list).and_then(Value::as_array_mut);
        containers.into_iter().flatten().for_each(|container| set(container, "resources", None));
    }
    template
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
    indexes(spec, &mut faults);
    let own_failures = spec.field("podFailurePolicy").is_there();
    if own_failures {
        faults.extend(failure::judge(spec));
    }
    if spec.field("successPolicy").is_there() {
        faults.extend(success::judge(spec));
    }
    let replaced = spec.field("podReplacementPolicy");
    if replaced.is_there() {
        let known: &[&str] = if own_failures { &["Failed"] } else { &["Failed", "TerminatingOrFailed"] };
        faults.extend(replaced.one_of(known));
    }
    faults.extend(pod::template(&spec.field("template")));
    let restart = spec.field("template").field("spec").field("restartPolicy");
    match restart.text() {
        "OnFailure" if own_failures => {
            faults.push(restart.invalid("only \"Never\" is supported when podFailurePolicy is specified"));
        }
        "OnFailure" | "Never" => {}
        "Always" | "" => faults.push(restart.required("valid values: \"OnFailure\", \"Never\"")),
        _ => faults.push(restart.not_supported(&["OnFailure", "Never"])),
    }
    faults
}

fn cron_job(spec: &Part<'_>) -> Vec<Fault> {
    let mut faults = Vec::new();
    let due = spec.field("schedule");
    if due.is_empty() {
        faults.push(due.required(""));
    } else {
        faults.extend(schedule::judge(&due));
    }
    faults.extend(spec.field("startingDeadlineSeconds").not_negative());
    if spec.field("timeZone").is_there() {
        faults.extend(schedule::zone(&spec.field("timeZone")));
    }
    faults.extend(spec.field("concurrencyPolicy").one_of(&["Allow", "Forbid", "Replace"]));
    let job = spec.field("jobTemplate").field("spec");
    faults.extend(common(&job));
    if job.field("selector").is_there() {
        faults.push(job.field("selector").invalid("`selector` will be auto-generated"));
    }
    if job.field("manualSelector").flag() {
        faults.push(job.field("manualSelector").not_supported(&["nil", "false"]));
    }
    for field in ["successfulJobsHistoryLimit", "failedJobsHistoryLimit"] {
        faults.extend(spec.field(field).not_negative());
    }
    faults
}

/// What only jobs have that number their pods, and who looks after a job.
fn indexes(spec: &Part<'_>, faults: &mut Vec<Fault>) {
    const MOST: i64 = 100_000;
    let (mode, completions, parallel) =
        (spec.field("completionMode"), spec.field("completions"), spec.field("parallelism"));
    let (each, failed) = (spec.field("backoffLimitPerIndex"), spec.field("maxFailedIndexes"));
    faults.extend(each.not_negative());
    if failed.is_there() {
        faults.extend(failed.not_negative());
        if !each.is_there() {
            faults.push(each.required("when maxFailedIndexes is specified"));
        }
    }
    let manager = spec.field("managedBy");
    if manager.is_there() {
        faults.extend(prefixed_path(&manager));
        if manager.text().len() > 63 {
            faults.push(Fault::too_long(&manager.path, 63));
        }
    }
    if mode.is_there() {
        faults.extend(mode.one_of(&["NonIndexed", "Indexed"]));
    }
    if mode.text() != "Indexed" {
        let only = [&each, &failed].into_iter().filter(|part| part.is_there());
        faults.extend(only.map(|part| part.invalid("requires indexed completion mode")));
        return;
    }
    if !completions.is_there() {
        faults.push(completions.required("when completion mode is Indexed"));
    }
    if parallel.number() > MOST {
        let why = "must be less than or equal to 100000 when completion mode is Indexed";
        faults.push(parallel.invalid(why));
    }
    if completions.is_there() && failed.is_there() && failed.number() > completions.number() {
        faults.push(failed.invalid("must be less than or equal to completions"));
    }
    if failed.number() > MOST {
        faults.push(failed.invalid("must be less than or equal to 100000"));
    }
    if completions.number() > MOST && each.is_there() && !failed.is_there() {
        faults.push(failed.required("must be specified when completions is above 100000"));
    }
}
