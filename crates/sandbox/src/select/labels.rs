//! Label selectors: `app=web,tier in (a,b),!old`.
//!
//! Source: `Lexer` and `Parser` in `k8s.io/apimachinery/pkg/labels/selector.go`; the words of each refusal are theirs. The core reads
//! the same language, but says in its own words what is wrong with a text.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::validate::{Fault, label_key, label_value};

/// The requirements, all of which must be met.
#[derive(Clone, Debug, Default)]
pub(crate) struct Labels(Vec<Requirement>);

#[derive(Clone, Debug)]
struct Requirement {
    key: String,
    operator: Operator,
    values: BTreeSet<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    In,
    NotIn,
    Exists,
    Missing,
    Greater,
    Less,
}

impl Labels {
    /// Reads a selector.
    ///
    /// # Errors
    /// The server's words.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        Parser { tokens: lex(text), at: 0 }.parse().map(Self)
    }

    /// Takes a `LabelSelector` of `meta.k8s.io/v1`; `None` where it is none.
    pub(crate) fn of_object(selector: &Value) -> Option<Self> {
        let fields = selector.as_object()?;
        let mut requirements = Vec::new();
        for (key, value) in fields.get("matchLabels").and_then(Value::as_object).into_iter().flatten() {
            let values = BTreeSet::from([value.as_str()?.to_owned()]);
            requirements.push(Requirement { key: key.clone(), operator: Operator::In, values });
        }
        for expression in fields.get("matchExpressions").and_then(Value::as_array).into_iter().flatten() {
            let text = |field: &str| expression.get(field).and_then(Value::as_str);
            let operator = match text("operator")? {
                "In" => Operator::In,
                "NotIn" => Operator::NotIn,
                "Exists" => Operator::Exists,
                "DoesNotExist" => Operator::Missing,
                _ => return None,
            };
            let values = expression.get("values").and_then(Value::as_array).into_iter().flatten();
            let values = values.map(|value| value.as_str().map(str::to_owned)).collect::<Option<_>>()?;
            requirements.push(Requirement { key: text("key")?.to_owned(), operator, values });
        }
        Some(Self(requirements))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn matches(&self, object: &Value) -> bool {
        let labels = object.get("metadata").and_then(|metadata| metadata.get("labels"));
        self.0.iter().all(|requirement| {
            let value = labels.and_then(|labels| labels.get(&requirement.key)).and_then(Value::as_str);
            requirement.is_met(value)
        })
    }
}

impl Requirement {
    fn is_met(&self, value: Option<&str>) -> bool {
        let number = |text: &str| text.parse::<i64>().ok();
        let wanted = || self.values.first().and_then(|text| number(text));
        match self.operator {
            Operator::In => value.is_some_and(|value| self.values.contains(value)),
            Operator::NotIn => value.is_none_or(|value| !self.values.contains(value)),
            Operator::Exists => value.is_some(),
            Operator::Missing => value.is_none(),
            Operator::Greater => value.and_then(number).is_some_and(|value| Some(value) > wanted()),
            Operator::Less => {
                value.and_then(number).is_some_and(|value| wanted().is_some_and(|wanted| value < wanted))
            }
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    End,
    Word,
    Open,
    Close,
    Comma,
    Not,
    Equals,
    NotEquals,
    Greater,
    Less,
    In,
    NotIn,
    Error,
}

const SYMBOLS: [(&str, Token); 9] = [
    (")", Token::Close),
    (",", Token::Comma),
    ("!", Token::Not),
    ("==", Token::Equals),
    ("=", Token::Equals),
    (">", Token::Greater),
    ("<", Token::Less),
    ("!=", Token::NotEquals),
    ("(", Token::Open),
];

fn lex(text: &str) -> Vec<(Token, String)> {
    let is_symbol = |c: char| matches!(c, '=' | '!' | '(' | ')' | ',' | '>' | '<');
    let is_space = |c: char| matches!(c, ' ' | '\t' | '\r' | '\n');
    let mut tokens = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(is_space);
        // Go's lexer takes a NUL for the end,
        let Some(first) = rest.chars().next().filter(|first| *first != '\0') else { break };
        let (taken, token) = if is_symbol(first) {
            symbol(rest)
        } else {
            let word = rest.split(|c| c == '\0' || is_symbol(c) || is_space(c)).next().unwrap_or_default();
            let token = match word {
                "in" => Token::In,
                "notin" => Token::NotIn,
                _ => Token::Word,
            };
            (word, token)
        };
        tokens.push((token, taken.to_owned()));
        rest = rest.strip_prefix(taken).unwrap_or_default();
        // and one behind a token for the end of that alone.
        rest = rest.strip_prefix('\0').unwrap_or(rest);
    }
    tokens.push((Token::End, String::new()));
    tokens
}

/// The longest symbol that the text begins with. Each single character is one, but a `=` may only follow where the two are one.
fn symbol(text: &str) -> (&str, Token) {
    let longest =
        SYMBOLS.iter().filter(|(symbol, _)| text.starts_with(symbol)).max_by_key(|(symbol, _)| symbol.len());
    match longest.and_then(|(symbol, token)| Some((text.get(..symbol.len())?, *token))) {
        Some(found) => found,
        None => (text, Token::Error),
    }
}

struct Parser {
    tokens: Vec<(Token, String)>,
    at: usize,
}

const OPERATORS: &str = "in, notin, =, ==, !=, gt, lt";

impl Parser {
    /// The next token. Where values stand, `in` and `notin` are words.
    fn look(&self, values: bool) -> (Token, &str) {
        let (token, text) = self.tokens.get(self.at).map_or((Token::End, ""), |(token, text)| (*token, text));
        let token = if values && matches!(token, Token::In | Token::NotIn) { Token::Word } else { token };
        (token, text)
    }

