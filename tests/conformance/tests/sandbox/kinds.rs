//! Sequences for the kinds that are used daily: good objects, and edits of them that are good or have one fault, as data.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::dice::Dice;
use crate::edits;
use crate::step::Step;

const MANAGERS: [&str; 3] = ["one", "two", "three"];
const NAMES: [&str; 3] = ["m", "n", "o"];

/// `kinds.json`, and `custom.json`.
#[derive(Debug, Deserialize)]
pub(crate) struct Kinds {
    /// Of custom kinds, which are made before all else.
    #[serde(default)]
    pub(crate) definitions: Vec<Value>,
    kinds: Vec<Kind>,
    /// Edits of what a pod is made of.
    pod: Vec<Edit>,
    /// All that a pod may say, for kinds that make pods.
    #[serde(skip)]
    pods: Vec<Edit>,
    /// Edits of any object.
    metadata: Vec<Edit>,
}

/// A JSON pointer, and what is put there; null takes away.
pub(crate) type Edit = (String, Value);

#[derive(Debug, Deserialize)]
struct Kind {
    kind: String,
    api: String,
    plural: String,
    /// How often it is taken, beside the others.
    weight: usize,
    /// It is in no namespace: its names begin with the sequence's own.
    #[serde(default)]
    cluster: bool,
    /// Where the pod's own part is, in kinds that make pods.
    pod: Option<String>,
    body: Value,
    edits: Vec<Edit>,
    /// Whether it has a scale.
    #[serde(default)]
    scale: bool,
    /// Field selectors, by which it is listed.
    #[serde(default)]
    fields: Vec<String>,
    /// Edits that are sent to its status.
    #[serde(default)]
    status: Vec<Edit>,
    /// Its other subresources, with the edits that are sent to each.
    #[serde(default)]
    parts: Vec<(String, Vec<Edit>)>,
    /// Whether it is bound to a node.
    #[serde(default)]
    bound: bool,
}

impl Kinds {
    pub(crate) fn read() -> Self {
        let mut kinds: Self =
            serde_json::from_str(include_str!("kinds.json")).expect("the kinds are JSON of their form");
        kinds.kinds.iter_mut().for_each(|kind| kind.edits.extend(edits::of(&kind.kind)));
        Self { pods: edits::of_pods(), ..kinds }
    }

    /// Custom kinds, with what their schemas may say.
    pub(crate) fn custom() -> Self {
        serde_json::from_str(include_str!("custom.json")).expect("the kinds are JSON of their form")
    }

    /// A sequence over few kinds, so that its steps meet; only those whose name holds `only`.
    pub(crate) fn sequence(&self, seed: u64, length: usize, only: &str) -> Vec<Step> {
        let kinds: Vec<&Kind> = self.kinds.iter().filter(|kind| kind.kind.contains(only)).collect();
        let mut dice = Dice::new(seed);
        let weighted: Vec<&Kind> =
            kinds.iter().flat_map(|kind| std::iter::repeat_n(*kind, kind.weight)).collect();
        let chosen = [*dice.pick(&weighted), *dice.pick(&weighted)];
        let mut maker = Maker { dice, kinds: self };
        let mut steps: Vec<Step> = (0..length).map(|id| maker.step(id, chosen[id % 2])).collect();
        for kind in chosen.into_iter().filter(|kind| !kind.cluster) {
            steps.push(step(steps.len(), "GET", collection(kind), "", None));
        }
        if !self.definitions.is_empty() {
            steps.push(step(steps.len(), "GET", "/apis/sequences.test".into(), "", None));
        }
        steps
    }
}

fn collection(kind: &Kind) -> String {
    let root = if kind.api.contains('/') { "/apis" } else { "/api" };
    let namespace = if kind.cluster { "" } else { "/namespaces/{ns:a}" };
    format!("{root}/{}{namespace}/{}", kind.api, kind.plural)
}

