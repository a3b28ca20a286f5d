//! Server-side apply: an object as someone wants it, merged into what is there.
//!
//! Source: `Updater.Apply` in `sigs.k8s.io/structured-merge-diff/merge`, and the chain of managers in
//! `k8s.io/apimachinery/pkg/util/managedfields/internal` around it.

use serde_json::Value;

use super::compare::compare;
use super::managed::{self, Managed, Manager, Owned};
use super::merge::merge;
use super::schema::Type;
use super::set::Set;
use super::track::{Writer, plain, update};
use super::walk::{field_set, with_named, without};
use super::without_identity;
use crate::object::set_meta;

/// Someone else owns what would change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Conflict {
    pub(crate) manager: Manager,
    /// Such as `.data.a`.
    pub(crate) path: String,
}

/// Why something is not applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    Conflicts(Vec<Conflict>),
    /// What would come out is no object of a version in which others have written.
    Unknown(Vec<String>),
}

/// Applies `wanted`, which is of its type, and gives the object with its managers, not yet decoded.
///
/// # Errors
/// What others own, sorted by manager, unless `force` takes it from them; or what they do not know.
pub(crate) fn apply(
    kind: Type<'_>,
    live: Option<&Value>,
    wanted: &Value,
    writer: &Writer<'_>,
    force: bool,
) -> Result<Value, Refused> {
    let empty = kind.zero();
    let entries = live.and_then(|live| live.pointer("/metadata/managedFields")).and_then(Value::as_array);
    let mut managed = entries.and_then(|entries| managed::read(entries)).unwrap_or_default();
    let live = plain(live.unwrap_or(&empty));
    if managed.is_empty() {
        let first = Writer { manager: "before-first-apply", ..writer.clone() };
        managed = update(kind, &empty, &live, managed, &first);
    }
    managed.retain(|_, owned| writer.type_of(&owned.version).is_some());
    let manager = Manager::applies(writer.manager, writer.subresource);
    let mut set = field_set(kind, wanted);
    for field in writer.reset {
        set.forget(field);
    }
    let before = managed.get(&manager).cloned();
    let time = before.as_ref().and_then(|owned| owned.time.clone());
    managed.insert(manager.clone(), Owned { set, version: writer.version.into(), time });
    let merged = merge(kind, &live, wanted);
    let new = match before.filter(|owned| !owned.set.is_empty()) {
        Some(before) => prune(kind, &merged, &managed, &before.set),
        None => merged,
    };
    let unknown = writer.unknown(&new, &managed);
    if !unknown.is_empty() {
        return Err(Refused::Unknown(unknown));
    }
    settle(kind, &live, &new, &mut managed, &manager, writer, force).map_err(Refused::Conflicts)?;
    let changed = new != live;
    if let Some(owned) = managed.get_mut(&manager) {
        owned.set = without_identity(&owned.set);
        if changed {
            owned.time = Some(writer.now.to_owned());
        }
    }
    managed.retain(|_, owned| !owned.set.is_empty());
    let mut object = if changed { new } else { live };
    set_meta(&mut object, "managedFields", managed::write(&managed));
    Ok(object)
}

/// Takes from the others what changes.
fn settle(
    kind: Type<'_>,
    live: &Value,
    new: &Value,
    managed: &mut Managed,
    manager: &Manager,
    writer: &Writer<'_>,
    force: bool,
) -> Result<(), Vec<Conflict>> {
    let all = compare(kind, live, new);
    let found = all.clone().without(writer.reset);
    let mut conflicts = Vec::new();
    for (other, owned) in managed.iter_mut().filter(|(other, _)| *other != manager) {
        let found = writer.seen_in(&owned.version, &found, &all);
        let taken = owned.set.intersection(&found.changed());
        conflicts.extend(taken.paths().into_iter().map(|path| Conflict { manager: other.clone(), path }));
        owned.set = owned.set.difference(&taken).difference(&found.removed);
    }
    if !force && !conflicts.is_empty() {
        conflicts.sort_by_cached_key(|conflict| conflict.manager.identifier());
        return Err(conflicts);
    }
    managed.retain(|_, owned| !owned.set.is_empty());
    Ok(())
}

/// Takes out what this manager applied before, applies no more, and nobody else owns.
fn prune(kind: Type<'_>, merged: &Value, managed: &Managed, before: &Set) -> Value {
    let named = |set: &Set| with_named(kind, set);
    let of = |value: &Value| named(&field_set(kind, value));
    let before = named(before);
    let pruned = without(kind, merged, &before);
    let owned = managed.values().fold(Set::default(), |all, owned| all.union(&owned.set));
    let all = of(merged);
    let pruned = without(kind, merged, &all.difference(&of(&pruned).union(&named(&owned))));
    without(kind, merged, &all.difference(&of(&pruned)).intersection(&before))
}

#[cfg(test)]
mod tests {
    use super::super::schema::made_up::made_up;
    use super::super::track;
    use super::*;
    use serde_json::json;

    /// An object of the made-up type, in which `.metadata` is what holds the managers.
    struct Story {
        object: Option<Value>,
        second: u32,
    }