    fn take(&mut self, values: bool) -> (Token, String) {
        let (token, text) = self.look(values);
        let text = text.to_owned();
        self.at += 1;
        (token, text)
    }

    fn parse(mut self) -> Result<Vec<Requirement>, String> {
        let mut requirements = Vec::new();
        loop {
            let (token, text) = self.look(true);
            match token {
                Token::Word | Token::Not => {}
                Token::End => return Ok(requirements),
                _ => return Err(format!("found '{text}', expected: !, identifier, or 'end of string'")),
            }
            let requirement =
                self.requirement().map_err(|why| format!("unable to parse requirement: {why}"))?;
            requirements.push(requirement);
            match self.take(true) {
                (Token::End, _) => return Ok(requirements),
                (Token::Comma, _) => {
                    let (next, text) = self.look(true);
                    if next != Token::Word && next != Token::Not {
                        return Err(format!("found '{text}', expected: identifier after ','"));
                    }
                }
                (_, text) => return Err(format!("found '{text}', expected: ',' or 'end of string'")),
            }
        }
    }

    fn requirement(&mut self) -> Result<Requirement, String> {
        let (mut token, mut key) = self.take(true);
        let negated = token == Token::Not;
        if negated {
            (token, key) = self.take(true);
        }
        if token != Token::Word {
            return Err(format!("found '{key}', expected: identifier"));
        }
        let whys = label_key(&key);
        if !whys.is_empty() {
            return Err(Fault::invalid("", &key, whys.join("; ")).text());
        }
        let (next, _) = self.look(true);
        if negated || matches!(next, Token::End | Token::Comma) {
            let operator = if negated { Operator::Missing } else { Operator::Exists };
            return Ok(Requirement { key, operator, values: BTreeSet::new() });
        }
        let (operator, values) = match self.take(false) {
            (Token::In, _) => (Operator::In, self.values()?),
            (Token::NotIn, _) => (Operator::NotIn, self.values()?),
            (Token::Equals, _) => (Operator::In, self.exact()?),
            (Token::NotEquals, _) => (Operator::NotIn, self.exact()?),
            (Token::Greater, _) => (Operator::Greater, self.exact()?),
            (Token::Less, _) => (Operator::Less, self.exact()?),
            (_, text) => return Err(format!("found '{text}', expected: {OPERATORS}")),
        };
        check(&key, operator, &values)?;
        Ok(Requirement { key, operator, values })
    }

    fn exact(&mut self) -> Result<BTreeSet<String>, String> {
        if matches!(self.look(true).0, Token::End | Token::Comma) {
            return Ok(BTreeSet::from([String::new()]));
        }
        match self.take(true) {
            (Token::Word, text) => Ok(BTreeSet::from([text])),
            (_, text) => Err(format!("found '{text}', expected: identifier")),
        }
    }

