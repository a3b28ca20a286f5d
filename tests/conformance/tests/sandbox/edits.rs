//! What pods and other objects may say, edit by edit, as data: `pods.json`, by what each is about, and `edits.json`, by kind.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::kinds::{Edit, set};
use crate::scripts::{Line, Script};

/// A good object, and edits of it.
#[derive(Deserialize)]
struct Edited {
    /// Its collection.
    at: String,
    object: Value,
    /// Where the pointers of the edits begin.
    #[serde(default)]
    place: String,
    edits: Vec<Edit>,
    /// They are only made: the server itself writes into such objects, shows a field that it has not stored, or breaks off (a service that gets two
    /// families along with its loss of an address).
    #[serde(default)]
    only_new: bool,
}

impl Edited {
    /// The object with a name, and a version if there is one.
    fn named(&self, version: Option<&str>) -> Value {
        let mut object = self.object.clone();
        // What is in no namespace is called by one, that nobody else has it.
        if object["metadata"]["name"].is_null() {
            let name = if self.at.contains("{ns:a}") { "p" } else { "{ns:a}" };
            set(&mut object, "/metadata/name", name.into());
        }
        if let Some(version) = version {
            set(&mut object, "/metadata/resourceVersion", version.into());
        }
        object
    }

    fn edit(&self, mut object: Value, (pointer, value): &Edit) -> Value {
        let part = object.pointer_mut(&self.place).expect("the object has the place");
        match value {
            // Fields beside those that are there.
            Value::Object(fields) if pointer.is_empty() => {
                part.as_object_mut().unwrap_or(&mut Map::new()).extend(fields.clone());
            }
            value => set(part, pointer, value.clone()),
        }
        object
    }

    /// Each edit in a new object, none of which is stored.
    fn creations(&self) -> Vec<Line> {
        let target = format!("{}?dryRun=All", self.at);
        let line = |edit| Line::body("POST", &target, self.edit(self.named(None), edit));
        self.edits.iter().map(line).collect()
    }

    /// Makes an object, tries each edit on it, none of which is stored, and takes it away again.
    fn updates(&self) -> Vec<Line> {
        let object = self.named(None);
        let at = format!("{}/{}", self.at, object["metadata"]["name"].as_str().unwrap_or_default());
        let target = format!("{at}?dryRun=All");
        let put = |object: Value| Line::body("PUT", &target, object);
        let mut lines = vec![Line::plain("DELETE", &at), Line::body("POST", &self.at, object.clone())];
        let read = || self.named(Some("{rv:1}"));
        lines.extend([put(object), put(read())]);
        // Whether an empty list was there the sandbox does not remember.
        let edits = self.edits.iter().filter(|(_, value)| !is_empty(value));
        lines.extend(edits.map(|edit| put(self.edit(read(), edit))));
        lines.push(Line::plain("DELETE", &at));
        lines
    }
}

fn pods() -> BTreeMap<String, Vec<Edit>> {
    serde_json::from_str(include_str!("pods.json")).expect("the edits are JSON of their form")
}

fn others() -> BTreeMap<String, Edited> {
    serde_json::from_str(include_str!("edits.json")).expect("the edits are JSON of their form")
}

/// All edits of one field of a pod, for sequences of the dice.
pub(crate) fn of_pods() -> Vec<Edit> {
    pods().into_values().flatten().filter(|(pointer, _)| !pointer.is_empty()).collect()
}

/// The edits of one field of a kind, for sequences of the dice. What is empty is left out: whether it was there the sandbox does not remember.
pub(crate) fn of(kind: &str) -> Vec<Edit> {
    let edits = others().remove(kind).map(|one| one.edits).unwrap_or_default();
    let one_field = |pointer: &str| pointer.matches('/').count() > 1 || !pointer.starts_with("/spec");
    let edits = edits
        .into_iter()
        .filter(|(pointer, value)| !pointer.is_empty() && one_field(pointer) && !is_empty(value));
    edits.collect()
}

fn is_empty(value: &Value) -> bool {
    value.as_array().is_some_and(Vec::is_empty)
}

pub(crate) fn scripts() -> Vec<Script> {
    let of_pods = pods().into_iter().map(|(area, edits)| {
        let object = json!({"spec": {"containers": [{"name": "c", "image": "i"}]}});
        let (at, place) = ("/api/v1/namespaces/{ns:a}/pods".to_owned(), "/spec".to_owned());
        (format!("pods: {area}"), Edited { at, object, place, edits, only_new: false })
    });
    let mut all = Vec::new();
    for (about, edited) in of_pods.chain(others()) {
        all.push(Script::of(format!("new {about}"), edited.creations()));
        if !edited.only_new {
            all.push(Script::of(format!("updated {about}"), edited.updates()));
        }
    }
    all
}
