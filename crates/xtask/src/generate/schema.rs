//! The sandbox's table of types, from the server's OpenAPI documents and the Go source that it is built from: see [`texts`].

use super::described;
use super::discovery::GroupVersion;
use super::golang::{GoField, Package, Source};
use anyhow::{Context, Result, bail};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

pub(crate) const REF: &str = "#/components/schemas/";
/// Types that no resource is made of, and that are needed all the same; the second is a kind.
const MORE: [(&str, &str); 4] = [
    ("io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions", ""),
    ("io.k8s.api.autoscaling.v1.Scale", "autoscaling/v1"),
    ("io.k8s.api.authentication.v1.TokenRequest", "authentication.k8s.io/v1"),
    ("io.k8s.api.policy.v1.Eviction", "policy/v1"),
];
/// Types that have a word of their own.
pub(crate) const WORDS: [(&str, &str); 11] = [
    ("io.k8s.apimachinery.pkg.api.resource.Quantity", "quantity"),
    ("io.k8s.apimachinery.pkg.util.intstr.IntOrString", "intstr"),
    ("io.k8s.apimachinery.pkg.apis.meta.v1.Time", "time"),
    ("io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime", "microtime"),
    ("io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1", "any"),
    ("io.k8s.apimachinery.pkg.apis.meta.v1.Patch", "any"),
    ("io.k8s.apimachinery.pkg.runtime.RawExtension", "raw"),
    ("io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON", "any"),
    ("io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrArray", "any"),
    ("io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrBool", "any"),
    ("io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrStringArray", "any"),
];

/// A line `@PACKAGE`, then its types, sorted, each a line `NAME`, with ` GROUP/VERSION` where it is a kind and ` atomic` where it is one value,
/// and then a line for each field, behind a space: `NAME TYPE`, then what is special about it.
///
/// TYPE is `string`, `int32`, `int64`, `double`, `bool`, `bytes`, `time`, `microtime`, `quantity`, `intstr`, `any` or `raw`, a type of the same
/// package or `PACKAGE.TYPE`, behind a `[]` or `{}` for each list and map of it. A `:` brings Go's name, where it has one of its own. At its end, `?` is a pointer, which
/// is kept where it is there at all; `!` is always written, `~` too, as null where there is nothing; anything else is left out where it is empty.
///
/// Then come `set`, `keys=A,B` and `atomic`, as apply has it; `merge`, `merge=KEY` and `replace`, as strategic merge patches have it; and `=DEFAULT`.
///
/// The second text has the numbers of the fields in protobuf: after a line `@PACKAGE` a line for each type, its name and, in the order of its fields, their
/// numbers, `3` or, in what Go embeds, `1.3`; `-` where there is none. The third is that of [`described`].
pub(crate) fn texts(
    groups: &[GroupVersion],
    source: &mut Source,
    get: &mut dyn FnMut(&str) -> Result<Value>,
) -> Result<(String, String, String)> {
    let mut schemas: BTreeMap<String, Value> = BTreeMap::new();
    let mut kinds: BTreeMap<String, String> = BTreeMap::new();
    for group in groups {
        let path = if group.name.contains('/') { "apis" } else { "api" };
        let document = get(&format!("/openapi/v3/{path}/{}", group.name))?;
        let found = document.pointer("/components/schemas").and_then(Value::as_object);
        for (name, schema) in found.context("an OpenAPI document without schemas")? {
            if group.resources.iter().any(|one| is_kind(schema, &group.name, &one.kind)) {
                kinds.insert(name.clone(), group.name.clone());
            }
            schemas.entry(name.clone()).or_insert_with(|| schema.clone());
        }
    }
    let mut wanted: BTreeSet<String> = kinds.keys().cloned().collect();
    for (name, group) in MORE {
        wanted.insert(name.to_owned());
        if !group.is_empty() {
            kinds.insert(name.to_owned(), group.to_owned());
        }
    }
    let mut writer = Writer { schemas, source, done: BTreeMap::new() };
    while let Some(name) = wanted.pop_first() {
        if !writer.done.contains_key(&name) {
            wanted.extend(writer.structure(&name)?);
        }
    }
    let (mut text, mut numbers) = (String::new(), String::new());
    let mut package = String::new();
    let sorted: BTreeMap<_, _> =
        writer.done.iter().map(|(name, fields)| (split(name), (name, fields))).collect();
    for ((inside, short), (name, written)) in sorted {
        if inside != package {
            text += &format!("@{inside}\n");
            numbers += &format!("@{inside}\n");
            package = inside;
        }
        let kind = kinds.get(name).map(|group| format!(" {group}")).unwrap_or_default();
        text += &format!("{short}{kind}{}\n{}", if written.atomic { " atomic" } else { "" }, written.fields);
        numbers += &format!("{short}{}\n", written.numbers);
    }
    let described = described::text(writer.done.keys(), &writer.schemas)?;
    Ok((text, numbers, described))
}

