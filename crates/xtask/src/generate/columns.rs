//! The columns of the tables of all kinds, as the sandbox has them: see [`text`].
//!
//! <https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-tables>

use super::discovery::GroupVersion;
use anyhow::{Context, Result};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Kinds whose columns the sandbox has in every build, in its code.
const OWN: [&str; 3] = ["ConfigMap", "Secret", "Namespace"];

/// A line a kind, `KIND` or `KIND.GROUP`, then a line a column that begins with a space: `NAME TYPE FORMAT PRIORITY DESCRIPTION`, with tabs between them, or
/// only the name of one that is as it was said last. Of the description `\n` ends a line; `@Name` and `@Age` are those of the columns that nearly all have.
///
/// `get` gives the table at a path.
pub(crate) fn text(groups: &[GroupVersion], get: &mut dyn FnMut(&str) -> Result<Value>) -> Result<String> {
    let maps = get("/api/v1/configmaps?limit=1")?;
    let columns = columns(&maps)?;
    let (name, age) = (columns.first().context("no name")?, columns.last().context("no age")?);
    let described = [("@Name", name["description"].clone()), ("@Age", age["description"].clone())];
    let mut said = BTreeMap::from([("Name".to_owned(), name.clone()), ("Age".to_owned(), age.clone())]);
    let mut kinds = BTreeSet::new();
    let mut text = String::new();
    for group in groups {
        let (suffix, path) = match group.name.split_once('/') {
            Some((name, _)) => (format!(".{name}"), format!("/apis/{}", group.name)),
            None => (String::new(), format!("/api/{}", group.name)),
        };
        for resource in &group.resources {
            let kind = format!("{}{suffix}", resource.kind);
            let listed = !resource.name.contains('/') && resource.verbs.iter().any(|verb| verb == "list");
            if !listed || OWN.contains(&kind.as_str()) || !kinds.insert(kind.clone()) {
                continue;
            }
            text += &format!("{kind}\n");
            for column in self::columns(&get(&format!("{path}/{}?limit=1", resource.name))?)? {
                text += &line(column, &described, &mut said)?;
            }
        }
    }
    Ok(text)
}

fn columns(table: &Value) -> Result<&Vec<Value>> {
    table["columnDefinitions"].as_array().context("a table without columns")
}

fn line(column: &Value, described: &[(&str, Value)], said: &mut BTreeMap<String, Value>) -> Result<String> {
    let field = |field: &str| column[field].as_str().with_context(|| format!("a column without {field}"));
    let name = field("name")?;
    if said.get(name) == Some(column) {
        return Ok(format!(" {name}\n"));
    }
    said.insert(name.to_owned(), column.clone());
    let same = described.iter().find(|(_, description)| column["description"] == *description);
    let description = match same {
        Some((short, _)) => (*short).to_owned(),
        None => field("description")?.replace('\n', "\\n"),
    };
    let priority = column["priority"].as_i64().context("a column without priority")?;
    Ok(format!(" {name}\t{}\t{}\t{priority}\t{description}\n", field("type")?, field("format")?))
}