fn step(id: usize, method: &str, target: String, media: &str, body: Option<Value>) -> Step {
    let headers = if media.is_empty() { Vec::new() } else { vec![("content-type".into(), media.into())] };
    Step { id, method: method.into(), target, headers, body, watch: false }
}

struct Maker<'k> {
    dice: Dice,
    kinds: &'k Kinds,
}

impl Maker<'_> {
    fn step(&mut self, id: usize, kind: &Kind) -> Step {
        let prefix = if kind.cluster { "{ns:a}" } else { "" };
        let name = &format!("{prefix}{}", self.dice.pick(&NAMES));
        let collection = collection(kind);
        let one = format!("{collection}/{name}");
        let query = self.query();
        if !kind.status.is_empty() && self.dice.percent(20) {
            return self.part(id, kind, name, "status", &kind.status);
        }
        if !kind.parts.is_empty() && self.dice.percent(30) {
            let (part, edits) = self.dice.pick(&kind.parts);
            return self.part(id, kind, name, part, edits);
        }
        if kind.bound && self.dice.percent(8) {
            return self.binding(id, kind, name);
        }
        if kind.scale && self.dice.percent(12) {
            return self.scale(id, kind, name);
        }
        let chosen = self.dice.below(100);
        match chosen {
            0..30 => {
                let body = self.object(kind, name, 2);
                step(id, "POST", format!("{collection}?{query}"), "application/json", Some(body))
            }
            30..46 => {
                let body = self.object(kind, name, 2);
                step(id, "PUT", format!("{one}?{query}"), "application/json", Some(body))
            }
            46..56 => {
                let (pointer, value) = self.edit(kind);
                let media =
                    if self.dice.percent(50) { "merge-patch+json" } else { "strategic-merge-patch+json" };
                let body = nested(&pointer, value);
                step(id, "PATCH", format!("{one}?{query}"), &format!("application/{media}"), Some(body))
            }
            56..62 => {
                let (pointer, value) = self.edit(kind);
                let operation = if self.dice.percent(50) { "add" } else { "replace" };
                let body = match value {
                    Value::Null => json!([{"op": "remove", "path": pointer}]),
                    value => json!([{"op": operation, "path": pointer, "value": value}]),
                };
                step(id, "PATCH", format!("{one}?{query}"), "application/json-patch+json", Some(body))
            }
            62..82 => {
                let body = self.object(kind, name, 3);
                let manager = *self.dice.pick(&MANAGERS);
                let force = if self.dice.percent(30) { "&force=true" } else { "" };
                let target = format!("{one}?fieldManager={manager}{force}");
                step(id, "PATCH", target, "application/apply-patch+yaml", Some(body))
            }
            82..88 => step(id, "GET", one, "", None),
            88..94 => step(id, "DELETE", one, "", None),
            // Others are in there too.
            _ if kind.cluster => step(id, "GET", one, "", None),
            _ if kind.fields.is_empty() => step(id, "GET", collection, "", None),
            _ => {
                let selector = self.dice.pick(&kind.fields).replace('=', "%3D").replace(',', "%2C");
                step(id, "GET", format!("{collection}?fieldSelector={selector}"), "", None)
            }
        }
    }

    /// A step at the status of an object, or at another part of it.
    fn part(&mut self, id: usize, kind: &Kind, name: &str, part: &str, edits: &[Edit]) -> Step {
        let one = format!("{}/{name}/{part}?{}", collection(kind), self.query());
        // A service that its status has made has no address, and the real server's next update of it panics.
        let service = kind.kind == "Service";
        let edits = if service || self.dice.percent(80) { edits } else { &kind.edits };
        let (pointer, value) = self.dice.pick(edits).clone();
        let whole = |value: Value| {
            let mut body = json!({"apiVersion": kind.api, "kind": kind.kind, "metadata": {"name": name}});
            set(&mut body, &pointer, value);
            body
        };
        let step =
            |method: &str, media: &str, body: Option<Value>| step(id, method, one.clone(), media, body);
        match self.dice.below(10) {
            0 => step("GET", "", None),
            1 => step("DELETE", "", None),
            2..4 if !service => {
                let mut body = kind.body.clone();
                body["metadata"] = json!({"name": name, "labels": {"a": "3"}, "annotations": {"s": "t"}});
                set(&mut body, &pointer, value);
                step("PUT", "application/json", Some(body))
            }
            2..6 => {
                let media =
                    if self.dice.percent(50) { "merge-patch+json" } else { "strategic-merge-patch+json" };
                step("PATCH", &format!("application/{media}"), Some(nested(&pointer, value)))
            }
            6 => {
                let body = json!([{"op": "add", "path": pointer, "value": value}]);
                step("PATCH", "application/json-patch+json", Some(body))
            }
            // An apply to the status of a service that is not there makes one.
            _ if service => step("PATCH", "application/merge-patch+json", Some(nested(&pointer, value))),
            _ => step("PATCH", "application/apply-patch+yaml", Some(whole(value))),
        }
    }

    /// A pod gets a node, or is refused one.
    fn binding(&mut self, id: usize, kind: &Kind, name: &str) -> Step {
        let targets = [
            json!({"kind": "Node", "name": "n1"}),
            json!({"name": "n2"}),
            json!({"kind": "Pod", "name": "n1"}),
            json!({"kind": "Node"}),
            json!({"name": "N_1"}),
        ];
        let mut metadata = json!({"name": if self.dice.percent(90) { name } else { "other" }});
        for (field, value, chance) in [
            ("uid", json!("no-such-uid"), 10),
            ("resourceVersion", json!("1"), 10),
            ("labels", json!({"l": "b"}), 20),
            ("annotations", json!({"a": "b"}), 20),
        ] {
            if self.dice.percent(chance) {
                metadata[field] = value;
            }
        }
        let body = json!({"metadata": metadata, "target": self.dice.pick(&targets)});
        let collection = collection(kind);
        let target = match self.dice.percent(80) {
            true => format!("{collection}/{name}/binding?{}", self.query()),
            false => format!("{}?{}", collection.replace("/pods", "/bindings"), self.query()),
        };
        step(id, "POST", target, "application/json", Some(body))
    }

    /// A step at the scale of an object.
    fn scale(&mut self, id: usize, kind: &Kind, name: &str) -> Step {
        let one = format!("{}/{name}/scale?{}", collection(kind), self.query());
        let good = json!(if self.dice.percent(70) { 10 + id } else { 2 });
        let bad = [json!(-1), json!("x"), json!(2.5)];
        let replicas = if self.dice.percent(70) { good } else { self.dice.pick(&bad).clone() };
        let spec = json!({"replicas": replicas});
        let step =
            |method: &str, media: &str, body: Option<Value>| step(id, method, one.clone(), media, body);
        match self.dice.below(11) {
            0 => step("GET", "", None),
            1 => step(
                "PUT",
                "application/json",
                Some(json!({"metadata": {"name": name}, "foo": 1, "spec": spec})),
            ),
            2 => step("PUT", "application/json", Some(json!({"metadata": {"name": "other"}, "spec": spec}))),
            3..5 => step("PUT", "application/json", Some(json!({"metadata": {"name": name}, "spec": spec}))),
            5 => {
                let operation = json!([{"op": "add", "path": "/spec/replicas", "value": replicas}]);
                step("PATCH", "application/json-patch+json", Some(operation))
            }
            6 => step("PATCH", "application/merge-patch+json", Some(json!({"spec": spec}))),
            7 => step("PATCH", "application/strategic-merge-patch+json", Some(json!({"spec": spec}))),
            _ => self.applied_scale(id, &one, name, &spec),
        }
    }

    /// Someone applies a scale.
    fn applied_scale(&mut self, id: usize, one: &str, name: &str, spec: &Value) -> Step {
        let mut body = json!({"apiVersion": "autoscaling/v1", "kind": "Scale", "metadata": {"name": name}, "spec": spec});
        match self.dice.below(10) {
            0 => body["metadata"] = json!({"name": "other"}),
            1 => body["spec"] = json!({}),
            2 => body["foo"] = json!(1),
            3 => body["metadata"]["labels"] = json!({"a": "b"}),
            _ => {}
        }
        let force = if self.dice.percent(50) { "&force=true" } else { "" };
        step(id, "PATCH", format!("{one}{force}"), "application/apply-patch+yaml", Some(body))
    }

    fn query(&mut self) -> String {
        let mut query = format!("fieldManager={}", self.dice.pick(&MANAGERS));
        if self.dice.percent(8) {
            query += "&fieldValidation=Strict";
        }
        if self.dice.percent(5) {
            query += "&dryRun=All";
        }
        query
    }

    /// An object with some edits, at most so many.
    fn object(&mut self, kind: &Kind, name: &str, edits: usize) -> Value {
        let mut object = kind.body.clone();
        object["apiVersion"] = kind.api.as_str().into();
        object["kind"] = kind.kind.as_str().into();
        object["metadata"] = json!({"name": name});
        for _ in 0..self.dice.below(edits + 1) {
            let (pointer, value) = self.edit(kind);
            set(&mut object, &pointer, value);
        }
        object
    }

    fn edit(&mut self, kind: &Kind) -> Edit {
        match (self.dice.below(10), &kind.pod) {
            (0, _) => self.dice.pick(&self.kinds.metadata).clone(),
            (1..6, Some(before)) => {
                let rarer = !self.kinds.pods.is_empty() && self.dice.percent(40);
                let edits = if rarer { &self.kinds.pods } else { &self.kinds.pod };
                let (pointer, value) = self.dice.pick(edits).clone();
                (format!("{before}{pointer}"), value)
            }
            _ => self.dice.pick(&kind.edits).clone(),
        }
    }
}

