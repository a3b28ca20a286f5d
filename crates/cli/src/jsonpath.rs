//! kubectl's JSONPath templates: texts with paths in braces, which are put into the words of RFC 9535 and run by a library.
//!
//! See kubectl's [JSONPath support](https://kubernetes.io/docs/reference/kubectl/jsonpath/). Where an index is past the end of a list, kubectl
//! fails and RFC 9535 finds nothing; here it is nothing, as for a member that is absent.

use serde_json::Value;
use serde_json_path::JsonPath;

/// A template, ready to run.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Template(Vec<Part>);

#[derive(Clone, Debug, PartialEq)]
enum Part {
    /// Text as it stands.
    Text(String),
    /// What a path finds, with spaces between.
    Found(JsonPath),
    /// The parts again for each of what a path finds.
    Range(JsonPath, Vec<Self>),
}

impl Template {
    /// Reads a template such as `{range .items[*]}{.metadata.name}{"\n"}{end}`.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut open: Vec<(JsonPath, Vec<Part>)> = Vec::new();
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, inside)) = rest.split_once('{') {
            if !before.is_empty() {
                parts.push(Part::Text(before.into()));
            }
            let end = closing(inside).ok_or("unclosed action: a `{` has no `}`")?;
            let (action, after) = inside.split_at(end);
            rest = &after[1..];
            match action.trim() {
                "" => {}
                "end" => {
                    let (path, outer) =
                        open.pop().ok_or("unexpected `end`: there is no `range` before it")?;
                    let inner = std::mem::replace(&mut parts, outer);
                    parts.push(Part::Range(path, inner));
                }
                action if action.starts_with("range ") => {
                    open.push((path(&action["range ".len()..])?, std::mem::take(&mut parts)));
                }
                action if action.starts_with(['"', '\'']) => parts.push(Part::Text(unquoted(action)?)),
                action => parts.push(Part::Found(path(action)?)),
            }
        }
        if !open.is_empty() {
            return Err("a `range` has no `end`".into());
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest.into()));
        }
        Ok(Self(parts))
    }

    /// Reads a path as columns have it: braces and the first dot may be left out.
    pub(crate) fn parse_relaxed(text: &str) -> Result<Self, String> {
        let bare = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')).unwrap_or(text);
        let dot = if bare.starts_with(['.', '[', '$', '@']) { "" } else { "." };
        Ok(Self(vec![Part::Found(path(&[dot, bare].concat())?)]))
    }

    /// The text that the template makes of a value.
    pub(crate) fn text(&self, value: &Value) -> String {
        let mut out = String::new();
        write(&self.0, value, &mut out);
        out
    }

    /// Everything that its paths find.
    pub(crate) fn found(&self, value: &Value) -> Vec<Value> {
        let found = |part: &Part| match part {
            Part::Found(path) => path.query(value).all().into_iter().cloned().collect(),
            _ => Vec::new(),
        };
        self.0.iter().flat_map(found).collect()
    }
}

fn write(parts: &[Part], value: &Value, out: &mut String) {
    for part in parts {
        match part {
            Part::Text(text) => out.push_str(text),
            Part::Found(path) => {
                let found: Vec<String> = path.query(value).all().into_iter().map(shown).collect();
                out.push_str(&found.join(" "));
            }
            Part::Range(path, inner) => {
                path.query(value).all().into_iter().for_each(|one| write(inner, one, out));
            }
        }
    }
}

/// A value as kubectl prints it: texts bare, objects and lists as JSON.
pub(crate) fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "<nil>".into(),
        other => other.to_string(),
    }
}

/// Where the action ends: at a brace that is in no quotes.
fn closing(text: &str) -> Option<usize> {
    let mut quote = None;
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match (letter, quote) {
            ('\\', _) => _ = letters.next(),
            ('}', None) => return Some(at),
            ('"' | '\'', None) => quote = Some(letter),
            (letter, Some(open)) if letter == open => quote = None,
            _ => {}
        }
    }
    None
}

/// A literal's text.
fn unquoted(action: &str) -> Result<String, String> {
    let quote = &action[..1];
    let inner =
        action[1..].strip_suffix(quote).ok_or_else(|| format!("unterminated quoted string {action}"))?;
    // In single quotes a double one may stand bare; JSON wants it escaped.
    let double = if quote == "'" { inner.replace("\\'", "'").replace('"', "\\\"") } else { inner.to_owned() };
    serde_json::from_str(&format!("\"{double}\""))
        .map_err(|_| format!("{action} is no text: escapes are those of JSON"))
}

/// kubectl's path in the words of RFC 9535, where names with dots and dashes are quoted.
fn path(text: &str) -> Result<JsonPath, String> {
    let mut out = String::from("$");
    let text = text.trim();
    let rest = translate(text.strip_prefix(['$', '@']).unwrap_or(text), &mut out)?;
    if !rest.is_empty() {
        return Err(format!(
            "unrecognized `{rest}` in `{text}`: a path is such as .metadata.name or .items[0]"
        ));
    }
    JsonPath::parse(&out).map_err(|error| format!("`{text}` is no path: {error}"))
}

