//! The page that explains a type or one of its fields, laid out as kubectl lays it out.

use kubewire::Resource;
use serde_json::Value;

use super::schema::Schema;
use super::wrap::{indent, wrap};

/// What is wide in a page: descriptions, and fields' descriptions before their indentation.
const WIDE: usize = 76;
const FIELD: usize = 78;
/// So many of an enum's values are shown beside its field.
const CHOICES: usize = 4;

/// A type in a document.
pub(super) struct Page<'a> {
    resource: &'a Resource,
    schema: Schema<'a>,
}

impl<'a> Page<'a> {
    pub(super) fn find(document: &'a Value, resource: &'a Resource) -> Option<Self> {
        let meant = |found: &Value| {
            let text = |name: &str| found[name].as_str().unwrap_or_default();
            text("kind") == resource.kind
                && text("group") == resource.group
                && text("version") == resource.version
        };
        let schemas = document["components"]["schemas"].as_object()?;
        let schema = schemas.values().find(|schema| {
            schema["x-kubernetes-group-version-kind"].as_array().is_some_and(|kinds| kinds.iter().any(meant))
        })?;
        Some(Self { resource, schema: Schema::new(document, schema) })
    }

    /// Which type it is about.
    pub(super) fn head(&self) -> String {
        let mut out = String::new();
        if !self.resource.group.is_empty() {
            out.push_str(&format!("GROUP:      {}\n", self.resource.group));
        }
        out.push_str(&format!(
            "KIND:       {}\nVERSION:    {}\n\n",
            self.resource.kind, self.resource.version
        ));
        out
    }

    /// The page of a field, or of the type itself. `None` where there is no such field.
    pub(super) fn text(&self, fields: &[&str], recursive: bool) -> Option<String> {
        Some(follow(self.schema, fields, recursive, &mut Vec::new())? + "\n")
    }
}

/// Goes along the fields and explains the last of them.
fn follow<'a>(
    schema: Schema<'a>,
    fields: &[&str],
    recursive: bool,
    seen: &mut Vec<&'a str>,
) -> Option<String> {
    let resolved = schema.resolved();
    let Some((name, rest)) = fields.split_first() else { return Some(explained(schema, recursive)) };
    let reference = schema.reference();
    if !reference.is_empty() {
        if seen.contains(&reference) {
            return None;
        }
        seen.push(reference);
    }
    if let Some(field) = resolved.field(name) {
        let mut out = String::new();
        if rest.is_empty() {
            out = format!("FIELD: {name} <{}>\n", field.guess());
            if let Some(choices) = field.choices() {
                out.push_str("ENUM:");
                choices.iter().for_each(|choice| out.push_str(&format!("\n    {}", shown(choice))));
            }
            out.push_str("\n\n");
        }
        return Some(out + &follow(field, rest, recursive, &mut Vec::new())?);
    }
    if let Some(inner) = resolved.items().or_else(|| resolved.values()) {
        return follow(inner, fields, recursive, seen);
    }
    resolved.all_of().find_map(|part| follow(part, fields, recursive, &mut seen.clone()))
}

fn explained(schema: Schema<'_>, recursive: bool) -> String {
    let description = match schema.description() {
        text if text.is_empty() => "<empty>".to_owned(),
        text => text,
    };
    let mut out = format!("DESCRIPTION:\n{}\n", indent(&wrap(&description, WIDE), 4));
    if let Some(docs) = documents(schema.resolved(), 0, 4) {
        out.push_str(&format!("\n{docs}"));
    }
    let mut list = String::new();
    fields(schema.resolved(), 1, recursive, &mut Vec::new(), &mut list);
    if !list.is_empty() {
        out.push_str("FIELDS:\n");
        out.push_str(&list);
    }
    out
}

/// Where else one can read about it.
fn documents(schema: Schema<'_>, heading: usize, level: usize) -> Option<String> {
    let docs = schema.member("externalDocs")?;
    let mut out = indent("EXTERNAL DOCS:", heading) + "\n";
    if !docs.text("description").is_empty() {
        out.push_str(&indent(&wrap(docs.text("description"), WIDE + 4 - level), level));
        out.push('\n');
    }
    if !docs.text("url").is_empty() {
        out.push_str(&indent(&format!("URL: {}", docs.text("url")), level));
        out.push('\n');
    }
    Some(out)
}

/// The fields of a type, of its items and of what it is made of. A type within itself is shown once.
fn fields<'a>(schema: Schema<'a>, level: usize, recursive: bool, seen: &mut Vec<&'a str>, out: &mut String) {
    let reference = schema.reference();
    if !reference.is_empty() && seen.contains(&reference) {
        return;
    }
    seen.push(reference);
    let resolved = schema.resolved();
    for name in resolved.fields().into_iter().flat_map(serde_json::Map::keys) {
        let Some(field) = resolved.field(name) else { continue };
        one(resolved, name, field, level * 2, recursive, out);
        if recursive {
            fields(field, level + 1, recursive, seen, out);
        }
    }
    for part in resolved.all_of().chain(resolved.items()).chain(resolved.values()) {
        fields(part, level, recursive, seen, out);
    }
    seen.pop();
}

fn one(parent: Schema<'_>, name: &str, field: Schema<'_>, level: usize, short: bool, out: &mut String) {
    out.push_str(&indent(name, level));
    out.push_str(&format!("\t<{}>", field.guess()));
    if parent.requires(name) {
        out.push_str(" -required-");
    }
    if let Some(choices) = field.choices() {
        let some: Vec<String> = choices.iter().take(CHOICES).map(shown).collect();
        let more = if choices.len() > CHOICES { ", ...." } else { "" };
        out.push_str(&format!("\n{}enum: {}{more}", indent("", level), some.join(", ")));
    }
    out.push('\n');
    if short {
        return;
    }
    let description = match field.text("description") {
        "" => "<no description>",
        text => text,
    };
    out.push_str(&indent(&wrap(description, FIELD - level), level + 2));
    out.push('\n');
    if let Some(docs) = documents(field, level + 2, level + 4) {
        out.push_str(&format!("\n{docs}"));
    }
    out.push('\n');
}

fn shown(choice: &Value) -> String {
    match choice {
        Value::String(text) if text.is_empty() => "\"\"".into(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
