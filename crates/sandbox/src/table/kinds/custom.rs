//! Custom resources: the columns that their definitions say.
//!
//! Source: `k8s.io/apiextensions-apiserver/pkg/registry/customresource/tableconvertor`.

use std::borrow::Cow;

use serde_json::Value;

use super::path::Path;
use crate::crd::Custom;
use crate::object::{as_go, text};
use crate::table::age::age;
use crate::table::columns::{AGE, Column, NAME};
use crate::table::printer::{Cells, Printer};
use crate::table::row::Row;

/// What the tables of a custom resource show. None where a path is more than is known here.
pub(super) fn printer(custom: &Custom) -> Option<Printer> {
    let mut columns = vec![NAME];
    let mut paths = Vec::new();
    let said = custom.columns.as_array().filter(|columns| !columns.is_empty());
    for column in said.into_iter().flatten() {
        let path = text(column, "/jsonPath");
        paths.push(Path::parse(path)?);
        let description = match text(column, "/description") {
            "" => format!("Custom resource definition column (in JSONPath format): {path}"),
            own => own.to_owned(),
        };
        let own = |field: &str| Cow::Owned(text(column, field).to_owned());
        columns.push(Column {
            name: own("/name"),
            kind: own("/type"),
            format: own("/format"),
            priority: column.get("priority").and_then(Value::as_i64).unwrap_or_default(),
            description: description.into(),
        });
    }
    if said.is_none() {
        paths.push(Path::parse(".metadata.creationTimestamp")?);
        columns.push(Column { kind: Cow::Borrowed("date"), ..AGE });
    }
    let printer = Printer::new(&[], |_| Vec::new());
    Some(Printer { columns: Cow::Owned(columns), cells: Cells::Defined(paths), ..printer })
}

/// The cells of a custom resource: its name, and what the paths lead to.
pub(in crate::table) fn defined(row: &Row<'_>, columns: &[Column], paths: &[Path]) -> Vec<Value> {
    let columns = columns.iter().skip(1).zip(paths);
    let cells = columns.map(|(column, path)| match path.first(row.object) {
        None => Value::Null,
        Some(found) => cell(&column.kind, found, row),
    });
    std::iter::once(row.name()).chain(cells).collect()
}

/// A value in a column of this type; null where it has another.
fn cell(kind: &str, found: &Value, row: &Row<'_>) -> Value {
    match (kind, found) {
        ("string", Value::Null) => "<no value>".into(),
        ("string", Value::String(text)) => text.as_str().into(),
        ("string", Value::Number(number)) => number.to_string().into(),
        ("string", Value::Bool(flag)) => flag.to_string().into(),
        ("string", found) => as_go(found).into(),
        #[expect(clippy::cast_possible_truncation, reason = "Go cuts off what is behind the point, too")]
        ("integer", Value::Number(number)) => match number.as_i64() {
            Some(whole) => whole.into(),
            None => number.as_f64().map(|number| number as i64).into(),
        },
        ("number", Value::Number(_)) | ("boolean", Value::Bool(_)) => found.clone(),
        ("date", Value::String(time)) => match time.as_str() {
            "" | "null" => "<unknown>".into(),
            time => match age(time, row.now).as_str() {
                "<unknown>" => "<invalid>".into(),
                age => age.into(),
            },
        },
        _ => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use kubewire::Now;
    use serde_json::json;

    use super::*;

    #[test]
    fn cells_are_of_their_columns_type() {
        let object = json!({});
        let row = Row { object: &object, list: &[], now: Now { mono: 0, wall: 1_767_225_605_000 } };
        let cases = [
            ("string", json!("a"), json!("a")),
            ("string", json!(1), json!("1")),
            ("string", json!(1.5), json!("1.5")),
            ("string", json!({"b": "<", "a": [1, true]}), json!("{\"a\":[1,true],\"b\":\"\\u003c\"}")),
            ("integer", json!(7), json!(7)),
            ("integer", json!(7.9), json!(7)),
            ("integer", json!("7"), json!(null)),
            ("number", json!(1.5), json!(1.5)),
            ("boolean", json!(true), json!(true)),
            ("boolean", json!("true"), json!(null)),
            ("date", json!("2026-01-01T00:00:00Z"), json!("5s")),
            ("date", json!("yesterday"), json!("<invalid>")),
            ("date", json!(5), json!(null)),
        ];
        for (kind, found, wanted) in cases {
            assert_eq!(cell(kind, &found, &row), wanted, "{kind} {found}");
        }
    }
}
