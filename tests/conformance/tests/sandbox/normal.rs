//! What may differ between two servers is written alike: uids, versions, times, generated names.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::sides::Answer;

/// The answers of one side, in a form that can be compared with the other side's.
pub(crate) fn normal(answers: &[Answer]) -> Vec<(usize, Value)> {
    let mut names = Names::default();
    for answer in answers {
        names.collect(&answer.body);
    }
    answers.iter().map(|answer| (answer.id, names.answer(answer))).collect()
}

#[derive(Default)]
struct Names {
    /// The versions of objects, in order: an object's version is its place, a list's how many there are up to it.
    versions: BTreeSet<u64>,
    uids: BTreeMap<String, String>,
}

fn is_list(object: &Value) -> bool {
    let kind = object.get("kind").and_then(Value::as_str).unwrap_or_default();
    kind.ends_with("List") && object.get("items").is_some()
}

impl Names {
    fn collect(&mut self, value: &Value) {
        match value {
            Value::Object(fields) => {
                let text = |name: &str| {
                    value.pointer(&format!("/metadata/{name}")).and_then(Value::as_str).unwrap_or_default()
                };
                let bookmark = fields.get("type").is_some_and(|kind| kind == "BOOKMARK");
                if let Ok(version) = text("resourceVersion").parse()
                    && !is_list(value)
                {
                    self.versions.insert(version);
                }
                let count = self.uids.len();
                if let Some(Value::String(uid)) = fields.get("uid")
                    && uid.len() == 36
                {
                    self.uids.entry(uid.clone()).or_insert_with(|| format!("uid-{count}"));
                }
                for value in fields.values().filter(|_| !bookmark) {
                    self.collect(value);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.collect(item)),
            _ => {}
        }
    }

    fn answer(&self, answer: &Answer) -> Value {
        let mut headers: Vec<_> =
            answer.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        headers.sort();
        let mut body = self.value(&answer.body, false);
        if answer.lags && is_list(&answer.body) {
            body["metadata"]["resourceVersion"] = "any".into();
            if let Some(version) = body.pointer_mut("/metadata/continue/rv") {
                *version = "any".into();
            }
        }
        json!({"status": answer.status, "headers": headers, "body": body})
    }

    fn value(&self, value: &Value, bookmark: bool) -> Value {
        match value {
            Value::Object(fields) => {
                let list = is_list(value) || bookmark;
                let mut out = serde_json::Map::new();
                // Services of type ExternalName keep it where nobody but their status shows it.
                let hidden = |name: &str| match name {
                    "f:internalTrafficPolicy" => true,
                    "internalTrafficPolicy" => fields.get("type").is_some_and(|kind| kind == "ExternalName"),
                    _ => false,
                };
                for (name, field) in fields.iter().filter(|(name, _)| !hidden(name)) {
                    let inner = match name.as_str() {
                        "metadata" => self.metadata(field, list),
                        "object" => {
                            self.value(field, fields.get("type").is_some_and(|kind| kind == "BOOKMARK"))
                        }
                        "causes" => sorted(self.value(field, false)),
                        "message" => message(self.value(field, false)),
                        // But for a time that a sequence says, which is always the same.
                        "lastTransitionTime" | "lastUpdateTime" | "lastPhaseTransitionTime"
                            if field.as_str().is_some_and(|time| !time.starts_with("2026-01-02T")) =>
                        {
                            "a time".into()
                        }
                        "nodePort" | "healthCheckNodePort" if field.is_number() => "a port".into(),
                        _ => self.value(field, false),
                    };
                    // The uid of an owner is part of a key in managedFields.
                    out.insert(self.text(name), inner);
                }
                Value::Object(out)
            }
            // When plain bookmarks come is the server's own matter.
            Value::Array(items) => {
                let kept = items.iter().filter(|item| !is_plain_bookmark(item));
                kept.map(|item| self.value(item, false)).collect()
            }
            Value::String(text) => self.text(text).into(),
            other => other.clone(),
        }
    }

    fn metadata(&self, metadata: &Value, list: bool) -> Value {
        let mut out = self.value(metadata, false);
        for time in ["creationTimestamp", "deletionTimestamp"] {
            if out.get(time).is_some_and(Value::is_string) {
                out[time] = "a time".into();
            }
        }
        if let Some(entries) = out.get_mut("managedFields").and_then(Value::as_array_mut) {
            // Their order depends on whether a second went by in between.
            for time in entries.iter_mut().filter_map(|entry| entry.get_mut("time")) {
                *time = "a time".into();
            }
            entries.sort_by_key(ToString::to_string);
        }
        if let Some(version) = metadata.get("resourceVersion").and_then(Value::as_str) {
            out["resourceVersion"] = self.version(version, list).into();
        }
        if let Some(token) = metadata.get("continue").and_then(Value::as_str) {
            out["continue"] = self.token(token);
        }
        out
    }

    fn version(&self, version: &str, list: bool) -> String {
        match version.parse::<u64>() {
            Ok(version) => {
                let upto = self.versions.range(..=version).count();
                if list { format!("up to {upto}") } else { format!("version {upto}") }
            }
            Err(_) => version.to_owned(),
        }
    }

    fn token(&self, token: &str) -> Value {
        let bytes = URL_SAFE_NO_PAD.decode(token).unwrap_or_default();
        let Ok(mut value) = serde_json::from_slice::<Value>(&bytes) else { return token.into() };
        if let Some(version) = value.get("rv").and_then(Value::as_u64) {
            value["rv"] = self.version(&version.to_string(), true).into();
        }
        if let Some(start) = value.get("start").and_then(Value::as_str) {
            value["start"] = self.text(start).into();
        }
        value
    }

    /// A text, in which uids, generated names and what the server counts are written alike.
    fn text(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (uid, name) in &self.uids {
            text = text.replace(uid, name);
        }
        text = generated(&text);
        text = chosen(&text);
        // Its fields are looked at in the order of a map of Go, up to the first that is not known.
        if let Some((start, faults)) = text.split_once("): ")
            && start.starts_with("failed to create typed patch object (")
            && faults.contains(": field not declared in schema")
        {
            let unknown = faults.lines().filter(|line| line.contains(": field not declared")).map(str::trim);
            let mut unknown = outermost(unknown.collect());
            unknown.sort_unstable();
            text = format!("{start}): {}", unknown.join(", "));
        }
        if let Some((start, faults)) = text.split_once("): errors:\n")
            && start.starts_with("failed to create typed patch object (")
        {
            let mut faults: Vec<_> = faults.lines().map(str::trim).collect();
            faults.sort_unstable();
            text = format!("{start}): {}", faults.join(", "));
        }
        // Of several wrong types the first in the order of Go's fields is told, which the table does not know.
        if let Some((start, _)) = text.split_once(": unable to convert unstructured object to ") {
            text = start.to_owned();
        }
        // Objects are shown with the names of Go's own fields, in their order.
        for before in ["Invalid value: {", "Invalid value: [{", "Unsupported value: {", "Duplicate value: {"]
        {
            text = without_objects(&text, before);
        }
        // What follows is a comparison, laid out for people.
        for before in [
            "pod updates may not change fields other than ",
            "spec is immutable after creation except ",
            "may not be changed\n",
            "spec.persistentvolumesource is immutable after creation\n",
        ] {
            if let Some((start, _)) = text.split_once(before) {
                text = format!("{start}{before}...");
            }
        }
        // The whole object, in the order of Go's fields.
        if let Some((start, rest)) = text.split_once("patch: Invalid value: ")
            && let Some((_, end)) = rest.rsplit_once("\": ").or_else(|| rest.rsplit_once("}: "))
        {
            text = format!("{start}patch: Invalid value: (an object): {end}");
        }
        if let Some(rest) =
            text.strip_prefix("Invalid value: \"{").or_else(|| text.strip_prefix("Invalid value: \"map["))
            && let Some((_, end)) = rest.rsplit_once("\": ")
        {
            text = format!("Invalid value: (an object): {end}");
        }
        let precondition = ["ResourceVersion in the precondition (", "ResourceVersion in record ("];
        for before in ["current: ", "too old resource version: "].into_iter().chain(precondition) {
            if let Some((start, rest)) = text.split_once(before) {
                let rest =
                    rest.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, ' ' | '(' | ')'));
                text = format!("{start}{before}N{rest}");
            }
        }
        text
    }
}

