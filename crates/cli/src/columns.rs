//! `-o custom-columns=…`: a table of the caller's own columns.

use serde_json::Value;

use crate::jsonpath::{Template, shown};
use crate::table::Layout;

/// The columns: each a heading and the path of its cells.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Columns(Vec<(String, Template)>);

impl Columns {
    /// Reads `NAME:.metadata.name,NODE:.spec.nodeName`.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let column = |column: &str| {
            let (heading, path) =
                column.split_once(':').filter(|(_, path)| !path.is_empty()).ok_or_else(|| {
                    format!("unexpected custom-columns spec: {column}, expected <header>:<json-path-expr>")
                })?;
            Ok((heading.to_owned(), Template::parse_relaxed(path)?))
        };
        text.split(',').map(column).collect::<Result<_, _>>().map(Self)
    }

    /// The table of these objects.
    pub(crate) fn text(&self, objects: &[Value], no_headers: bool) -> String {
        let mut rows = Vec::new();
        if !no_headers {
            rows.push(self.0.iter().map(|(heading, _)| heading.clone()).collect());
        }
        rows.extend(objects.iter().map(|object| self.0.iter().map(|(_, path)| cell(path, object)).collect()));
        let mut layout = Layout::default();
        layout.add(&rows);
        layout.out
    }
}

fn cell(path: &Template, object: &Value) -> String {
    let found = path.found(object);
    if found.is_empty() {
        return "<none>".into();
    }
    found.iter().map(shown).collect::<Vec<_>>().join(",")
}
