//! Jobs, and what makes them by the clock.

use kubewire::Time;
use serde_json::Value;

use super::cells::{ago, condition, containers, int, is_deleted, is_true, list, optional};
use super::workloads::selected;
use crate::table::age::human;
use crate::table::row::Row;

pub(super) fn job(row: &Row<'_>) -> Vec<Value> {
    let [names, images] = containers(row.object.pointer("/spec/template"));
    let done = int(row.object, "/status/succeeded");
    let completions = match row.object.pointer("/spec/completions").and_then(Value::as_i64) {
        Some(wanted) => format!("{done}/{wanted}"),
        None => match int(row.object, "/spec/parallelism") {
            at_once if at_once > 1 => format!("{done}/1 of {at_once}"),
            _ => format!("{done}/1"),
        },
    };
    vec![
        row.name(),
        status(row).into(),
        completions.into(),
        duration(row).into(),
        row.age(),
        names,
        images,
        selected(row, "/spec/selector"),
    ]
}

pub(super) fn cron_job(row: &Row<'_>) -> Vec<Value> {
    let [names, images] = containers(row.object.pointer("/spec/jobTemplate/spec/template"));
    let suspend = match row.object.pointer("/spec/suspend").and_then(Value::as_bool) {
        None => "<unset>",
        Some(true) => "True",
        Some(false) => "False",
    };
    let last = match row.text("/status/lastScheduleTime") {
        "" => "<none>".to_owned(),
        _ => ago(row, "/status/lastScheduleTime"),
    };
    vec![
        row.name(),
        row.text("/spec/schedule").into(),
        optional(row.object, "/spec/timeZone", "<none>").into(),
        suspend.into(),
        list(row.object, "/status/active").len().into(),
        last.into(),
        row.age(),
        names,
        images,
        selected(row, "/spec/jobTemplate/spec/selector"),
    ]
}

fn status(row: &Row<'_>) -> &'static str {
    let is = |kind| condition(row.object, kind).is_some_and(is_true);
    match () {
        () if is("Complete") => "Complete",
        () if is("Failed") => "Failed",
        () if is_deleted(row) => "Terminating",
        () if is("Suspended") => "Suspended",
        () if is("FailureTarget") => "FailureTarget",
        () if is("SuccessCriteriaMet") => "SuccessCriteriaMet",
        () => "Running",
    }
}

fn duration(row: &Row<'_>) -> String {
    let time = |pointer| row.text(pointer).parse::<Time>().map(Time::unix);
    match (time("/status/startTime"), time("/status/completionTime")) {
        (Err(_), _) => String::new(),
        (Ok(_), Err(_)) => ago(row, "/status/startTime"),
        (Ok(start), Ok(end)) => human(end.saturating_sub(start)),
    }
}
