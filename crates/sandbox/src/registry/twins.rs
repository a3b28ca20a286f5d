//! Events, which two groups serve: an object of either is one of the other, with other names for some of its fields.
//!
//! Source: `k8s.io/kubernetes/pkg/apis/events/v1/conversion.go`.

use serde_json::Value;

use crate::object::put;

/// The fields as the core group calls them, in which events are stored, and as `events.k8s.io` does.
const NAMES: [(&str, &str); 7] = [
    ("involvedObject", "regarding"),
    ("message", "note"),
    ("source", "deprecatedSource"),
    ("firstTimestamp", "deprecatedFirstTimestamp"),
    ("lastTimestamp", "deprecatedLastTimestamp"),
    ("count", "deprecatedCount"),
    ("reportingComponent", "reportingController"),
];

/// What only the core group writes where it is empty.
const WRITTEN: [&str; 2] = ["reportingComponent", "reportingInstance"];

/// A stored event, as `events.k8s.io` shows it.
pub(super) fn shown(mut event: Value) -> Value {
    let Some(fields) = event.as_object_mut() else { return event };
    for name in WRITTEN {
        if fields.get(name).is_some_and(|value| value == "") {
            fields.remove(name);
        }
    }
    for (core, other) in NAMES {
        if let Some(value) = fields.remove(core) {
            fields.insert(other.to_owned(), value);
        }
    }
    put(&mut event, "apiVersion", "events.k8s.io/v1");
    event
}

/// An event of `events.k8s.io`, as it is stored.
pub(crate) fn kept(mut event: Value) -> Value {
    let Some(fields) = event.as_object_mut() else { return event };
    for (core, other) in NAMES {
        if let Some(value) = fields.remove(other) {
            fields.insert(core.to_owned(), value);
        }
    }
    for name in WRITTEN {
        fields.entry(name).or_insert_with(|| "".into());
    }
    put(&mut event, "apiVersion", "v1");
    event
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn events_have_two_forms() {
        let stored = json!({
            "apiVersion": "v1", "kind": "Event", "metadata": {"name": "a"}, "involvedObject": {"kind": "Pod"},
            "reason": "R", "message": "m", "source": {}, "firstTimestamp": null, "lastTimestamp": null, "count": 2,
            "eventTime": null, "reportingComponent": "", "reportingInstance": "i",
        });
        let shown = json!({
            "apiVersion": "events.k8s.io/v1", "kind": "Event", "metadata": {"name": "a"}, "regarding": {"kind": "Pod"},
            "reason": "R", "note": "m", "deprecatedSource": {}, "deprecatedFirstTimestamp": null,
            "deprecatedLastTimestamp": null, "deprecatedCount": 2, "eventTime": null, "reportingInstance": "i",
        });
        assert_eq!(super::shown(stored.clone()), shown);
        assert_eq!(super::kept(shown), stored);
    }
}
