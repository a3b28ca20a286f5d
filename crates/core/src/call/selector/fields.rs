//! Field selectors: `status.phase=Running,metadata.name!=web`, with `\\`, `\,` and `\=` in values.
//!
//! Which fields can be chosen by depends on the kind, and the server knows: names are not judged here.
//! Source: `parseSelector` in `k8s.io/apimachinery/pkg/fields`.

use super::Fault;
use crate::call::rules::is_segment_name;
use crate::prelude::*;

/// One condition.
#[derive(Debug)]
pub(crate) struct Term<'a> {
    /// As it stands in the text.
    text: &'a str,
    pub(crate) field: &'a str,
    /// Whether the field must have the value, or must not.
    pub(crate) equal: bool,
    pub(crate) value: String,
}

/// Reads a selector, and hands on its terms; none where it chooses everything.
pub(super) fn read<'a>(selector: &'a str, tell: &mut dyn FnMut(Term<'a>)) -> Result<(), Fault> {
    let (mut start, mut escaped) = (0, false);
    for (at, byte) in selector.bytes().chain([b',']).enumerate() {
        let ends = byte == b',' && (!escaped || at == selector.len());
        escaped = byte == b'\\' && !escaped;
        if ends {
            if at > start {
                tell(term(selector.get(start..at).unwrap_or_default(), start)?);
            }
            start = at + 1;
        }
    }
    Ok(())
}

/// The terms of a selector.
#[cfg(any(feature = "std", test))]
pub(crate) fn terms(selector: &str) -> Result<Vec<Term<'_>>, Fault> {
    let mut terms = Vec::new();
    read(selector, &mut |term| terms.push(term))?;
    Ok(terms)
}

fn term(text: &str, start: usize) -> Result<Term<'_>, Fault> {
    let fault = |at, rule| Fault { at: start + at, rule };
    let bytes = text.as_bytes();
    let sign = bytes.iter().position(|byte| *byte == b'=');
    let sign =
        sign.ok_or_else(|| fault(0, "a field, an operator (=, == or !=) and a value must stand here"))?;
    let equal = sign.checked_sub(1).and_then(|before| bytes.get(before)) != Some(&b'!');
    let field = text.get(..if equal { sign } else { sign - 1 }).unwrap_or_default();
    let from = sign + if equal && bytes.get(sign + 1) == Some(&b'=') { 2 } else { 1 };
    let mut value = String::new();
    let mut rest = text.char_indices().skip_while(|(at, _)| *at < from);
    while let Some((at, next)) = rest.next() {
        value.push(match next {
            '\\' => match rest.next() {
                Some((_, plain @ ('\\' | ',' | '='))) => plain,
                _ => return Err(fault(at, "a `\\` must stand before `\\`, `,` or `=`")),
            },
            '=' => return Err(fault(at, "a `=` in a value is written `\\=`")),
            plain => plain,
        });
    }
    Ok(Term { text, field, equal, value })
}

/// The one name that the objects chosen can have: the API server's authorization then asks about it alone.
///
/// Source: `RequestInfoFactory`, and `RequiresExactMatch`, which takes the terms in the order of their texts.
pub(crate) fn exact_name(selector: &str) -> Option<String> {
    let mut first = None::<(&str, String)>;
    read(selector, &mut |term| {
        let sooner = first.as_ref().is_none_or(|(text, _)| term.text < *text);
        if term.equal && term.field == "metadata.name" && sooner {
            first = Some((term.text, term.value));
        }
    })
    .ok()?;
    first.map(|(_, name)| name).filter(|name| is_segment_name(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_the_server_reads() {
        for (selector, wanted) in [
            ("", ""),
            (",,", ""),
            ("a=b", "a is b"),
            (",a==b,,c!=d,", "a is b; c is not d"),
            ("a=", "a is "),
            ("=b", " is b"),
            (" a = b ", " a  is  b "),
            (r"a=b\,c\=d\\", r"a is b,c=d\"),
            (r"a\,b=c", r"a\,b is c"),
            ("a!b=c", "a!b is c"),
            ("é=ü", "é is ü"),
            ("!=b", " is not b"),
        ] {
            let all = terms(selector).unwrap();
            let each = all.iter().map(|one| {
                format!("{} {} {}", one.field, if one.equal { "is" } else { "is not" }, one.value)
            });
            assert_eq!(each.collect::<Vec<_>>().join("; "), wanted, "{selector}");
        }
    }

    #[test]
    fn says_where_it_is_wrong() {
        for (selector, at) in [
            ("a", 0),
            ("a=b,c", 4),
            ("a=b=c", 3),
            ("a===b", 3),
            ("a!==b", 3),
            (r"a=\x", 2),
            (r"a=\", 2),
            (r"a=b,c=d\", 7),
            ("a>b", 0),
            (r"a=b\\,c", 6),
        ] {
            assert_eq!(terms(selector).unwrap_err().at, at, "{selector}");
        }
    }

    #[test]
    fn one_name_alone() {
        for (selector, wanted) in [
            ("metadata.name=web", Some("web")),
            ("a=b,metadata.name==web", Some("web")),
            ("metadata.name=b,metadata.name=a", Some("a")),
            ("metadata.name=a,metadata.name==b", Some("b")),
            ("metadata.name!=web", None),
            ("metadata.name=a/b", None),
            ("metadata.name=..", None),
            ("metadata.namespace=web", None),
            ("metadata.name", None),
        ] {
            assert_eq!(exact_name(selector).as_deref(), wanted, "{selector}");
        }
    }
}