/// Of fields that are not known those that are always told: what lies deeper than another may have been looked at before it, or not.
fn outermost(unknown: Vec<&str>) -> Vec<&str> {
    let owner = |line: &str| -> String {
        let path = line.split_once(": ").map_or(line, |(path, _)| path);
        path.rsplit_once('.').map_or(path, |(owner, _)| owner).to_owned()
    };
    let owners: Vec<String> = unknown.iter().map(|line| owner(line)).collect();
    let within = |own: &str, other: &String| {
        own.strip_prefix(other.as_str()).is_some_and(|rest| rest.starts_with(['.', '[']))
    };
    unknown.into_iter().filter(|line| !owners.iter().any(|other| within(&owner(line), other))).collect()
}

#[test]
fn what_lies_deeper_than_another_unknown_field_is_not_told_for_sure() {
    let told = |lines: &[&'static str]| outermost(lines.to_vec());
    assert_eq!(told(&[".spec.a: field not declared", ".b: field not declared"]), [".b: field not declared"]);
    let both = [".spec.a: field not declared", ".metadata.b: field not declared"];
    assert_eq!(told(&both), both);
    assert_eq!(told(&[".spec.a: x", ".spec.c[k=\"v\"].d: x"]), [".spec.a: x"]);
}

/// Addresses of services and names of the volumes of tokens, without what the server chose.
fn chosen(text: &str) -> String {
    let mut text = text.to_owned();
    if let Some((start, port)) = text.split_once("Duplicate value: 3")
        && port.len() >= 4
        && port.bytes().take(4).all(|byte| byte.is_ascii_digit())
    {
        text = format!("{start}Duplicate value: a port{}", &port[4..]);
    }
    for (before, length) in [("kube-api-access-", 5), ("10.0.0.", 3)] {
        let mut out = String::new();
        let mut rest = text.as_str();
        while let Some((start, end)) = rest.split_once(before) {
            let after = if length == 3 {
                end.trim_start_matches(|c: char| c.is_ascii_digit())
            } else {
                end.get(length..).unwrap_or_default()
            };
            out += &format!("{start}{before}#");
            rest = after;
        }
        text = out + rest;
    }
    text
}

/// The same with `(an object)` for each object that begins so.
fn without_objects(text: &str, before: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((start, inner)) = rest.split_once(before) {
        let mut depth = before.bytes().filter(|byte| matches!(byte, b'[' | b'{')).count() as i32;
        let end = inner.find(|c: char| {
            depth += match c {
                '{' | '[' => 1,
                '}' | ']' => -1,
                _ => 0,
            };
            depth == 0
        });
        out += &format!("{start}{}(an object)", before.trim_end_matches(['[', '{']));
        rest = end.map_or("", |end| &inner[end + 1..]);
    }
    out + rest
}

fn is_plain_bookmark(value: &Value) -> bool {
    value.get("type").is_some_and(|kind| kind == "BOOKMARK")
        && value.pointer("/object/metadata/annotations").is_none()
}

/// Names that the generator has the server generate, `eSTEP-XXXXX`, without what the server chose.
fn generated(text: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    for word in text.split('e') {
        let digits = word.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = word.split_at(digits);
        let end = rest.strip_prefix('-').and_then(|rest| rest.split_at_checked(5));
        let chosen = |c: char| "bcdfghjklmnpqrstvwxz2456789".contains(c);
        words.push(match end {
            Some((suffix, rest)) if digits > 0 && suffix.chars().all(chosen) => format!("{number}-#{rest}"),
            _ => word.to_owned(),
        });
    }
    words.join("e")
}

fn sorted(value: Value) -> Value {
    let Value::Array(mut items) = value else { return value };
    items.sort_by_key(ToString::to_string);
    // What is wrong with the metadata of a custom object is told by three of the server's parts, and written thrice.
    items.dedup();
    items.into()
}

/// `is invalid: [A, B]` comes in the order of a map of Go.
fn message(value: Value) -> Value {
    let Value::String(text) = &value else { return value };
    if let Some((before, _)) = text.split_once("ResourceVersion in object meta: ") {
        return format!("{before}another").into();
    }
    if text.starts_with("duplicate nodePort: ") {
        return "duplicate nodePort".into();
    }
    match text.split_once(" is invalid: [") {
        Some((start, rest)) => {
            let mut parts: Vec<_> = rest.strip_suffix(']').unwrap_or(rest).split(", ").collect();
            parts.sort_unstable();
            format!("{start} is invalid: [{}]", parts.join(", ")).into()
        }
        None => value,
    }
}