fn is_kind(schema: &Value, group_version: &str, kind: &str) -> bool {
    let (group, version) = group_version.split_once('/').unwrap_or(("", group_version));
    let said = schema["x-kubernetes-group-version-kind"].as_array();
    // What is of many groups is none of theirs.
    said.is_some_and(|said| said.len() == 1)
        && said
            .into_iter()
            .flatten()
            .any(|one| one["group"] == group && one["version"] == version && one["kind"] == kind)
}

/// `io.k8s.api.apps.v1.Deployment` is `apps.v1` and `Deployment`.
pub(crate) fn split(name: &str) -> (String, String) {
    let parts: Vec<_> = name.split('.').collect();
    let at = parts.len().saturating_sub(3);
    (parts[at..parts.len() - 1].join("."), parts[parts.len() - 1].to_owned())
}

struct Writer<'s> {
    schemas: BTreeMap<String, Value>,
    source: &'s mut Source,
    /// The types that are written.
    done: BTreeMap<String, Written>,
}

/// One type.
struct Written {
    atomic: bool,
    /// A line each.
    fields: String,
    /// Each behind a space.
    numbers: String,
}

impl Writer<'_> {
    /// Writes a struct, and gives the types that it needs.
    fn structure(&mut self, name: &str) -> Result<BTreeSet<String>> {
        let schema = self.schemas.get(name).with_context(|| format!("there is no {name}"))?.clone();
        let (inside, short) = split(name);
        let package = self.source.package(name)?;
        let mut needed = BTreeSet::new();
        let (mut lines, mut numbers) = (String::new(), String::new());
        let none = Map::new();
        for (field, schema) in schema["properties"].as_object().unwrap_or(&none) {
            let go = package.field(&short, field);
            let top = matches!(field.as_str(), "apiVersion" | "kind") && go.is_none();
            let go = match go {
                Some(go) => go.clone(),
                None if top => {
                    GoField { kind: "string".into(), omit_empty: true, omit_zero: false, number: 0 }
                }
                None => bail!("Go has no {name}.{field}"),
            };
            numbers += &format!(" {}", package.numbers(&short, field).unwrap_or_else(|| "-".to_owned()));
            let kind = kind(schema, &go.kind, &inside, package, &mut needed)?;
            let empty = zero(&kind, &go, package);
            // What another kind wrote is one value, whatever is in it.
            let whole = if kind == "raw" { " atomic" } else { "" };
            lines += &format!(" {field} {kind}{empty}{whole}{}\n", special(schema, empty)?);
        }
        let atomic = schema["x-kubernetes-map-type"] == "atomic";
        self.done.insert(name.to_owned(), Written { atomic, fields: lines, numbers });
        Ok(needed)
    }
}

