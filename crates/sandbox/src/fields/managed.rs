//! `metadata.managedFields`: who owns what, and since when.
//!
//! Source: `managedfields.go` and `capmanagers.go` in `k8s.io/apimachinery/pkg/util/managedfields/internal`.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::set::Set;

/// How someone writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Operation {
    Apply,
    Update,
}

/// Who writes, and how: the same name with another operation is another manager.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Manager {
    pub(crate) name: String,
    pub(crate) operation: Operation,
    /// Empty for those who apply: they are the same in all versions.
    pub(crate) version: String,
    pub(crate) subresource: String,
}

/// What one manager owns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Owned {
    pub(crate) set: Set,
    /// The `apiVersion` of the set.
    pub(crate) version: String,
    /// When it last changed the object; none where it only came to own what was there.
    pub(crate) time: Option<String>,
}

/// All managers of an object.
pub(crate) type Managed = BTreeMap<Manager, Owned>;

/// At most so many managers who update; the oldest become one.
const UPDATERS: usize = 10;

impl Manager {
    pub(crate) fn updates(name: &str, version: &str, subresource: &str) -> Self {
        Self {
            name: name.into(),
            operation: Operation::Update,
            version: version.into(),
            subresource: subresource.into(),
        }
    }

    pub(crate) fn applies(name: &str, subresource: &str) -> Self {
        Self {
            name: name.into(),
            operation: Operation::Apply,
            version: String::new(),
            subresource: subresource.into(),
        }
    }

    /// The JSON by which the server tells managers apart, and sorts them.
    pub(crate) fn identifier(&self) -> String {
        let operation = match self.operation {
            Operation::Apply => "Apply",
            Operation::Update => "Update",
        };
        let texts = [
            ("manager", self.name.as_str()),
            ("operation", operation),
            ("apiVersion", &self.version),
            ("subresource", &self.subresource),
        ];
        let texts = texts.iter().filter(|(_, text)| !text.is_empty());
        let texts: Vec<_> = texts.map(|(name, text)| format!("\"{name}\":{}", Value::from(*text))).collect();
        format!("{{{}}}", texts.join(","))
    }

    /// As conflicts name it.
    pub(crate) fn shown(&self) -> String {
        let mut text = crate::object::quote(&self.name);
        if !self.subresource.is_empty() {
            text += &format!(" with subresource {}", crate::object::quote(&self.subresource));
        }
        if self.operation == Operation::Update {
            text += &format!(" using {}", self.version);
        }
        text
    }
}

/// Reads the entries; `None` where one of them is none.
pub(crate) fn read(entries: &[Value]) -> Option<Managed> {
    let mut managed = Managed::new();
    for entry in entries {
        let text = |field: &str| entry.get(field).and_then(Value::as_str).unwrap_or_default();
        let operation = match text("operation") {
            "Apply" => Operation::Apply,
            "Update" => Operation::Update,
            _ => return None,
        };
        if text("apiVersion").is_empty() || text("fieldsType") != "FieldsV1" {
            return None;
        }
        let set = match entry.get("fieldsV1") {
            Some(fields) => Set::read(fields)?,
            None => Set::default(),
        };
        let version = if operation == Operation::Apply { "" } else { text("apiVersion") };
        let manager = Manager {
            name: text("manager").into(),
            operation,
            version: version.into(),
            subresource: text("subresource").into(),
        };
        let time = entry.get("time").and_then(Value::as_str).map(Into::into);
        managed.insert(manager, Owned { set, version: text("apiVersion").into(), time });
    }
    Some(managed)
}

/// The entries, in the server's order; `None` where nobody owns anything.
pub(crate) fn write(managed: &Managed) -> Option<Value> {
    let mut entries: Vec<_> = managed.iter().collect();
    entries.sort_by_key(|(manager, owned)| {
        // Times in one form sort as texts; what has none comes first.
        let time = owned.time.as_deref().unwrap_or_default();
        (manager.operation, time, &manager.name, &owned.version, &manager.subresource)
    });
    let entries = entries.into_iter().map(|(manager, owned)| {
        let mut entry = Map::new();
        let operation = match manager.operation {
            Operation::Apply => "Apply",
            Operation::Update => "Update",
        };
        let texts = [
            ("manager", manager.name.as_str()),
            ("operation", operation),
            ("apiVersion", &owned.version),
            ("time", owned.time.as_deref().unwrap_or_default()),
            ("fieldsType", "FieldsV1"),
            ("subresource", &manager.subresource),
        ];
        for (name, text) in texts.iter().filter(|(_, text)| !text.is_empty()) {
            entry.insert((*name).into(), json!(text));
        }
        entry.insert("fieldsV1".into(), owned.set.write());
        Value::Object(entry)
    });
    Some(entries.collect::<Vec<_>>()).filter(|entries| !entries.is_empty()).map(Value::Array)
}

