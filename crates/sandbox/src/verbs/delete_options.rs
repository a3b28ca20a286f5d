//! `DeleteOptions`, in the body or else in the query.

use serde_json::{Value, json};

use super::ask::Ask;
use super::body;
use crate::object::quote;
use crate::validate::Fault;
use crate::wire::{Problem, Refusal};

/// How something is to be deleted.
#[derive(Clone, Debug, Default)]
pub(super) struct DeleteOptions {
    pub(super) dry: bool,
    /// In seconds; what is negative counts as 1.
    pub(super) grace: Option<i64>,
    pub(super) uid: Option<String>,
    pub(super) version: Option<String>,
    pub(super) propagation: Option<String>,
    pub(super) orphan: Option<bool>,
}

impl DeleteOptions {
    /// Reads them.
    ///
    /// # Errors
    /// 422 where they do not go together, 500 where the body is something else.
    pub(super) fn read(ask: &Ask<'_>) -> Result<Self, Refusal> {
        let (options, dry) = if ask.body.is_empty() { Self::of_query(ask)? } else { Self::of_body(ask)? };
        options.checked(&dry)
    }

    /// The same, if they go together.
    ///
    /// # Errors
    /// 422 where they do not.
    pub(super) fn checked(self, dry: &[String]) -> Result<Self, Refusal> {
        let options = self;
        let mut faults = Vec::new();
        if options.orphan.is_some()
            && let Some(policy) = &options.propagation
        {
            let why = "orphanDependents and deletionPropagation cannot be both set";
            faults.push(Fault::invalid("propagationPolicy", policy, why));
        }
        if let Some(policy) = &options.propagation
            && !matches!(policy.as_str(), "Foreground" | "Background" | "Orphan")
        {
            let supported = ["Foreground", "Background", "Orphan", "nil"];
            faults.push(Fault::not_supported("propagationPolicy", &quote(policy), &supported));
        }
        if dry.iter().any(|one| one != "All") {
            faults.push(Fault::not_supported("dryRun", &json!(dry).to_string(), &["All"]));
        }
        if !faults.is_empty() {
            return Err(Problem::invalid("meta.k8s.io", "DeleteOptions", "", &faults).into());
        }
        Ok(Self { dry: !dry.is_empty(), ..options })
    }

    fn of_query(ask: &Ask<'_>) -> Result<(Self, Vec<String>), Refusal> {
        let query = &ask.query;
        let options = Self {
            dry: false,
            grace: query.number("gracePeriodSeconds").map_err(Problem::bad_request)?,
            uid: None,
            version: None,
            propagation: query.first("propagationPolicy").map(str::to_owned),
            orphan: query.flag("orphanDependents"),
        };
        Ok((options, query.all("dryRun").map(str::to_owned).collect()))
    }

    fn of_body(ask: &Ask<'_>) -> Result<(Self, Vec<String>), Refusal> {
        body::check(ask)?;
        Ok(Self::of_value(&body::parsed(ask).map_err(Problem::plain)?.value))
    }

    /// Those that an object says, and its `dryRun`.
    pub(super) fn of_value(value: &Value) -> (Self, Vec<String>) {
        let text = |pointer: &str| value.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        let dry = value.get("dryRun").and_then(Value::as_array).into_iter().flatten();
        let dry = dry.filter_map(Value::as_str).map(str::to_owned).collect();
        let options = Self {
            dry: false,
            grace: value.get("gracePeriodSeconds").and_then(Value::as_i64),
            uid: text("/preconditions/uid"),
            version: text("/preconditions/resourceVersion"),
            propagation: text("/propagationPolicy"),
            orphan: value.get("orphanDependents").and_then(Value::as_bool),
        };
        (options, dry)
    }

    /// The finalizers that an object has while it is deleted so.
    ///
    /// Source: `deletionFinalizersForGarbageCollection` in `k8s.io/apiserver/pkg/registry/generic/registry/store.go`.
    pub(super) fn finalizers(&self, there: &[String], orphans_by_default: bool) -> Vec<String> {
        const ORPHAN: &str = "orphan";
        const FOREGROUND: &str = "foregroundDeletion";
        let has = |name: &str| there.iter().any(|one| one == name);
        let (orphan, foreground) = match (self.orphan, self.propagation.as_deref()) {
            (Some(orphan), _) => (orphan, false),
            (None, Some(policy)) => (policy == "Orphan", policy == "Foreground"),
            (None, None) if has(ORPHAN) => (true, false),
            (None, None) if has(FOREGROUND) => (false, true),
            (None, None) => (orphans_by_default, false),
        };
        let wanted = |name: &str| name == ORPHAN && orphan || name == FOREGROUND && foreground;
        let is_ours = |name: &str| name == ORPHAN || name == FOREGROUND;
        let mut kept: Vec<String> =
            there.iter().filter(|one| !is_ours(one) || wanted(one)).cloned().collect();
        for name in [ORPHAN, FOREGROUND] {
            if wanted(name) && !has(name) {
                kept.push(name.to_owned());
            }
        }
        kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_says_which_finalizers_stay() {
        type Case =
            (&'static [&'static str], Option<&'static str>, Option<bool>, bool, &'static [&'static str]);
        let cases: [Case; 9] = [
            (&[], None, None, false, &[]),
            (&[], None, None, true, &["orphan"]),
            (&["a/b"], Some("Foreground"), None, false, &["a/b", "foregroundDeletion"]),
            (&["foregroundDeletion"], Some("Background"), None, false, &[]),
            (&["foregroundDeletion", "a/b"], None, None, true, &["foregroundDeletion", "a/b"]),
            (&["orphan"], None, None, false, &["orphan"]),
            (&["foregroundDeletion"], Some("Orphan"), None, false, &["orphan"]),
            (&[], None, Some(true), false, &["orphan"]),
            (&["orphan"], None, Some(false), true, &[]),
        ];
        for (there, propagation, orphan, by_default, wanted) in cases {
            let options = DeleteOptions {
                propagation: propagation.map(str::to_owned),
                orphan,
                ..DeleteOptions::default()
            };
            let there: Vec<String> = there.iter().map(|&name| name.to_owned()).collect();
            assert_eq!(options.finalizers(&there, by_default), wanted, "{there:?} {options:?}");
        }
    }
}
