//! An object, of which a row is made.

use kubewire::Now;
use serde_json::Value;

use super::age::age;
use crate::object::{meta, text};

/// One object, and when it is looked at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row<'o> {
    pub(super) object: &'o Value,
    /// The objects of its list; of an object alone there are none.
    #[cfg_attr(
        not(feature = "tables"),
        expect(dead_code, reason = "none of the kinds that are there looks around")
    )]
    pub(super) list: &'o [Value],
    pub(super) now: Now,
}

impl<'o> Row<'o> {
    pub(super) fn name(&self) -> Value {
        meta(self.object, "name").into()
    }

    pub(super) fn age(&self) -> Value {
        age(meta(self.object, "creationTimestamp"), self.now).into()
    }

    /// The text at a JSON pointer; empty where there is none.
    pub(super) fn text(&self, pointer: &str) -> &'o str {
        text(self.object, pointer)
    }

    /// How many entries the map at a JSON pointer has.
    pub(super) fn entries(&self, pointer: &str) -> usize {
        self.object.pointer(pointer).and_then(Value::as_object).map_or(0, serde_json::Map::len)
    }
}

/// The cells of the kinds that have tables in every build.
pub(super) fn of(kind: &str) -> fn(&Row<'_>) -> Vec<Value> {
    match kind {
        "ConfigMap" => |row| {
            let entries = row.entries("/data") + row.entries("/binaryData");
            vec![row.name(), entries.into(), row.age()]
        },
        "Secret" => |row| vec![row.name(), row.text("/type").into(), row.entries("/data").into(), row.age()],
        _ => |row| vec![row.name(), row.text("/status/phase").into(), row.age()],
    }
}