/// The text of a type.
fn kind(
    schema: &Value,
    go: &str,
    inside: &str,
    package: &Package,
    needed: &mut BTreeSet<String>,
) -> Result<String> {
    let go = go.trim_start_matches('*');
    let one = schema.get("$ref").or_else(|| schema.pointer("/allOf/0/$ref")).and_then(Value::as_str);
    if let Some(name) = one.and_then(|name| name.strip_prefix(REF)) {
        if let Some((_, word)) = WORDS.iter().find(|(own, _)| *own == name) {
            return Ok((*word).to_owned());
        }
        needed.insert(name.to_owned());
        let (other, short) = split(name);
        return Ok(if other == inside { short } else { format!("{other}.{short}") });
    }
    let plain = package.underlying(go).unwrap_or(go).to_owned();
    // A list or a map that has a name of its own is called by it.
    let called = |text: String| match plain == go && (go.starts_with("[]") || go.starts_with("map[")) {
        true => text,
        false => format!("{text}:{}", qualified(go, inside)),
    };
    let word = |text: &str| {
        let builtin = ["string", "int32", "int64", "int", "bool", "float64", "[]byte"].contains(&go);
        if builtin { text.to_owned() } else { format!("{text}:{}", qualified(go, inside)) }
    };
    Ok(match (schema["type"].as_str(), schema["format"].as_str()) {
        (Some("string"), Some("byte")) => "bytes".to_owned(),
        (Some("string"), _) => word("string"),
        (Some("integer"), format) => word(format.unwrap_or("int64")),
        (Some("number"), _) => word("double"),
        (Some("boolean"), _) => word("bool"),
        (Some("array"), _) => {
            let element = plain.strip_prefix("[]").unwrap_or(&plain);
            called(format!("[]{}", kind(&schema["items"], element, inside, package, needed)?))
        }
        (Some("object"), _) if schema.get("additionalProperties").is_some() => {
            let element = plain.split_once(']').map_or(plain.as_str(), |(_, element)| element);
            called(format!(
                "{{}}{}",
                kind(&schema["additionalProperties"], element, inside, package, needed)?
            ))
        }
        (Some("object") | None, _) => "any".to_owned(),
        (other, _) => bail!("a type of its own: {other:?}"),
    })
}

/// A name as Go's errors have it.
fn qualified(go: &str, inside: &str) -> String {
    let package = inside.rsplit('.').next().unwrap_or_default();
    if go.contains('.') { go.to_owned() } else { format!("{package}.{go}") }
}

/// What becomes of a field that is empty.
fn zero(kind: &str, go: &GoField, package: &Package) -> &'static str {
    let plain = package.underlying(&go.kind).unwrap_or(&go.kind);
    let optional = go.omit_empty || go.omit_zero;
    let word = kind.split(':').next().unwrap_or_default();
    if plain.starts_with('*') {
        return if optional { "?" } else { "~" };
    }
    let nothing = word.starts_with("[]") || word.starts_with("{}") || word == "bytes";
    if nothing || go.omit_zero {
        return if optional { "" } else { "~" };
    }
    match word {
        "string" | "int32" | "int64" | "double" | "bool" if go.omit_empty => "",
        "time" | "microtime" | "raw" | "any" => "~",
        _ => "!",
    }
}

/// How lists and maps are merged, and a default: a zero is one where it stands behind a pointer, and an empty text where it is left out.
fn special(schema: &Value, empty: &str) -> Result<String> {
    let pointer = matches!(empty, "?" | "~");
    let mut text = String::new();
    match schema["x-kubernetes-list-type"].as_str() {
        Some("set") => text += " set",
        Some("map") => text += &format!(" keys={}", strings(&schema["x-kubernetes-list-map-keys"]).join(",")),
        Some("atomic") | None => {}
        Some(other) => bail!("a list that is a {other}"),
    }
    if schema["x-kubernetes-map-type"] == "atomic" {
        text += " atomic";
    }
    // A type that is one value elsewhere.
    if schema["x-kubernetes-map-type"] == "granular" {
        text += " granular";
    }
    let key = schema["x-kubernetes-patch-merge-key"].as_str();
    for strategy in schema["x-kubernetes-patch-strategy"].as_str().unwrap_or_default().split(',') {
        match (strategy, key) {
            ("merge", Some(key)) => text += &format!(" merge={key}"),
            ("merge", None) => text += " merge",
            ("replace", _) => text += " replace",
            // `retainKeys` is for those who make patches, not for those who apply them.
            ("retainKeys" | "", _) => {}
            (other, _) => bail!("a patch strategy that is {other}"),
        }
    }
    match &schema["default"] {
        Value::Null | Value::Array(_) | Value::Object(_) => {}
        Value::Bool(false) if !pointer => {}
        Value::Number(zero) if zero.as_f64() == Some(0.0) && !pointer => {}
        Value::String(text) if text.is_empty() && empty == "!" => {}
        other => text += &format!(" ={other}"),
    }
    Ok(text)
}

fn strings(value: &Value) -> Vec<&str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}
