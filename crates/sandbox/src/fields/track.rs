//! Updates: who changes a field owns it from then on.
//!
//! Source: `Updater.Update` in `sigs.k8s.io/structured-merge-diff/merge`, and the chain of managers in
//! `k8s.io/apimachinery/pkg/util/managedfields/internal` around it.

use serde_json::Value;

use super::compare::Comparison;
use super::managed::{self, Managed, Manager, Owned};
use super::schema::Type;
use super::{compare, faults, set::Set, without_identity};
use crate::object::set_meta;

/// Who writes, in which version, and when.
#[derive(Clone, Debug)]
pub(crate) struct Writer<'w> {
    pub(crate) manager: &'w str,
    /// Such as `apps/v1`.
    pub(crate) version: &'w str,
    /// As the API writes it.
    pub(crate) now: &'w str,
    /// Empty for the object itself.
    pub(crate) subresource: &'w str,
    /// All versions that are served.
    pub(crate) versions: &'w [(String, Type<'w>)],
    /// What of the object is not this request's to write, such as `status`.
    pub(crate) reset: &'w [&'w str],
}

impl Writer<'_> {
    pub(super) fn type_of(&self, version: &str) -> Option<Type<'_>> {
        self.versions.iter().find(|(own, _)| own == version).map(|(_, kind)| *kind)
    }

    /// What those find changed who wrote in a version: what a write of the whole object may not write is only left out in its own version.
    pub(super) fn seen_in<'f>(
        &self,
        version: &str,
        found: &'f Comparison,
        all: &'f Comparison,
    ) -> &'f Comparison {
        if version == self.version || !self.subresource.is_empty() { found } else { all }
    }

    /// What of an object is not known to the versions in which others have written it: as long as there is such, the server keeps no account.
    pub(super) fn unknown(&self, object: &Value, managed: &Managed) -> Vec<String> {
        let others = managed.values().filter(|owned| owned.version != self.version);
        let types = others.filter_map(|owned| self.type_of(&owned.version));
        types.map(|kind| faults(kind, object, "")).find(|faults| !faults.is_empty()).unwrap_or_default()
    }
}

/// Writes into `object`, which takes the place of `live`, who owns what of it. An object that nobody owns anything of stays so; a new one has no `live`.
pub(crate) fn track(kind: Type<'_>, live: Option<&Value>, object: &mut Value, writer: &Writer<'_>) {
    let managed = said(live, object, writer);
    set_meta(object, "managedFields", None);
    if managed.is_empty() && live.is_some() {
        return;
    }
    let empty = kind.zero();
    let live = plain(live.unwrap_or(&empty));
    if !writer.unknown(object, &managed).is_empty() {
        set_meta(object, "managedFields", managed::write(&managed));
        return;
    }
    let managed = update(kind, &live, object, managed, writer);
    set_meta(object, "managedFields", managed::write(&managed));
}

/// Those whom the request names, or else those whom the object there has. `[]` and `[{}]` name nobody. At a part of an object nobody can be named.
fn said(live: Option<&Value>, object: &Value, writer: &Writer<'_>) -> Managed {
    let entries =
        |object: &Value| object.pointer("/metadata/managedFields").and_then(Value::as_array).cloned();
    let named = entries(object).filter(|_| live.is_none() || writer.subresource.is_empty());
    if let Some(entries) = named {
        let nobody = |entry: &Value| entry.as_object().is_some_and(serde_json::Map::is_empty);
        if entries.is_empty() || entries.len() == 1 && entries.iter().all(nobody) {
            return Managed::new();
        }
        if let Some(managed) = managed::read(&entries) {
            return managed;
        }
    }
    live.and_then(entries).and_then(|entries| managed::read(&entries)).unwrap_or_default()
}

/// An object without its managers.
pub(super) fn plain(object: &Value) -> Value {
    let mut object = object.clone();
    set_meta(&mut object, "managedFields", None);
    object
}

/// Those who own what after an update.
pub(super) fn update(
    kind: Type<'_>,
    live: &Value,
    object: &Value,
    mut managed: Managed,
    writer: &Writer<'_>,
) -> Managed {
    // What was owned in a version that is not served is owned no more.
    managed.retain(|_, owned| writer.type_of(&owned.version).is_some());
    let all = compare::compare(kind, live, object);
    let found = all.clone().without(writer.reset);
    for owned in managed.values_mut() {
        let found = writer.seen_in(&owned.version, &found, &all);
        owned.set = owned.set.difference(&found.changed()).difference(&found.removed);
    }
    managed.retain(|_, owned| !owned.set.is_empty());
    let own: Set = without_identity(&found.changed());
    if !own.is_empty() {
        let manager = Manager::updates(writer.manager, writer.version, writer.subresource);
        let before = managed.remove(&manager).map(|owned| owned.set).unwrap_or_default();
        let time = Some(writer.now.to_owned());
        managed.insert(manager, Owned { set: own.union(&before), version: writer.version.into(), time });
    }
    managed::cap(&mut managed);
    managed
}

/// Takes the old times back where nothing but times would change.
pub(crate) fn keep_times(object: &mut Value, old: &Value) {
    let timeless = |object: &Value| {
        let mut object = object.clone();
        set_meta(&mut object, "resourceVersion", None);
        let entries = object.pointer_mut("/metadata/managedFields").and_then(Value::as_array_mut);
        for entry in entries.into_iter().flatten().filter_map(Value::as_object_mut) {
            entry.remove("time");
        }
        object
    };
    if timeless(object) == timeless(old) {
        crate::object::copy_meta(object, old, "managedFields");
    }
}