    fn values(&mut self) -> Result<BTreeSet<String>, String> {
        let (token, text) = self.take(true);
        if token != Token::Open {
            return Err(format!("found '{text}' expected: '('"));
        }
        let (token, text) = self.look(true);
        match token {
            Token::Word | Token::Comma => {
                let first = text.to_owned();
                let values = self.list()?;
                match self.take(true) {
                    (Token::Close, _) => Ok(values),
                    // Go tells of the first item here, not of what it met.
                    _ => Err(format!("found '{first}', expected: ')'")),
                }
            }
            Token::Close => {
                self.at += 1;
                Ok(BTreeSet::from([String::new()]))
            }
            _ => Err(format!("found '{text}', expected: ',', ')' or identifier")),
        }
    }

    fn list(&mut self) -> Result<BTreeSet<String>, String> {
        let mut values = BTreeSet::new();
        loop {
            match self.take(true) {
                (Token::Word, text) => {
                    values.insert(text);
                    match self.look(true) {
                        (Token::Comma, _) => {}
                        (Token::Close, _) => return Ok(values),
                        (_, text) => return Err(format!("found '{text}', expected: ',' or ')'")),
                    }
                }
                (Token::Comma, _) => {
                    if values.is_empty() {
                        values.insert(String::new());
                    }
                    match self.look(true).0 {
                        Token::Close => {
                            values.insert(String::new());
                            return Ok(values);
                        }
                        Token::Comma => {
                            values.insert(String::new());
                        }
                        _ => {}
                    }
                }
                (_, text) => return Err(format!("found '{text}', expected: ',', or identifier")),
            }
        }
    }
}

/// `NewRequirement`'s rules for values.
fn check(key: &str, operator: Operator, values: &BTreeSet<String>) -> Result<(), String> {
    let mut faults = Vec::new();
    if matches!(operator, Operator::Greater | Operator::Less) {
        for (index, value) in values.iter().enumerate() {
            if crate::wire::is_int(value).is_err() {
                let why = "for 'Gt', 'Lt' operators, the value must be an integer";
                faults.push(Fault::invalid(&format!("values[{index}]"), value, why).text());
            }
        }
    }
    for (index, value) in values.iter().enumerate() {
        let whys = label_value(value);
        if !whys.is_empty() {
            faults.push(Fault::invalid(&format!("values[{index}][{key}]"), value, whys.join("; ")).text());
        }
    }
    match faults.as_slice() {
        [] => Ok(()),
        [one] => Err(one.clone()),
        several => Err(format!("[{}]", several.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn selectors_choose() {
        let object = json!({"metadata": {"labels": {"a": "b", "n": "5", "e": ""}}});
        let cases = [
            ("", true),
            ("a=b", true),
            ("a==b", true),
            ("a = b , n", true),
            ("a!=b", false),
            ("x!=b", true),
            ("a in (b,c)", true),
            ("a notin (b,c)", false),
            ("x notin (b)", true),
            ("a", true),
            ("!a", false),
            // A NUL ends a token, or all there is.
            ("a,\0n", true),
            ("a\0=x", false),
            ("a=b\0,x", false),
            ("a=b \0,x", true),
            ("!x", true),
            ("n>4", true),
            ("n>5", false),
            ("n<6", true),
            ("a>1", false),
            ("e=", true),
            ("e in ()", true),
            ("a in (,b)", true),
            ("in in (b)", false),
            ("a in (in)", false),
        ];
        for (text, wanted) in cases {
            let found = Labels::parse(text).unwrap_or_else(|why| panic!("{text}: {why}"));
            assert_eq!(found.matches(&object), wanted, "{text}");
        }
    }

    #[test]
    fn what_is_no_selector_is_refused_in_the_servers_words() {
        let cases = [
            ("a,", "found '', expected: identifier after ','"),
            (",a", "found ',', expected: !, identifier, or 'end of string'"),
            ("a b", "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"),
            ("a in (b", "unable to parse requirement: found '', expected: ',' or ')'"),
            ("a in b", "unable to parse requirement: found 'b' expected: '('"),
            ("a=b c", "found 'c', expected: ',' or 'end of string'"),
            ("!", "unable to parse requirement: found '', expected: identifier"),
            ("a=(", "unable to parse requirement: found '(', expected: identifier"),
            (
                "a>x",
                "unable to parse requirement: values[0]: Invalid value: \"x\": for 'Gt', 'Lt' operators, the value must be an integer",
            ),
        ];
        for (text, wanted) in cases {
            assert_eq!(Labels::parse(text).unwrap_err(), wanted, "{text}");
        }
        assert!(Labels::parse("-a=b").unwrap_err().contains("<nil>: Invalid value: \"-a\": name part must"));
        assert!(Labels::parse("a=b%").unwrap_err().contains("values[0][a]: Invalid value: \"b%\": a valid"));
    }
}