/// Appends the steps of a path, and says what stands behind it.
fn translate<'a>(mut rest: &'a str, out: &mut String) -> Result<&'a str, String> {
    loop {
        if let Some(inside) = rest.strip_prefix('[') {
            rest = bracket(inside, out)?;
            continue;
        }
        let Some(step) = rest.strip_prefix('.') else { return Ok(rest) };
        let step = match step.strip_prefix('.') {
            Some(step) => {
                out.push_str("..");
                step
            }
            None => step,
        };
        if step.starts_with('[') {
            rest = step;
            continue;
        }
        if let Some(after) = step.strip_prefix('*') {
            out.push_str("[*]");
            rest = after;
            continue;
        }
        let (name, after) = member(step);
        if !name.is_empty() {
            out.push('[');
            out.push_str(&Value::from(name).to_string());
            out.push(']');
        } else if !after.is_empty() {
            return Err(format!("a name is missing before `{after}`"));
        }
        rest = after;
    }
}

/// A name up to what ends it. A backslash takes the next letter as it is: `kubernetes\.io`.
fn member(text: &str) -> (String, &str) {
    let mut name = String::new();
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' => name.extend(letters.next().map(|(_, letter)| letter)),
            '.' | '[' | ']' | '(' | ')' | '=' | '!' | '<' | '>' | '&' | '|' | ',' | ' ' => {
                return (name, &text[at..]);
            }
            letter => name.push(letter),
        }
    }
    (name, "")
}

/// What stands in brackets: an index, a slice, names, or a filter whose own paths are put into the same words.
fn bracket<'a>(inside: &'a str, out: &mut String) -> Result<&'a str, String> {
    out.push('[');
    let mut rest = inside;
    while let Some(letter) = rest.chars().next() {
        let after = &rest[letter.len_utf8()..];
        match letter {
            ']' => {
                out.push(']');
                return Ok(after);
            }
            '@' | '$' => {
                out.push(letter);
                rest = translate(after, out)?;
            }
            '"' | '\'' => {
                let end = after.find(letter).ok_or("unterminated quoted string")?;
                out.push_str(&rest[..end + 2]);
                rest = &after[end + 1..];
            }
            letter => {
                out.push(letter);
                rest = after;
            }
        }
    }
    Err("unterminated array: a `[` has no `]`".into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn templates_are_kubectls() {
        let value = json!({
            "items": [
                {"metadata": {"name": "a", "labels": {"app.kubernetes.io/name": "x"}}, "status": {"phase": "Running", "n": 1}},
                {"metadata": {"name": "b", "labels": {"un-usual": "y"}}, "status": {"phase": "Pending", "n": 2}},
            ],
            "kind": "List",
        });
        for (template, want) in [
            ("{.kind}", "List"),
            ("{$.kind}: {@.kind}!", "List: List!"),
            ("{.items[*].metadata.name}", "a b"),
            ("{.items[-1].metadata.name}", "b"),
            ("{.items[0:1].metadata.name}", "a"),
            ("{.items[0,1].metadata.name}", "a b"),
            ("{.items[*]['status', 'kind']}", r#"{"n":1,"phase":"Running"} {"n":2,"phase":"Pending"}"#),
            ("{..name}", "a b"),
            (r"{.items[0].metadata.labels.app\.kubernetes\.io/name}", "x"),
            ("{.items[1].metadata.labels.un-usual}", "y"),
            (r#"{.items[?(@.status.phase=="Running")].metadata.name}"#, "a"),
            ("{.items[?(@.status.n > 1)].metadata.name}", "b"),
            (r"{.items[?(@.metadata.labels.un-usual)].metadata.name}", "b"),
            (r#"{range .items[*]}{.metadata.name}={.status.n}{"\n"}{end}"#, "a=1\nb=2\n"),
            (r#"{range .items[*]}{range .status.n}<{@}>{end}{'"'}{end}"#, r#"<1>"<2>""#),
            ("{.nothing}", ""),
            ("text alone", "text alone"),
        ] {
            assert_eq!(
                Template::parse(template).map(|template| template.text(&value)),
                Ok(want.into()),
                "{template}"
            );
        }
        for bad in [
            "{",
            "{.a",
            "{end}",
            "{range .a}",
            "{.items[}",
            "{\"a}",
            "{.a b}",
            "{.a[?(@.b==)]}",
            "{.a[x]}",
            "{..}",
            "{a}",
        ] {
            assert!(Template::parse(bad).is_err(), "{bad} is taken");
        }
        for relaxed in ["kind", ".kind", "{.kind}", "{kind}"] {
            assert_eq!(Template::parse_relaxed(relaxed).unwrap().text(&value), "List");
        }
    }
}
