//! Expressions as trees, and where in the text their nodes stand.

use std::cell::OnceCell;
use std::sync::Arc;

use kube_cel::cel::IdedExpr;
use kube_cel::cel::common::ast::SourceInfo;
use kube_cel::cel::parser::Parser;

/// What is wrong at a place of a text.
#[derive(Debug)]
pub(super) struct Wrong {
    /// In bytes.
    pub(super) at: usize,
    pub(super) what: String,
}

fn parser() -> Parser {
    Parser::new().enable_optional_syntax(true).max_recursion_depth(u16::MAX)
}

/// The tree of an expression, which is not too deep.
///
/// # Errors
/// All that is wrong with it.
pub(super) fn parse(text: &str) -> Result<IdedExpr, Vec<Wrong>> {
    parser().parse(text).map_err(|errors| {
        let one = |error: &kube_cel::cel::ParseError| {
            let (line, column) = (usize::try_from(error.pos.0), usize::try_from(error.pos.1));
            let (line, column) = (line.unwrap_or(1).max(1), column.unwrap_or(1).max(1));
            let before: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
            Wrong { at: before + column - 1, what: error.msg.clone() }
        };
        errors.errors.iter().map(one).collect()
    })
}

/// Where the nodes of a tree stand.
pub(super) struct Places<'t> {
    text: &'t str,
    /// Most texts have nothing wrong, and nobody asks.
    info: OnceCell<Option<Arc<SourceInfo>>>,
}

impl<'t> Places<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        Self { text, info: OnceCell::new() }
    }

    /// The parser keeps the places only of what is wrong. So the text is parsed once more with something wrong after it, which leaves the numbers of its nodes as they are.
    fn look(&self) -> Option<Arc<SourceInfo>> {
        let wrong = format!("(\n{}\n) == has(1)", self.text);
        parser().parse(&wrong).err()?.errors.into_iter().find_map(|error| error.source_info)
    }

    /// In bytes from the beginning of the text.
    pub(super) fn at(&self, id: u64) -> usize {
        let info = self.info.get_or_init(|| self.look());
        let found = info.as_ref().and_then(|info| info.offset_for(id));
        found.and_then(|(start, _)| usize::try_from(start).ok()).map_or(0, |start| start.saturating_sub(2))
    }
}

/// What is wrong with a text as the server shows it: with the line, and the place below it.
pub(super) fn shown(text: &str, mut wrong: Vec<Wrong>) -> String {
    wrong.sort_by_key(|wrong| wrong.at);
    let one = |wrong: &Wrong| {
        let before = text.get(..wrong.at).unwrap_or(text);
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let line = text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
        let number = before.matches('\n').count() + 1;
        let column = before.get(start..).unwrap_or_default().chars().count();
        let wide = |letter: char| if letter.is_ascii() { '.' } else { '\u{ff0e}' };
        let dots: String = line.chars().take(column).map(wide).collect();
        let mark =
            if line.chars().nth(column).is_none_or(|letter| letter.is_ascii()) { '^' } else { '\u{ff3e}' };
        let line = line.replace('\t', " ");
        format!("ERROR: <input>:{number}:{}: {}\n | {line}\n | {dots}{mark}", column + 1, wrong.what)
    };
    wrong.iter().map(one).collect::<Vec<_>>().join("\n")
}