/// Puts a value at a pointer; where that leads nowhere, nothing is done.
pub(crate) fn set(object: &mut Value, pointer: &str, value: Value) {
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer begins with a slash");
    let mut at = object;
    for part in parent.split('/').skip(1) {
        at = match at {
            Value::Object(fields) => fields.entry(part).or_insert_with(|| json!({})),
            Value::Array(items) => match part.parse::<usize>().ok().and_then(|at| items.get_mut(at)) {
                Some(item) => item,
                None => return,
            },
            _ => return,
        };
    }
    match at {
        Value::Object(fields) => {
            fields.insert(name.into(), value);
        }
        Value::Array(items) => {
            if let Some(item) = name.parse::<usize>().ok().and_then(|at| items.get_mut(at)) {
                *item = value;
            }
        }
        _ => {}
    }
}

/// A patch that puts a value at a pointer. An item of a list is named by what it is called, as strategic patches want it.
fn nested(pointer: &str, value: Value) -> Value {
    pointer.split('/').skip(1).collect::<Vec<_>>().into_iter().rev().fold(value, |value, part| match part {
        "0" => {
            let mut item = value;
            if let Value::Object(fields) = &mut item {
                fields.entry("name").or_insert_with(|| "c".into());
            }
            json!([item])
        }
        part => json!({part: value}),
    })
}

#[test]
fn edits_are_made() {
    let mut object = json!({"a": [{"b": 1}]});
    set(&mut object, "/a/0/b", json!(2));
    set(&mut object, "/c/d", json!(3));
    set(&mut object, "/a/5/b", json!(4));
    assert_eq!(object, json!({"a": [{"b": 2}], "c": {"d": 3}}));
    assert_eq!(nested("/a/0/b", json!(5)), json!({"a": [{"b": 5, "name": "c"}]}));
    assert_eq!(Kinds::read().sequence(1, 9, ""), Kinds::read().sequence(1, 9, ""));
}
