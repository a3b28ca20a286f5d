//! Label selectors: `app=web,tier in (a,b),!old`.
//!
//! Source: `Lexer` and `Parser` in `k8s.io/apimachinery/pkg/labels`, whose tokens and rules these are.

use super::Fault;
use crate::call::rules::is_subdomain;
#[cfg(any(feature = "std", test))]
use crate::prelude::*;
use crate::text::{number, split_once};

/// One condition, as it stands in the text. Values may repeat.
#[cfg(any(feature = "std", test))]
#[derive(Debug)]
pub(crate) struct Requirement<'a> {
    pub(crate) key: &'a str,
    pub(crate) operator: Operator,
    pub(crate) values: Vec<&'a str>,
}

/// How a requirement compares an object's label with its values.
///
/// Source: [`selection.Operator`](https://pkg.go.dev/k8s.io/apimachinery/pkg/selection#Operator), in which `=` and `==` are two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Operator {
    /// `key=value`, also written `key==value`.
    Equals,
    /// `key!=value`; also true without the label.
    NotEquals,
    /// `key in (a,b)`.
    In,
    /// `key notin (a,b)`; also true without the label.
    NotIn,
    /// `key`.
    Exists,
    /// `!key`.
    DoesNotExist,
    /// `key>5`, for labels that are whole numbers.
    GreaterThan,
    /// `key<5`, for labels that are whole numbers.
    LessThan,
}

const KEY: &str = "a label's key must stand here: at most 63 letters, digits, `-`, `_` and `.`, with a letter or digit at both ends, and \
                   before it a DNS subdomain and `/`, or neither";
const VALUE: &str = "a label's value must stand here: at most 63 letters, digits, `-`, `_` and `.`, with a letter or digit at both ends, or nothing";

/// What is found in a selector, one after the other: nothing is kept where nobody wants it.
#[cfg_attr(
    not(any(feature = "std", test)),
    allow(dead_code, reason = "the machinery asks only whether it can be read")
)]
pub(crate) enum Found<'a> {
    Key(&'a str, Operator),
    /// Of the last key.
    Value(&'a str),
}

/// Reads a selector, and hands on what it finds.
pub(super) fn read<'a>(selector: &'a str, tell: &mut dyn FnMut(Found<'a>)) -> Result<(), Fault> {
    let mut parser = Parser { text: selector, next: 0, at: 0, token: "", tell };
    parser.advance();
    while !parser.token.is_empty() {
        parser.requirement()?;
        if parser.token == "," {
            parser.advance();
            if !parser.token.is_empty() {
                continue;
            }
            return Err(parser.fault(KEY));
        }
        if !parser.token.is_empty() {
            return Err(parser.fault("a `,` or the end must stand here"));
        }
    }
    Ok(())
}

/// The requirements of a selector; none where it chooses everything.
#[cfg(any(feature = "std", test))]
pub(crate) fn requirements(selector: &str) -> Result<Vec<Requirement<'_>>, Fault> {
    let mut requirements: Vec<Requirement<'_>> = Vec::new();
    read(selector, &mut |found| match found {
        Found::Key(key, operator) => requirements.push(Requirement { key, operator, values: Vec::new() }),
        Found::Value(value) => {
            if let Some(last) = requirements.last_mut() {
                last.values.push(value);
            }
        }
    })?;
    Ok(requirements)
}

struct Parser<'a, 't> {
    tell: &'t mut dyn FnMut(Found<'a>),
    text: &'a str,
    /// Where the next token is looked for.
    next: usize,
    /// Where the token starts.
    at: usize,
    /// A word, or a symbol; empty at the end.
    token: &'a str,
}

impl<'a> Parser<'a, '_> {
    fn advance(&mut self) {
        let bytes = self.text.as_bytes();
        while matches!(bytes.get(self.next), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.next += 1;
        }
        self.at = self.next;
        let rest = bytes.get(self.at..).unwrap_or_default();
        let length = match rest {
            // To the server's lexer a NUL is the end of whatever it reads: here of the whole selector.
            [] | [0, ..] => {
                self.next = bytes.len();
                self.token = "";
                return;
            }
            [b'=' | b'!', b'=', ..] => 2,
            [symbol, ..] if is_symbol(*symbol) => 1,
            _ => rest.iter().position(|byte| ends_word(*byte)).unwrap_or(rest.len()),
        };
        self.next += length;
        self.token = self.text.get(self.at..self.next).unwrap_or_default();
        // And here of a token, which swallows it.
        if bytes.get(self.next) == Some(&0) {
            self.next += 1;
        }
    }

    fn fault(&self, rule: &'static str) -> Fault {
        Fault { at: self.at, rule }
    }

    fn requirement(&mut self) -> Result<(), Fault> {
        let absent = self.token == "!";
        if absent {
            self.advance();
        }
        let key = self.token;
        if !is_key(key) {
            return Err(self.fault(KEY));
        }
        self.advance();
        let operator = match self.token {
            _ if absent => Operator::DoesNotExist,
            "" | "," => Operator::Exists,
            "=" | "==" => Operator::Equals,
            "!=" => Operator::NotEquals,
            "in" => Operator::In,
            "notin" => Operator::NotIn,
            ">" => Operator::GreaterThan,
            "<" => Operator::LessThan,
            _ => return Err(self.fault("an operator must stand here: =, ==, !=, in, notin, > or <")),
        };
        (self.tell)(Found::Key(key, operator));
        match operator {
            Operator::Exists | Operator::DoesNotExist => {}
            Operator::In | Operator::NotIn => {
                self.advance();
                if self.token != "(" {
                    return Err(self.fault("a list of values must stand here, in parentheses"));
                }
                self.advance();
                self.value()?;
                while self.token == "," {
                    self.advance();
                    self.value()?;
                }
                if self.token != ")" {
                    return Err(self.fault("a `,` or `)` must stand here"));
                }
                self.advance();
            }
            Operator::GreaterThan | Operator::LessThan => {
                self.advance();
                if number(self.token).is_none_or(|number| number > i64::MAX as u64) {
                    return Err(self.fault("a whole number of 64 bits must stand here"));
                }
                self.value()?;
            }
            Operator::Equals | Operator::NotEquals => {
                self.advance();
                self.value()?;
            }
        }
        Ok(())
    }

    /// A value, which may be empty: then what follows it stands here.
    fn value(&mut self) -> Result<(), Fault> {
        let value = self.token;
        if value.bytes().next().is_none_or(is_symbol) {
            (self.tell)(Found::Value(""));
            return Ok(());
        }
        if !is_value(value) {
            return Err(self.fault(VALUE));
        }
        (self.tell)(Found::Value(value));
        self.advance();
        Ok(())
    }
}

