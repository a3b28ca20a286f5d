//! Other people's definitions and objects, of a directory that is given: each object as it stands, and changed by the dice.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};

use crate::Bench;
use crate::dice::Dice;
use crate::scripts::differ;
use crate::step::Step;

/// So many changed copies of each object, of so many of each kind.
const CHANGED: usize = 2;
const OBJECTS: usize = 25;

/// What the YAML files below a directory define, and the objects in them that are of these definitions.
#[derive(Default)]
struct Given {
    definitions: BTreeMap<String, Value>,
    objects: Vec<Value>,
}

impl Given {
    fn read(dir: &Path) -> Self {
        let mut given = Self::default();
        given.gather(dir);
        given
    }

    /// Templates and other files that are no YAML are passed over.
    fn gather(&mut self, dir: &Path) {
        let entries = std::fs::read_dir(dir).unwrap_or_else(|error| panic!("{}: {error}", dir.display()));
        let mut paths: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        paths.sort();
        for path in paths {
            if path.is_dir() {
                self.gather(&path);
            } else if path.extension().is_some_and(|end| end == "yaml" || end == "yml" || end == "json") {
                let text = std::fs::read_to_string(&path).unwrap_or_default();
                for document in serde_saphyr::from_multiple::<Value>(&text).unwrap_or_default() {
                    self.add(document);
                }
            }
        }
    }

    fn add(&mut self, document: Value) {
        let name = document["metadata"]["name"].as_str().unwrap_or_default().to_owned();
        if document["kind"] == "CustomResourceDefinition"
            && document["apiVersion"] == "apiextensions.k8s.io/v1"
        {
            self.definitions.entry(name).or_insert(document);
        } else if document["kind"].is_string() {
            self.objects.push(document);
        }
    }

    /// The collection of an object's kind, in the versions that are served.
    fn collection(&self, object: &Value) -> Option<String> {
        let (group, version) = object["apiVersion"].as_str()?.split_once('/')?;
        let of = |definition: &&Value| {
            let spec = &definition["spec"];
            let served = |one: &Value| one["name"] == version && one["served"] == true;
            let versions = spec["versions"].as_array();
            spec["group"] == group
                && spec["names"]["kind"] == object["kind"]
                && spec["conversion"]["strategy"] != "Webhook"
                && versions.is_some_and(|versions| versions.iter().any(served))
        };
        let spec = &self.definitions.values().find(of)?["spec"];
        let namespace = if spec["scope"] == "Namespaced" { "/namespaces/{ns:a}" } else { "" };
        Some(format!("/apis/{group}/{version}{namespace}/{}", spec["names"]["plural"].as_str()?))
    }

    fn steps(&self) -> Vec<Step> {
        let (mut steps, mut dice, mut seen) = (Vec::new(), Dice::new(7), BTreeMap::<String, usize>::new());
        for object in &self.objects {
            let Some(collection) = self.collection(object) else { continue };
            let count = seen.entry(collection.clone()).or_default();
            *count += 1;
            if *count > OBJECTS {
                continue;
            }
            let mut object = object.clone();
            object["metadata"] = json!({"name": "given"});
            for copy in 0..=CHANGED {
                let mut body = object.clone();
                if copy > 0 {
                    change(&mut body, &mut dice);
                }
                let strictly = if copy % 2 == 1 { "Strict" } else { "Warn" };
                let target = format!("{collection}?dryRun=All&fieldManager=given&fieldValidation={strictly}");
                let headers = vec![("content-type".into(), "application/json".into())];
                let (id, method) = (steps.len(), "POST".into());
                steps.push(Step { id, method, target, headers, body: Some(body), watch: false });
            }
        }
        steps
    }
}

/// Changes something below the metadata.
fn change(object: &mut Value, dice: &mut Dice) {
    let mut pointers = Vec::new();
    pointers_below(object, "", &mut pointers);
    pointers
        .retain(|pointer| !["/apiVersion", "/kind", "/metadata"].iter().any(|own| pointer.starts_with(own)));
    if pointers.is_empty() {
        return;
    }
    let pointer = dice.pick(&pointers).clone();
    let others = [
        json!(5),
        json!("x_"),
        json!(true),
        json!([]),
        json!({}),
        json!(1.5),
        json!(null),
        json!(-1),
        json!(3_000_000_000_i64),
    ];
    if dice.percent(20) {
        let (parent, name) = pointer.rsplit_once('/').unwrap_or_default();
        match object.pointer_mut(parent) {
            Some(Value::Object(fields)) => drop(fields.remove(&name.replace("~1", "/").replace("~0", "~"))),
            Some(Value::Array(items)) => items.extend(items.first().cloned()),
            _ => {}
        }
    } else if let Some(value) = object.pointer_mut(&pointer) {
        *value = dice.pick(&others).clone();
    }
}

fn pointers_below(value: &Value, path: &str, pointers: &mut Vec<String>) {
    let mut go = |name: String, value: &Value| {
        let path = format!("{path}/{name}");
        pointers.push(path.clone());
        pointers_below(value, &path, pointers);
    };
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(name, value)| go(name.replace('~', "~0").replace('/', "~1"), value));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(at, value)| go(at.to_string(), value));
        }
        _ => {}
    }
}

#[test]
#[ignore = "it needs a directory: cargo xtask conformance --definitions DIR"]
fn given_definitions_are_answered_alike() {
    let dir = std::env::var("KUBEWIRE_DEFINITIONS").expect("a directory of YAML");
    let given = Given::read(Path::new(&dir));
    let steps = given.steps();
    let definitions = given.definitions.into_values().collect::<Vec<_>>();
    println!("{} definitions, {} requests", definitions.len(), steps.len());
    let bench = Bench::bare("given").defining(definitions);
    let found = differ(&bench, &steps);
    let told = found.iter().map(|(id, real, ours)| {
        let Step { target, body, .. } = &steps[*id];
        format!(
            "{target} {:.600}\n  real: {real}\n  ours: {ours}",
            body.as_ref().map(Value::to_string).unwrap_or_default()
        )
    });
    assert!(found.is_empty(), "{}\n{} differ", told.collect::<Vec<_>>().join("\n"), found.len());
}
