//! The columns of the built-in kinds, as a real server says them: a generated table (`cargo xtask generate`).

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::registry::Kind;
use crate::schema::Text;
use crate::table::columns::{AGE, Column, NAME};

/// A line a kind, `KIND` or `KIND.GROUP`, then a line a column that begins with a space: `NAME TYPE FORMAT PRIORITY DESCRIPTION`, with tabs between them, or only the
/// name of one that is as it was said last. Of the description `\n` ends a line; `@Name` and `@Age` are those of the columns that nearly all have.
const TABLE: &str = include_str!("columns.txt");

static COLUMNS: OnceLock<BTreeMap<&str, Vec<Column>>> = OnceLock::new();

/// The columns of a kind.
pub(super) fn of(kind: &Kind) -> Option<&'static [Column]> {
    let name = match kind.group.as_str() {
        "" => kind.kind.clone(),
        group => format!("{}.{group}", kind.kind),
    };
    COLUMNS.get_or_init(read).get(name.as_str()).map(Vec::as_slice)
}

fn read() -> BTreeMap<&'static str, Vec<Column>> {
    let mut said = BTreeMap::from([("Name", NAME), ("Age", AGE)]);
    let mut all: BTreeMap<&str, Vec<Column>> = BTreeMap::new();
    let mut kind = "";
    for line in TABLE.lines() {
        let Some(line) = line.strip_prefix(' ') else {
            kind = line;
            continue;
        };
        let name = line.split('\t').next().unwrap_or_default();
        if let Some(column) = column(line) {
            said.insert(name, column);
        }
        all.entry(kind).or_default().extend(said.get(name).cloned());
    }
    all
}

/// A column that is written out.
fn column(line: &'static str) -> Option<Column> {
    let mut parts = line.split('\t');
    let mut next = || parts.next().map(Text::Borrowed);
    let (name, kind, format) = (next()?, next()?, next()?);
    let priority = next()?.parse().ok()?;
    let description = match next()?.as_ref() {
        "@Name" => NAME.description,
        "@Age" => AGE.description,
        text => Text::Owned(text.replace("\\n", "\n")),
    };
    Some(Column { name, kind, format, priority, description })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_all_its_columns() {
        let all = read();
        let names = |kind: &str| all[kind].iter().map(|column| &*column.name).collect::<Vec<_>>().join(" ");
        assert_eq!(all.len(), TABLE.lines().filter(|line| !line.starts_with(' ')).count());
        assert_eq!(names("Pod"), "Name Ready Status Restarts Age IP Node Nominated Node Readiness Gates",);
        assert_eq!(names("Role.rbac.authorization.k8s.io"), "Name Created At");
        assert_eq!(all["LimitRange"][1].description, AGE.description);
        assert!(all.values().flatten().all(|column| !column.description.starts_with('@')));
    }
}
