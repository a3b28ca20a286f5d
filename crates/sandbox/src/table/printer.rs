//! Which kinds have tables, and what these show.

use std::borrow::Cow;

use serde_json::Value;

use super::columns::{self, Column};
#[cfg(feature = "tables")]
use super::kinds;
use super::row::{self, Row};
use crate::wire::Place;

/// What the tables of a place show.
#[derive(Clone, Debug)]
pub(super) struct Printer {
    pub(super) columns: Cow<'static, [Column]>,
    pub(super) cells: Cells,
    /// Whether the rows of an empty list are null: so they are where the server has no printer of a kind's own.
    pub(super) null: bool,
    /// Puts the objects of a list into the order of their rows, where that is another.
    pub(super) sort: Option<fn(&mut [&Value])>,
    /// What a row says beyond its cells.
    pub(super) conditions: Option<fn(&Value) -> Option<Value>>,
    /// An annotation that is a field in the server, whose rows have the metadata of its own objects.
    pub(super) hidden: Option<&'static str>,
}

/// Where the cells of a row come from.
#[derive(Clone, Debug)]
pub(super) enum Cells {
    Printed(fn(&Row<'_>) -> Vec<Value>),
    /// What the definition of a custom resource says.
    #[cfg(feature = "tables")]
    Defined(Vec<kinds::Path>),
}

/// Whether the sandbox knows what the tables of a place show. Where it does not it has none: whoever can do with the objects gets them.
pub(crate) fn is_known(place: &Place) -> bool {
    #[cfg(feature = "tables")]
    return kinds::is_shown(place);
    #[cfg(not(feature = "tables"))]
    return columns::of(&place.kind).is_some();
}

impl Printer {
    pub(super) fn of(place: &Place) -> Self {
        let printer = columns::of(&place.kind).map(|columns| Self::new(columns, row::of(&place.kind.kind)));
        #[cfg(feature = "tables")]
        let printer = printer.or_else(|| kinds::printer(place));
        printer.unwrap_or_else(|| Self::new(&[], |_| Vec::new()))
    }

    pub(super) fn new(columns: &'static [Column], cells: fn(&Row<'_>) -> Vec<Value>) -> Self {
        Self {
            columns: Cow::Borrowed(columns),
            cells: Cells::Printed(cells),
            null: false,
            sort: None,
            conditions: None,
            hidden: None,
        }
    }

    pub(super) fn cells(&self, row: &Row<'_>) -> Vec<Value> {
        match &self.cells {
            Cells::Printed(cells) => cells(row),
            #[cfg(feature = "tables")]
            Cells::Defined(paths) => kinds::defined(row, &self.columns, paths),
        }
    }
}
