//! What the server says of its types and their fields: descriptions, what is required, which values a field may have. `cargo xtask generate` writes
//! the text (`crates/xtask/src/generate/described.rs` says its form), which is read when someone first asks for a document.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde_json::Value;

/// What is said of a type.
#[derive(Debug, Default)]
pub(super) struct Described {
    /// As it stands in the text: see [`plain`].
    pub(super) text: &'static str,
    pub(super) fields: BTreeMap<&'static str, Property>,
}

/// What is said of a field.
#[derive(Debug, Default)]
pub(super) struct Property {
    /// As it stands in the text: see [`plain`].
    pub(super) text: &'static str,
    pub(super) required: bool,
    /// The name of a type that is anything.
    pub(super) called: Option<&'static str>,
    /// The values that it, or what it holds, may have.
    pub(super) choices: Option<Value>,
}

#[derive(Debug, Default)]
struct All {
    /// By package and name.
    types: BTreeMap<&'static str, BTreeMap<&'static str, Described>>,
    /// The schemas of types that the table has a word for, by their whole name.
    words: BTreeMap<&'static str, Value>,
}

/// What is said of a struct of a package.
pub(super) fn of(package: &str, name: &str) -> Option<&'static Described> {
    all().types.get(package)?.get(name)
}

/// The schema of a type that the table has a word for, by its whole name.
pub(super) fn word(name: &str) -> Option<&'static Value> {
    all().words.get(name)
}

/// A description, its ends of lines and tabs as they are.
pub(super) fn plain(text: &str) -> String {
    let (mut plain, mut escaped) = (String::with_capacity(text.len()), false);
    for letter in text.chars() {
        match (escaped, letter) {
            (false, '\\') => {
                escaped = true;
                continue;
            }
            (true, 'n') => plain.push('\n'),
            (true, 't') => plain.push('\t'),
            _ => plain.push(letter),
        }
        escaped = false;
    }
    plain
}

/// Half a megabyte, and nothing without its feature.
const TEXT: &str = if cfg!(feature = "descriptions") { include_str!("described.txt") } else { "" };

fn all() -> &'static All {
    static ALL: OnceLock<All> = OnceLock::new();
    ALL.get_or_init(|| read(TEXT).unwrap_or_default())
}

fn read(text: &'static str) -> Option<All> {
    let mut all = All::default();
    let (mut package, mut name) = ("", "");
    let mut said: BTreeMap<&str, &str> = BTreeMap::new();
    for line in text.lines() {
        if let Some(own) = line.strip_prefix('@') {
            package = own;
        } else if let Some(word) = line.strip_prefix('=') {
            let (word, schema) = word.split_once(' ')?;
            all.words.insert(word, serde_json::from_str(schema).ok()?);
        } else if let Some(line) = line.strip_prefix(' ') {
            let (field, property) = property(line, &mut said)?;
            all.types.get_mut(package)?.get_mut(name)?.fields.insert(field, property);
        } else {
            let (own, text) = line.split_once('\t')?;
            name = own;
            all.types.entry(package).or_default().insert(own, Described { text, fields: BTreeMap::new() });
        }
    }
    Some(all)
}

fn property(
    line: &'static str,
    said: &mut BTreeMap<&'static str, &'static str>,
) -> Option<(&'static str, Property)> {
    let (words, text) = match line.split_once('\t') {
        Some((words, text)) => (words, Some(text)),
        None => (line, None),
    };
    // Values may hold spaces, and come last.
    let (words, choices) = match words.split_once(" [") {
        Some((rest, _)) => (rest, serde_json::from_str(words.get(rest.len()..)?.trim_start()).ok()?),
        None => (words, None),
    };
    let (name, called) = match words.split_once(" :") {
        Some((name, called)) => (name, Some(called)),
        None => (words, None),
    };
    let (name, required) = match name.strip_suffix('*') {
        Some(name) => (name, true),
        None => (name, false),
    };
    if let Some(text) = text {
        said.insert(name, text);
    }
    Some((name, Property { text: said.get(name)?, required, called, choices }))
}

#[cfg(all(test, feature = "descriptions"))]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_read_whole() {
        let all = read(TEXT).unwrap();
        assert!(all.types.values().map(BTreeMap::len).sum::<usize>() > 500, "{}", all.types.len());
        let port = &all.types["core.v1"]["ContainerPort"];
        assert!(port.fields["containerPort"].required && !port.fields["name"].required);
        assert_eq!(port.fields["protocol"].choices, Some(serde_json::json!(["SCTP", "TCP", "UDP"])));
        let entry = &all.types["meta.v1"]["ManagedFieldsEntry"].fields["fieldsV1"];
        assert!(all.words.contains_key(entry.called.unwrap()), "{entry:?}");
        assert_eq!(plain(r"a\nb\\n\tc"), "a\nb\\n\tc");
    }
}
