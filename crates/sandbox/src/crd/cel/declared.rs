//! The functions that rules may call, read from the table beside this file.

use std::collections::BTreeMap;

use super::types::Type;

const TABLE: &str = include_str!("functions.txt");

/// One way to call a function.
#[derive(Debug)]
pub(super) struct Overload {
    /// What it is called on comes first, where it is called on something.
    /// Open types have the numbers 0 and 1.
    pub(super) arguments: Vec<Type>,
    pub(super) member: bool,
    pub(super) result: Type,
    /// Whether it is evaluated here.
    pub(super) known: bool,
}

/// All functions by their names.
pub(super) struct Functions(BTreeMap<&'static str, Vec<Overload>>);

impl Functions {
    pub(super) fn all() -> Self {
        let mut all: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
            if let Some((name, overload)) = read(line) {
                all.entry(name).or_default().push(overload);
            }
        }
        Self(all)
    }

    pub(super) fn get(&self, name: &str) -> Option<&[Overload]> {
        self.0.get(name).map(Vec::as_slice)
    }
}

/// A line such as `join list(string).(string) string`.
fn read(line: &'static str) -> Option<(&'static str, Overload)> {
    let (line, known) = line.strip_suffix(" !").map_or((line, true), |line| (line, false));
    let (name, rest) = line.split_once(' ')?;
    let (target, rest) = match rest.strip_prefix('(') {
        Some(rest) => (None, rest),
        None => rest.split_once(".(").map(|(target, rest)| (Some(target), rest))?,
    };
    let (arguments, result) = rest.rsplit_once(") ")?;
    let mut all: Vec<Type> = target.map(of).into_iter().collect();
    all.extend(split(arguments).into_iter().map(of));
    Some((name, Overload { arguments: all, member: target.is_some(), result: of(result), known }))
}

/// Whether all parentheses are closed.
fn whole(text: &str) -> bool {
    text.matches('(').count() == text.matches(')').count()
}

/// What stands between the commas of a list, but for those within parentheses.
fn split(list: &str) -> Vec<&str> {
    let (mut all, mut rest) = (Vec::new(), list);
    while !rest.is_empty() {
        let ends = rest.match_indices(", ").map(|(at, _)| at);
        let end =
            ends.chain([rest.len()]).find(|&at| rest.get(..at).is_some_and(whole)).unwrap_or(rest.len());
        all.extend(rest.get(..end));
        rest = rest.get(end + 2..).unwrap_or_default();
    }
    all
}

fn of(text: &str) -> Type {
    let (name, inner) = text.strip_suffix(')').and_then(|text| text.split_once('(')).unwrap_or((text, ""));
    match name {
        "A" => Type::Open(0),
        "B" => Type::Open(1),
        "dyn" => Type::Dyn,
        _ => Type::Named(name.into(), split(inner).into_iter().map(of).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_is_read() {
        for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
            let (name, one) = read(line).unwrap_or_else(|| panic!("{line}"));
            let mut arguments: Vec<String> = one.arguments.iter().map(shown).collect();
            let target = if one.member { format!("{}.", arguments.remove(0)) } else { String::new() };
            let end = if one.known { "" } else { " !" };
            assert_eq!(
                format!("{name} {target}({}) {}{end}", arguments.join(", "), shown(&one.result)),
                line
            );
        }
    }

    fn shown(one: &Type) -> String {
        match one {
            Type::Open(0) => "A".to_owned(),
            Type::Open(_) => "B".to_owned(),
            Type::Named(name, inner) if !inner.is_empty() => {
                format!("{name}({})", inner.iter().map(shown).collect::<Vec<_>>().join(", "))
            }
            other => other.to_string(),
        }
    }
}
