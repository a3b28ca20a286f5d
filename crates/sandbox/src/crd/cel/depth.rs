//! How long and how deep an expression is, before a parser that recurses sees it; and a stack for this one.

use std::iter::Peekable;
use std::str::Chars;

/// As in the server's library; in characters.
const LONGEST: usize = 100_000;
/// As in the server's library: of one in another, whether in brackets or in a chain of operators. What the parser here does at a limit of
/// its own is to panic, so that it has none.
const DEEPEST: usize = 250;
/// Enough for these, in bytes. Only what is used of it is taken.
const STACK: usize = 128 << 20;

/// Does what recurses as deep as an expression is.
pub(super) fn with_stack<T>(work: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(STACK / 2, STACK, work)
}

/// Why an expression is not parsed.
pub(super) fn too_large(text: &str) -> Option<String> {
    let size = text.chars().count();
    let what = if size > LONGEST {
        format!("expression code point size exceeds limit: size: {size}, limit {LONGEST}")
    } else {
        let (nested, chained) = depth(text);
        if nested > DEEPEST {
            format!("expression recursion limit exceeded: {DEEPEST}")
        } else if chained > DEEPEST {
            "max recursion depth exceeded".to_owned()
        } else {
            return None;
        }
    };
    Some(format!("ERROR: <input>:-1:0: {what}"))
}

/// What is open at a place.
#[derive(Default)]
struct Level {
    /// Operators one after the other, each of which holds what is before it.
    chain: usize,
    /// Questions, each of which holds the next one.
    questions: usize,
}

/// At most so many brackets and questions are within each other, and so many nodes of the tree; what is too deep is not read to its end.
fn depth(text: &str) -> (usize, usize) {
    let (mut nested, mut deepest) = (0, 0);
    let mut around: Vec<Level> = Vec::new();
    let mut level = Level::default();
    let mut before = ' ';
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next().filter(|_| nested.max(deepest) <= DEEPEST) {
        match letter {
            '\'' | '"' => skip(letter, matches!(before, 'r' | 'R'), &mut letters),
            '/' if letters.peek() == Some(&'/') => {
                while letters.next().is_some_and(|letter| letter != '\n') {}
            }
            '(' | '[' | '{' => {
                level.chain += usize::from(letter == '[');
                around.push(std::mem::take(&mut level));
            }
            ')' | ']' | '}' => level = around.pop().unwrap_or(level),
            // These make balanced trees, or begin anew.
            '&' | '|' | ',' => level.chain = 0,
            '?' if before != '.' && before != '[' => level.questions += 1,
            '.' | '+' | '-' | '*' | '/' | '%' | '<' | '>' | '=' | '!' => level.chain += 1,
            // The operator `in`.
            'n' if before == 'i' => level.chain += 1,
            _ => {}
        }
        before = letter;
        let questions: usize = around.iter().chain([&level]).map(|level| level.questions).sum();
        nested = nested.max(around.len() + questions);
        let own = around.iter().chain([&level]).map(|level| level.chain + level.questions);
        deepest = deepest.max(own.sum());
    }
    (nested, deepest)
}

/// The rest of a text in quotes, in which nothing counts. Three quotes end where there are three again; in raw texts nothing is escaped.
fn skip(quote: char, raw: bool, letters: &mut Peekable<Chars<'_>>) {
    let mut ends = 1;
    if letters.next_if_eq(&quote).is_some() {
        if letters.next_if_eq(&quote).is_none() {
            return;
        }
        ends = 3;
    }
    let mut seen = 0;
    while let Some(letter) = letters.next() {
        seen = if letter == quote { seen + 1 } else { 0 };
        if letter == '\\' && !raw {
            letters.next();
        }
        if seen == ends {
            return;
        }
    }
}
