//! How many pods the new and the old replica sets of a deployment shall have next.
//!
//! Source: `pkg/controller/deployment/rolling.go` and `util/deployment_util.go`.

use serde_json::Value;

use super::status::number;
use crate::object::text;

/// What a deployment wants of its rollout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Plan {
    pub(super) recreate: bool,
    pub(super) wanted: i64,
    /// So many more than wanted there may be.
    pub(super) surge: i64,
    /// So many fewer there may be available.
    pub(super) unavailable: i64,
}

impl Plan {
    pub(super) fn of(deployment: &Value) -> Self {
        let wanted = number(deployment, "/spec/replicas").unwrap_or(1).max(0);
        let part = |field: &str, up: bool| {
            let value = deployment.pointer(&format!("/spec/strategy/rollingUpdate/{field}"));
            share(value, wanted, up)
        };
        let (surge, unavailable) = (part("maxSurge", true), part("maxUnavailable", false));
        Self {
            recreate: text(deployment, "/spec/strategy/type") == "Recreate",
            wanted,
            surge,
            // With neither nothing could move.
            unavailable: if surge == 0 && unavailable == 0 { 1 } else { unavailable.min(wanted) },
        }
    }

    /// How many the new set shall have, of those that it and the old ones have.
    pub(super) fn new_size(self, new: i64, old: i64) -> i64 {
        if new >= self.wanted {
            return self.wanted;
        }
        let room = if self.recreate {
            if old > 0 { 0 } else { self.wanted }
        } else {
            (self.wanted + self.surge - new - old).max(0)
        };
        (new + room).min(self.wanted)
    }

    /// How many the old sets have to lose: of `old` pods, of which `old_ready` are ready, beside `new` and `new_ready` of the new set.
    pub(super) fn to_lose(self, (old, old_ready): (i64, i64), (new, new_ready): (i64, i64)) -> i64 {
        if self.recreate {
            return old;
        }
        let least = self.wanted - self.unavailable;
        let most = (old + new - least - (new - new_ready)).clamp(0, old);
        // Those that are not ready cost nothing.
        let broken = (old - old_ready).min(most);
        let spare = (old_ready + new_ready - least).max(0);
        (broken + spare).min(most)
    }
}

/// A number, or hundredths of the whole, rounded up or down; a quarter where nothing is said.
pub(super) fn share(value: Option<&Value>, whole: i64, up: bool) -> i64 {
    let percent = match value {
        Some(Value::Number(number)) => return number.as_i64().unwrap_or_default().max(0),
        Some(Value::String(text)) => text.trim_end_matches('%').parse().unwrap_or(25),
        _ => 25,
    };
    let hundredths = whole.saturating_mul(percent);
    if up { (hundredths + 99) / 100 } else { hundredths / 100 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn plan(replicas: i64, rolling: &Value) -> Plan {
        Plan::of(
            &json!({"spec": {"replicas": replicas, "strategy": {"type": "RollingUpdate", "rollingUpdate": rolling}}}),
        )
    }

    #[test]
    fn shares_are_rounded_as_in_go() {
        let default = plan(10, &json!({}));
        assert_eq!((default.surge, default.unavailable), (3, 2));
        let none = plan(1, &json!({"maxSurge": 0, "maxUnavailable": "0%"}));
        assert_eq!((none.surge, none.unavailable), (0, 1));
    }

    #[test]
    fn a_rollout_never_has_too_few_nor_too_many() {
        for (replicas, rolling) in [
            (4, json!({})),
            (10, json!({"maxSurge": 0, "maxUnavailable": 3})),
            (3, json!({"maxSurge": "100%", "maxUnavailable": 0})),
            (1, json!({})),
        ] {
            let plan = plan(replicas, &rolling);
            let (mut old, mut new, mut ready) = (replicas, 0, 0);
            for _ in 0..100 {
                new = plan.new_size(new, old);
                assert!(old + new <= replicas + plan.surge, "{plan:?}: {old} and {new}");
                old -= plan.to_lose((old, old), (new, ready));
                assert!(old + ready >= replicas - plan.unavailable, "{plan:?}: {old} and {ready}");
                // One at a time gets ready.
                ready = (ready + 1).min(new);
            }
            assert_eq!((old, new), (0, replicas), "{plan:?} comes to no end");
        }
    }

    #[test]
    fn recreate_makes_room_first() {
        let plan = Plan::of(&json!({"spec": {"replicas": 2, "strategy": {"type": "Recreate"}}}));
        assert_eq!((plan.new_size(0, 2), plan.to_lose((2, 2), (0, 0)), plan.new_size(0, 0)), (0, 2, 2));
    }
}
