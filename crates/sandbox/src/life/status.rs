//! What all statuses have in common.

use serde_json::{Map, Value, json};

use super::hands::Hands;
use crate::object::{conditions, text};

pub(super) fn number(object: &Value, pointer: &str) -> Option<i64> {
    object.pointer(pointer).and_then(Value::as_i64)
}

/// An object with another status, in which numbers that are 0 are left out, as Go does.
pub(super) fn with_status(object: &Value, status: Value) -> Value {
    let mut object = object.clone();
    let mut status = status;
    if let Value::Object(fields) = &mut status {
        fields.retain(|name, value| *value != 0 || name == "replicas");
    }
    crate::object::put(&mut object, "status", status);
    object
}

/// The conditions of an object with one more, or another. Its time changes with its status alone.
pub(super) struct Conditions(Vec<Value>);

impl Conditions {
    pub(super) fn of(object: &Value) -> Self {
        Self(conditions(object).cloned().collect())
    }

    pub(super) fn set(&mut self, hands: &Hands<'_>, kind: &str, holds: bool, reason: &str, message: &str) {
        let status = if holds { "True" } else { "False" };
        let there = self.0.iter_mut().find(|one| text(one, "/type") == kind);
        let since = there
            .as_ref()
            .filter(|one| text(one, "/status") == status)
            .and_then(|one| one.get("lastTransitionTime").cloned());
        let mut fields = Map::from_iter([
            ("type".to_owned(), json!(kind)),
            ("status".to_owned(), json!(status)),
            ("lastTransitionTime".to_owned(), since.unwrap_or_else(|| hands.time())),
        ]);
        for (name, value) in [("reason", reason), ("message", message)] {
            if !value.is_empty() {
                fields.insert(name.to_owned(), json!(value));
            }
        }
        match there {
            Some(there) => {
                let update = there.get("lastUpdateTime").cloned();
                let probe = there.get("lastProbeTime").cloned();
                fields.extend(update.map(|time| ("lastUpdateTime".to_owned(), time)));
                fields.extend(probe.map(|time| ("lastProbeTime".to_owned(), time)));
                let mut new = Value::Object(fields);
                if ["status", "reason", "message"].iter().any(|name| new.get(name) != there.get(name))
                    && new.get("lastUpdateTime").is_some()
                {
                    crate::object::put(&mut new, "lastUpdateTime", hands.time());
                }
                *there = new;
            }
            None => self.0.push(Value::Object(fields)),
        }
    }

    /// The same, for conditions that also say when they were written last.
    pub(super) fn set_updated(
        &mut self,
        hands: &Hands<'_>,
        kind: &str,
        holds: bool,
        reason: &str,
        message: &str,
    ) {
        let new = !self.has(kind);
        self.set(hands, kind, holds, reason, message);
        if let Some(one) = self.0.iter_mut().find(|one| new && text(one, "/type") == kind) {
            crate::object::put(one, "lastUpdateTime", hands.time());
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn has(&self, kind: &str) -> bool {
        self.0.iter().any(|one| text(one, "/type") == kind)
    }

    pub(super) fn remove(&mut self, kind: &str) {
        self.0.retain(|one| text(one, "/type") != kind);
    }

    /// Takes a condition over from another object, its absence too.
    pub(super) fn copy(&mut self, from: Option<&Value>, kind: &str) {
        self.remove(kind);
        self.0.extend(from.and_then(|from| conditions(from).find(|one| text(one, "/type") == kind)).cloned());
    }

    pub(super) fn value(self) -> Value {
        Value::Array(self.0)
    }
}
