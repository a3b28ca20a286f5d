//! The server's tables, laid out as kubectl lays them out.

use kubewire::Table;
use serde_json::Value;

/// What to show beside the server's own columns.
#[derive(Default)]
pub(crate) struct Style {
    /// Columns that are shown where there is room, too.
    pub(crate) wide: bool,
    /// The namespace of each object, first.
    pub(crate) namespaces: bool,
    /// The values of these labels, behind the server's columns.
    pub(crate) label_columns: Vec<String>,
    /// All labels of each object, last.
    pub(crate) labels: bool,
    /// What stands before each name: `pod/`, where several kinds are shown.
    pub(crate) prefix: Option<String>,
    /// Whether the line of headings is left out.
    pub(crate) no_headers: bool,
}

/// Lays tables out, one below the other: the pages of one list share their columns' widths and have one line of headings.
pub(crate) struct Printer {
    style: Style,
    headed: bool,
    columns: Vec<kubewire::Column>,
    pub(crate) layout: Layout,
}

/// Rows of cells as lines of text. Later rows may widen a column for those after them.
#[derive(Default)]
pub(crate) struct Layout {
    widths: Vec<usize>,
    pub(crate) out: String,
}

/// A column is at least so wide, its gap included.
const NARROWEST: usize = 6;
const GAP: usize = 3;
/// kubectl lays out so many rows at once; later ones may widen a column for those after them.
const BLOCK: usize = 100;

impl Printer {
    pub(crate) fn new(style: Style) -> Self {
        let headed = style.no_headers;
        Self { style, headed, columns: Vec::new(), layout: Layout::default() }
    }

    /// A watch says its columns once: later tables get those of the first.
    pub(crate) fn take_columns(&mut self, table: &mut Table) {
        if table.columns.is_empty() {
            table.columns.clone_from(&self.columns);
        } else {
            self.columns.clone_from(&table.columns);
        }
    }

    /// Appends a table whose columns are as wide as all of its rows need.
    pub(crate) fn print_whole(&mut self, table: &Table) {
        self.print_blocks(table, usize::MAX);
    }

    /// Appends a table, or a page of one.
    pub(crate) fn print(&mut self, table: &Table) {
        self.print_blocks(table, BLOCK);
    }

    fn print_blocks(&mut self, table: &Table, rows: usize) {
        let shown: Vec<usize> = (0..table.columns.len())
            .filter(|index| self.style.wide || table.columns[*index].priority == 0)
            .collect();
        let name = table.columns.iter().position(|column| column.format == "name" && column.kind == "string");
        let mut block: Vec<Vec<String>> = Vec::new();
        if !self.headed && !table.rows.is_empty() {
            self.headed = true;
            let headings = shown.iter().map(|index| table.columns[*index].name.to_uppercase());
            let values = self.style.label_columns.iter().map(|label| heading(label));
            block.push(self.decorated(headings.chain(values).collect(), "NAMESPACE".into(), "LABELS".into()));
        }
        for (index, row) in table.rows.iter().enumerate() {
            let cells = shown.iter().map(|index| {
                let text = row.cells.get(*index).map(text).unwrap_or_default();
                match &self.style.prefix {
                    Some(prefix) if Some(*index) == name => format!("{prefix}/{text}"),
                    _ => text,
                }
            });
            let metadata = &row.object.metadata;
            let namespace = metadata.namespace.clone().unwrap_or_default();
            let value = |label: &String| {
                metadata.labels.get(label).and_then(Value::as_str).unwrap_or_default().to_owned()
            };
            let values = self.style.label_columns.iter().map(value);
            block.push(self.decorated(cells.chain(values).collect(), namespace, labels(&metadata.labels)));
            if (index + 1) % rows == 0 {
                self.layout.add(&std::mem::take(&mut block));
            }
        }
        self.layout.add(&block);
    }