    fn writer<'w>(manager: &'w str, now: &'w str, versions: &'w [(String, Type<'w>)]) -> Writer<'w> {
        Writer { manager, version: "v1", now, subresource: "", versions, reset: &[] }
    }

    impl Story {
        /// A second later: the time, and what is served.
        fn tick(&mut self) -> (String, [(String, Type<'static>); 1]) {
            self.second += 1;
            (format!("2026-01-01T00:00:{:02}Z", self.second), [("v1".to_owned(), made_up())])
        }

        fn apply(&mut self, manager: &str, wanted: &Value, force: bool) -> Result<(), Vec<String>> {
            let (now, versions) = self.tick();
            let writer = writer(manager, &now, &versions);
            let applied = apply(made_up(), self.object.as_ref(), wanted, &writer, force);
            let told = |refused: Refused| {
                let Refused::Conflicts(found) = refused else { panic!("{refused:?}") };
                found.iter().map(|one| format!("{}: {}", one.manager.shown(), one.path)).collect::<Vec<_>>()
            };
            self.object = Some(applied.map_err(told)?);
            Ok(())
        }

        fn update(&mut self, manager: &str, object: &Value) {
            let (now, versions) = self.tick();
            let writer = writer(manager, &now, &versions);
            let mut object = object.clone();
            track(made_up(), self.object.as_ref(), &mut object, &writer);
            self.object = Some(object);
        }

        fn value(&self) -> Value {
            let mut object = self.object.clone().unwrap();
            object.as_object_mut().unwrap().remove("metadata");
            object
        }

        /// `MANAGER OPERATION [SECOND]: FIELDS`.
        fn owners(&self) -> Vec<String> {
            let entries = self.object.as_ref().unwrap()["metadata"]["managedFields"].as_array();
            let text = |entry: &Value, field: &str| entry[field].as_str().unwrap_or_default().to_owned();
            let told = entries.into_iter().flatten().map(|entry| {
                let time = text(entry, "time");
                let second = time.get(17..19).unwrap_or("-").to_owned();
                let fields = &entry["fieldsV1"];
                format!("{} {} {second}: {fields}", text(entry, "manager"), text(entry, "operation"))
            });
            told.collect()
        }
    }

    fn story() -> Story {
        Story { object: None, second: 0 }
    }

    #[test]
    fn what_is_applied_no_more_goes_unless_another_owns_it() {
        let mut story = story();
        story.apply("one", &json!({"ports": [{"port": 1}, {"port": 2}], "tags": ["x", "y"]}), false).unwrap();
        story.apply("two", &json!({"ports": [{"port": 2, "name": "b"}], "tags": ["y"]}), false).unwrap();
        story.apply("one", &json!({"args": ["a"]}), false).unwrap();
        let wanted = json!({"ports": [{"port": 2, "name": "b"}], "tags": ["y"], "args": ["a"]});
        assert_eq!(story.value(), wanted);
        let port = r#"k:{\"port\":2,\"protocol\":\"TCP\"}"#;
        assert_eq!(
            story.owners(),
            [
                format!(
                    r#"two Apply 02: {{"f:ports":{{"{port}":{{".":{{}},"f:name":{{}},"f:port":{{}}}}}},"f:tags":{{"v:\"y\"":{{}}}}}}"#
                ),
                r#"one Apply 03: {"f:args":{}}"#.to_owned(),
            ]
        );
    }

    #[test]
    fn what_another_owns_is_a_conflict_unless_forced() {
        let mut story = story();
        story.update("one", &json!({"metadata": {}, "labels": {"a": "1"}}));
        story.apply("two", &json!({"labels": {"a": "1"}}), false).unwrap();
        let wish = json!({"labels": {"a": "2"}});
        let conflicts = story.apply("three", &wish, false).unwrap_err();
        assert_eq!(conflicts, ["\"one\" using v1: .labels.a", "\"two\": .labels.a"]);
        // To own what is there already takes no time.
        assert_eq!(
            story.owners(),
            [r#"two Apply -: {"f:labels":{"f:a":{}}}"#, r#"one Update 01: {"f:labels":{".":{},"f:a":{}}}"#]
        );
        story.apply("three", &wish, true).unwrap();
        assert_eq!(
            story.owners(),
            [r#"three Apply 04: {"f:labels":{"f:a":{}}}"#, r#"one Update 01: {"f:labels":{}}"#]
        );
    }

    #[test]
    fn what_was_there_before_belongs_to_nobody_in_particular() {
        let mut story = story();
        story.object = Some(json!({"metadata": {}, "size": 1, "selector": {"a": "1"}}));
        let conflicts = story.apply("one", &json!({"selector": {"b": "1"}}), false).unwrap_err();
        assert_eq!(conflicts, ["\"before-first-apply\" using v1: .selector"]);
        story.apply("one", &json!({"labels": {"a": "1"}}), false).unwrap();
        assert_eq!(
            story.owners(),
            [
                r#"one Apply 02: {"f:labels":{"f:a":{}}}"#,
                r#"before-first-apply Update 02: {"f:selector":{},"f:size":{}}"#
            ]
        );
    }
}