fn is_symbol(byte: u8) -> bool {
    matches!(byte, b'=' | b'!' | b'(' | b')' | b',' | b'<' | b'>')
}

fn ends_word(byte: u8) -> bool {
    is_symbol(byte) || matches!(byte, 0 | b' ' | b'\t' | b'\r' | b'\n')
}

/// Source: `IsLabelKey` in `k8s.io/apimachinery/pkg/api/validate/content`.
pub(crate) fn is_key(key: &str) -> bool {
    let (prefix, name) = split_once(key, "/").map_or((None, key), |(prefix, name)| (Some(prefix), name));
    prefix.is_none_or(is_subdomain) && !name.is_empty() && is_value(name)
}

/// Source: `IsLabelValue`, in the same place.
pub(crate) fn is_value(value: &str) -> bool {
    let outer = |byte: Option<u8>| byte.is_none_or(|byte| byte.is_ascii_alphanumeric());
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    value.len() <= 63
        && outer(value.bytes().next())
        && outer(value.bytes().last())
        && value.bytes().all(inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(selector: &str) -> Result<String, (usize, &'static str)> {
        let all = requirements(selector).map_err(|fault| (fault.at, fault.rule))?;
        let each = all.iter().map(|one| format!("{} {:?} {}", one.key, one.operator, one.values.join("|")));
        Ok(each.collect::<Vec<_>>().join("; "))
    }

    #[test]
    fn reads_what_the_server_reads() {
        for (selector, wanted) in [
            ("", ""),
            (" \t\r\n", ""),
            ("a", "a Exists "),
            ("! a", "a DoesNotExist "),
            ("a=b,c == d , e!=f", "a Equals b; c Equals d; e NotEquals f"),
            ("a=,b", "a Equals ; b Exists "),
            ("in in (in,notin)", "in In in|notin"),
            ("a notin(,x, )", "a NotIn |x|"),
            ("a in ()", "a In "),
            ("n>5,n<007", "n GreaterThan 5; n LessThan 007"),
            ("example.com/a=b", "example.com/a Equals b"),
            ("a=b\0,c", "a Equals b; c Exists "),
            ("a=b,\0nothing of ( this counts", "a Equals b"),
            ("\0!", ""),
        ] {
            // A NUL behind a comma is the end, where a key must stand.
            match shown(selector) {
                Err(fault) => assert!(selector.contains(",\0"), "{selector:?}: {fault:?}"),
                Ok(got) => assert_eq!(got, wanted, "{selector:?}"),
            }
        }
    }

    #[test]
    fn says_where_it_is_wrong() {
        for (selector, at) in [
            (",a", 0),
            ("a,", 2),
            ("a,,b", 2),
            ("a b", 2),
            ("!a=b", 2),
            ("!!a", 1),
            ("a===b", 3),
            ("a=b=c", 3),
            ("a in b", 5),
            ("a in (b", 7),
            ("a in (b c)", 8),
            ("a in (!b)", 6),
            ("a>", 2),
            ("a>-5", 2),
            ("a<9223372036854775808", 2),
            ("a=-b", 2),
            ("/a", 0),
            ("a/", 0),
            ("a/b/c", 0),
            ("A.example/b", 0),
            ("é=b", 0),
            ("a=\"b\"", 2),
        ] {
            assert_eq!(shown(selector).unwrap_err().0, at, "{selector:?}");
        }
    }

    #[test]
    fn limits_of_length() {
        let (long, longer) = ("a".repeat(63), "a".repeat(64));
        let prefix = |last: usize| {
            let parts = ["b".repeat(63), "b".repeat(63), "b".repeat(63), "b".repeat(last)];
            parts.join(".") + "/a"
        };
        for good in [format!("{long}={long}"), prefix(61)] {
            shown(&good).unwrap();
        }
        for bad in [longer.clone(), format!("a={longer}"), prefix(62)] {
            assert!(shown(&bad).is_err(), "{bad}");
        }
    }
}