    fn decorated(&self, mut cells: Vec<String>, namespace: String, labels: String) -> Vec<String> {
        if self.style.namespaces {
            cells.insert(0, namespace);
        }
        if self.style.labels {
            cells.push(labels);
        }
        cells
    }
}

impl Layout {
    /// Appends rows, whose columns are as wide as the widest of these and of those before.
    pub(crate) fn add(&mut self, block: &[Vec<String>]) {
        for row in block {
            let columns = row.len().saturating_sub(1);
            self.widths.resize(self.widths.len().max(columns), NARROWEST);
            for (width, cell) in self.widths.iter_mut().zip(&row[..columns]) {
                *width = (*width).max(cell.chars().count() + GAP);
            }
        }
        for row in block {
            let Some((last, cells)) = row.split_last() else { continue };
            for (cell, width) in cells.iter().zip(&self.widths) {
                self.out.push_str(&format!("{cell:width$}"));
            }
            self.out.push_str(last);
            self.out.push('\n');
        }
    }
}

/// One cell on one line, with nothing in it that a terminal would obey.
fn text(cell: &Value) -> String {
    let text = match cell {
        Value::Null => return String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let escaped = |text: &str| text.replace('\u{1b}', "^[");
    match text.find(['\u{c}', '\n', '\r']) {
        Some(end) => escaped(&text[..end]) + "...",
        None => escaped(&text),
    }
}

/// kubectl's heading of a label's column: without the label's domain.
fn heading(label: &str) -> String {
    label.rsplit('/').next().unwrap_or(label).to_uppercase()
}

fn labels(labels: &serde_json::Map<String, Value>) -> String {
    if labels.is_empty() {
        return "<none>".into();
    }
    let pairs = labels.iter().map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default()));
    pairs.collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn table(rows: usize) -> Table {
        let row = |index: usize| {
            json!({
                "cells": [format!("web-{index}"), index, "a\nb", null],
                "object": {"metadata": {"namespace": "shop", "labels": {"b": "2", "a": "1"}}},
            })
        };
        let columns = json!([
            {"name": "Name", "type": "string", "format": "name"}, {"name": "Up", "type": "integer"},
            {"name": "Note", "type": "string"}, {"name": "Node", "type": "string", "priority": 1},
        ]);
        let rows: Vec<Value> = (0..rows).map(row).collect();
        serde_json::from_value(json!({"columnDefinitions": columns, "rows": rows})).unwrap()
    }

    fn style() -> Style {
        Style::default()
    }

    fn print(style: Style, tables: &[Table]) -> String {
        let mut printer = Printer::new(style);
        tables.iter().for_each(|table| printer.print(table));
        printer.layout.out
    }

    #[test]
    fn columns_are_aligned_and_cut_at_line_breaks() {
        assert_eq!(print(style(), &[table(1)]), "NAME    UP    NOTE\nweb-0   0     a...\n");
        let wide = Style { wide: true, namespaces: true, labels: true, ..style() };
        let wanted = "NAMESPACE   NAME    UP    NOTE   NODE   LABELS\nshop        web-0   0     a...          a=1,b=2\n";
        assert_eq!(print(wide, &[table(1)]), wanted);
        let valued = Style { label_columns: vec!["x.y/b".into(), "a".into()], ..style() };
        assert_eq!(
            print(valued, &[table(1)]),
            "NAME    UP    NOTE   B     A\nweb-0   0     a...         1\n"
        );
        let prefixed = Style { prefix: Some("pod".into()), no_headers: true, ..style() };
        assert_eq!(print(prefixed, &[table(1)]), "pod/web-0   0     a...\n");
        assert_eq!(print(style(), &[table(0)]), "");
    }

    #[test]
    fn pages_share_headings_and_widths() {
        let text = print(style(), &[table(101), table(1)]);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 103);
        assert_eq!(lines[1], "web-0    0     a...");
        // Wider from here on, as kubectl's blocks of a hundred have it.
        assert_eq!(lines[101], "web-100   100   a...");
        assert_eq!(lines[102], "web-0     0     a...");
    }
}