/// Makes one manager of the oldest who update, where there are too many.
pub(crate) fn cap(managed: &mut Managed) {
    let mut updaters: Vec<_> =
        managed.keys().filter(|manager| manager.operation == Operation::Update).cloned().collect();
    if updaters.len() <= UPDATERS {
        return;
    }
    let time =
        |manager: &Manager| managed.get(manager).and_then(|owned| owned.time.clone()).unwrap_or_default();
    updaters.sort_by_cached_key(|manager| (time(manager), manager.identifier()));
    let mut count = updaters.len();
    let mut firsts: BTreeMap<String, Manager> = BTreeMap::new();
    for manager in updaters {
        if count <= UPDATERS {
            return;
        }
        let Some(owned) = managed.get(&manager).cloned() else { continue };
        let bucket = Manager::updates("ancient-changes", &owned.version, "");
        let Some(first) = firsts.get(&owned.version) else {
            firsts.insert(owned.version, manager);
            continue;
        };
        if !managed.contains_key(&bucket)
            && let Some(first) = managed.remove(first)
        {
            managed.insert(bucket.clone(), first);
        }
        managed.remove(&manager);
        if let Some(ancient) = managed.get_mut(&bucket) {
            ancient.set = ancient.set.union(&owned.set);
            ancient.time = owned.time;
        }
        count -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(manager: &str, operation: &str, time: &str) -> Value {
        let mut entry = json!({"manager": manager, "operation": operation, "apiVersion": "v1",
                               "fieldsType": "FieldsV1", "fieldsV1": {"f:data": {format!("f:{manager}"): {}}}});
        if !time.is_empty() {
            entry["time"] = time.into();
        }
        entry
    }

    fn names(managed: &Managed) -> Vec<String> {
        let entries = write(managed).unwrap();
        entries
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| entry["manager"].as_str().unwrap().to_owned())
            .collect()
    }

    #[test]
    fn entries_are_sorted_as_the_server_does() {
        let (one, two) = ("2026-01-01T00:00:01Z", "2026-01-01T00:00:02Z");
        let entries = [
            entry("e", "Update", one),
            entry("d", "Update", two),
            entry("c", "Apply", one),
            entry("b", "Update", one),
            entry("a", "Apply", two),
            entry("z", "Apply", ""),
        ];
        assert_eq!(names(&read(&entries).unwrap()), ["z", "c", "a", "b", "e", "d"]);
    }

    #[test]
    fn what_is_no_entry_is_not_read() {
        for (field, value) in [("operation", "Other"), ("apiVersion", ""), ("fieldsType", "FieldsV2")] {
            let mut bad = entry("a", "Update", "");
            bad[field] = value.into();
            assert!(read(&[bad]).is_none(), "{field}");
        }
        assert!(write(&Managed::new()).is_none());
    }

    #[test]
    fn the_oldest_updates_become_one() {
        let entries: Vec<_> = (0..12)
            .map(|number| {
                entry(&format!("m{number:02}"), "Update", &format!("2026-01-01T00:00:{number:02}Z"))
            })
            .collect();
        let mut managed = read(&entries).unwrap();
        cap(&mut managed);
        let wanted: Vec<String> = std::iter::once("ancient-changes".into())
            .chain((3..12).map(|number| format!("m{number:02}")))
            .collect();
        assert_eq!(names(&managed), wanted);
        let ancient = &managed[&Manager::updates("ancient-changes", "v1", "")];
        assert_eq!(ancient.set.paths(), [".data.m00", ".data.m01", ".data.m02"]);
        assert_eq!(ancient.time.as_deref(), Some("2026-01-01T00:00:02Z"));
    }
}
