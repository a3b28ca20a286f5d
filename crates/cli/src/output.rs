//! How objects are printed.

use jiff::Timestamp;
use kubewire::Object;
use serde::Serialize;
use serde_json::{Value, json};

use crate::age::age;
use crate::failure::Failure;

/// JSON as kubectl indents it.
pub(crate) fn json(value: &Value) -> Result<String, Failure> {
    let mut out = Vec::new();
    let formatter = serde_json::ser::PrettyFormatter::with_indent(b"    ");
    let mut serializer = serde_json::Serializer::with_formatter(&mut out, formatter);
    value.serialize(&mut serializer).map_err(Failure::new)?;
    String::from_utf8(out).map_err(Failure::new)
}

pub(crate) fn yaml(value: &Value) -> Result<String, Failure> {
    serde_saphyr::to_string(value).map_err(Failure::new)
}

/// Several objects as the one that kubectl prints.
pub(crate) fn list(objects: &[Object]) -> Result<Value, Failure> {
    let items = serde_json::to_value(objects).map_err(Failure::new)?;
    Ok(json!({"apiVersion": "v1", "items": items, "kind": "List", "metadata": {"resourceVersion": ""}}))
}

/// NAME and AGE, with the namespaces where they differ. `prefixed` names start with their type, where several are shown.
pub(crate) fn table(rows: &[(String, &Object)], namespaces: bool) -> String {
    let now = Timestamp::now();
    let mut cells: Vec<Vec<String>> = vec![vec!["NAME".into(), "AGE".into()]];
    for (name, object) in rows {
        cells.push(vec![name.clone(), age(object.metadata.creation_timestamp.as_deref(), now)]);
    }
    if namespaces {
        let column = rows.iter().map(|(_, object)| object.metadata.namespace.clone().unwrap_or_default());
        for (row, cell) in cells.iter_mut().zip(std::iter::once("NAMESPACE".to_owned()).chain(column)) {
            row.insert(0, cell);
        }
    }
    align(&cells)
}

/// Columns three spaces apart, as kubectl's printer lays them out.
fn align(cells: &[Vec<String>]) -> String {
    let columns = cells.first().map_or(0, Vec::len);
    let width = |column: usize| cells.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut out = String::new();
    for row in cells {
        for (column, cell) in row.iter().enumerate() {
            let gap = if column + 1 == columns { 0 } else { widths[column] + 3 };
            out.push_str(&format!("{cell:gap$}"));
        }
        out.push('\n');
    }
    out
}
