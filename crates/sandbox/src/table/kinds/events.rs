//! Events, of both groups: that of `events.k8s.io` has other names for the same fields.

use serde_json::Value;

use super::cells::{ago, int, or};
use crate::object::text;
use crate::table::age::age;
use crate::table::row::Row;

pub(super) fn event(row: &Row<'_>) -> Vec<Value> {
    // The field of one group or that of the other.
    let either = |one: &str, other: &str| or(row.text(one), row.text(other));
    let time = |one: &str, other: &str| match either(one, other) {
        "" => None,
        time => Some(age(time, row.now)),
    };
    let first =
        time("/firstTimestamp", "/deprecatedFirstTimestamp").unwrap_or_else(|| ago(row, "/eventTime"));
    let mut last = time("/lastTimestamp", "/deprecatedLastTimestamp").unwrap_or_else(|| first.clone());
    let mut count = int(row.object, "/count").max(int(row.object, "/deprecatedCount"));
    if let Some(series) = row.object.get("series").filter(|series| series.is_object()) {
        last = age(text(series, "/lastObservedTime"), row.now);
        count = int(series, "/count");
    } else if count == 0 {
        count = 1;
    }
    let kind = either("/involvedObject/kind", "/regarding/kind").to_lowercase();
    let object = match either("/involvedObject/name", "/regarding/name") {
        "" => kind,
        name => format!("{kind}/{name}"),
    };
    vec![
        last.into(),
        row.text("/type").into(),
        row.text("/reason").into(),
        object.into(),
        either("/involvedObject/fieldPath", "/regarding/fieldPath").into(),
        source(row).into(),
        either("/message", "/note").trim().into(),
        first.into(),
        count.into(),
        row.name(),
    ]
}

fn source(row: &Row<'_>) -> String {
    let first =
        |fields: [&str; 4]| fields.map(|field| row.text(field)).into_iter().find(|text| !text.is_empty());
    let component =
        ["/source/component", "/deprecatedSource/component", "/reportingComponent", "/reportingController"];
    let component = first(component).unwrap_or_default();
    match first(["/source/host", "/deprecatedSource/host", "/reportingInstance", ""]) {
        None => component.to_owned(),
        Some(instance) => format!("{component}, {instance}"),
    }
}
