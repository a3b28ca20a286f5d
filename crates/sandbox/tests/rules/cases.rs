//! Rules of custom resources, and what the real server answers to them: `rules.json`, which the conformance tests hold against it.

use serde_json::{Map, Value, json};

/// So many rules are in one definition.
pub(crate) const BATCH: usize = 15;

pub(crate) struct Cases {
    /// Of what each rule is a rule.
    pub(crate) properties: Value,
    /// What the rules are applied to.
    pub(crate) objects: Vec<Value>,
    pub(crate) rules: Vec<Case>,
    /// Rules for what becomes of an object; with its first state, which keeps them, and its second one.
    pub(crate) changes: Vec<(Case, Value, Value)>,
}

pub(crate) struct Case {
    pub(crate) rule: Value,
    /// Of which property it is a rule; of all of them where this is empty.
    pub(crate) at: String,
    /// Why a definition that has it is refused.
    pub(crate) refused: Option<String>,
    /// What is wrong with each of the objects.
    pub(crate) found: Vec<Option<String>>,
}

impl Cases {
    pub(crate) fn read(text: &str) -> Self {
        let file: Value = serde_json::from_str(text).expect("it is JSON");
        let all = |name: &str| file[name].as_array().expect("it is a list").clone();
        let case = |case: Value| Case {
            rule: case["rule"].clone(),
            at: case["at"].as_str().unwrap_or_default().to_owned(),
            refused: case["refused"].as_str().map(ToOwned::to_owned),
            found: (case["found"].as_array().into_iter().flatten())
                .map(|found| found.as_str().map(ToOwned::to_owned))
                .collect(),
        };
        let change = |one: Value| (case(one.clone()), one["old"].clone(), one["now"].clone());
        Self {
            properties: file["properties"].clone(),
            objects: all("objects"),
            rules: all("rules").into_iter().map(case).collect(),
            changes: all("changes").into_iter().map(change).collect(),
        }
    }

    /// A definition in which each of the rules has an object of its own, and which is none if one of them is refused.
    pub(crate) fn definition(&self, rules: &[&Case]) -> Value {
        let one = |(at, case): (usize, &&Case)| {
            let mut schema = json!({"type": "object", "properties": self.properties});
            let place = if case.at.is_empty() { &mut schema } else { &mut schema["properties"][&case.at] };
            place["x-kubernetes-validations"] = json!([case.rule]);
            (format!("r{at}"), schema)
        };
        let properties: Map<String, Value> = rules.iter().enumerate().map(one).collect();
        let schema =
            json!({"type": "object", "properties": {"spec": {"type": "object", "properties": properties}}});
        json!({
            "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": "judges.rules.test"},
            "spec": {
                "group": "rules.test", "scope": "Cluster", "names": {"plural": "judges", "kind": "Judge"},
                "versions": [{"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": schema}}],
            },
        })
    }

    /// An object with a part for each of the rules.
    pub(crate) fn object<'v>(parts: impl Iterator<Item = &'v Value>) -> Value {
        let spec: Map<String, Value> =
            parts.enumerate().map(|(at, own)| (format!("r{at}"), own.clone())).collect();
        json!({"apiVersion": "rules.test/v1", "kind": "Judge", "metadata": {"name": "judge"}, "spec": spec})
    }
}

/// For each rule the same.
pub(crate) fn same(own: &Value, rules: usize) -> impl Iterator<Item = &Value> {
    std::iter::repeat_n(own, rules)
}

/// Why a definition is refused, without the server's random names.
pub(crate) fn refused(answer: &Value) -> String {
    let message = answer["message"].as_str().unwrap_or_default();
    let (_, message) = message.split_once("properties[r0]").unwrap_or(("", message));
    let mut parts = message.split("selfType");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |all, part| {
        all + "selfType" + part.trim_start_matches(|letter: char| letter.is_ascii_digit())
    })
}

/// What is told of each of the rules: the rest of the field, and why.
pub(crate) fn found(answer: &Value, rules: usize) -> Vec<Option<String>> {
    let causes = answer["details"]["causes"].as_array();
    let causes: Vec<(&str, &str, &str)> = (causes.into_iter().flatten())
        .map(|cause| {
            let text = |name: &str| cause[name].as_str().unwrap_or_default();
            (text("field"), text("message"), text("reason"))
        })
        .collect();
    let one = |at: usize| {
        let place = format!("spec.r{at}");
        causes.iter().find_map(|(field, message, reason)| {
            let rest = field.strip_prefix(&place)?;
            let own = !rest.starts_with(|one: char| one.is_ascii_digit());
            own.then(|| format!("{rest}: {reason}: {message}"))
        })
    };
    (0..rules).map(one).collect()
}

/// What a rule costs: `costs.json`, where `bare` is for properties without bounds, and `within` for what is around it.
pub(crate) fn costs() -> Vec<Value> {
    serde_json::from_str(include_str!("costs.json")).expect("it is JSON")
}

/// The definition in which a rule costs so much.
pub(crate) fn costly(properties: &Value, case: &Value) -> Value {
    let mut properties = properties.clone();
    if case["bare"] == true {
        unbound(&mut properties);
    }
    let mut rule = json!({"rule": case["rule"]});
    if case["messageExpression"].is_string() {
        rule["messageExpression"] = case["messageExpression"].clone();
    }
    let own = json!({"type": "object", "properties": properties, "x-kubernetes-validations": [rule]});
    let (mut around, most) = match case["within"].as_str() {
        Some("array") => (json!({"type": "array", "items": own}), "maxItems"),
        Some(_) => (json!({"type": "object", "additionalProperties": own}), "maxProperties"),
        None => (own, "maxProperties"),
    };
    if case["most"].is_number() {
        around[most] = case["most"].clone();
    }
    let schema = json!({"type": "object", "properties": {"spec": around}});
    json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": "costs.rules.test"},
        "spec": {
            "group": "rules.test", "scope": "Cluster", "names": {"plural": "costs", "kind": "Cost"},
            "versions": [{"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": schema}}],
        },
    })
}

fn unbound(schema: &mut Value) {
    let Some(fields) = schema.as_object_mut() else { return };
    fields.retain(|name, _| !matches!(name.as_str(), "maxLength" | "maxItems" | "maxProperties"));
    fields.values_mut().for_each(unbound);
}

/// What is too dear: the rule, its message, all together; and by how much.
pub(crate) fn dear(answer: &Value) -> Vec<String> {
    let causes = answer["details"]["causes"].as_array();
    let short = |cause: &Value| {
        let message = cause["message"].as_str().unwrap_or_default();
        let Some((what, rest)) = message.split_once(" exceeds budget by factor of ") else {
            return if message.contains("contributed to") { "part".to_owned() } else { message.to_owned() };
        };
        let what = match what {
            "Forbidden: estimated rule cost" => "rule",
            "Forbidden: estimated messageExpression cost" => "message",
            _ => "all",
        };
        let factor = rest.split(" (").next().unwrap_or_default();
        format!("{what} {}", factor.rsplit(' ').next().unwrap_or_default())
    };
    causes.into_iter().flatten().map(short).collect()
}
