//! A call, checked and formed but for credentials and the server's address.

use core::fmt;

use bytes::Bytes;

use super::{Attributes, Verb, View, rules};
use crate::prelude::*;
use crate::text::{digits, split, split_once};

/// One API call as plain data: everything but who asks, and whom.
///
/// Drafts compare, and print what the call does without its body, which may be a Secret.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Draft {
    pub(crate) attributes: Attributes,
    pub(crate) target: String,
    pub(crate) accept: &'static str,
    pub(crate) content_type: &'static str,
    pub(crate) body: Bytes,
    pub(crate) replay: Replay,
}

/// Whether sending a call twice does the same as sending it once (RFC 9110 section 9.2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Replay {
    /// It does.
    Idempotent,
    /// It does not: a second create makes a second object, a second JSON patch may add twice.
    Once,
}

impl Draft {
    /// What RBAC is asked.
    #[must_use]
    pub fn attributes(&self) -> &Attributes {
        &self.attributes
    }

    /// The HTTP method.
    #[must_use]
    pub fn method(&self) -> &'static str {
        self.attributes.verb.method()
    }

    /// The path below the server's base, and the query.
    #[must_use]
    pub fn target(&self) -> &str {
        &self.target
    }

    /// The `Accept` header.
    #[must_use]
    pub fn accept(&self) -> &'static str {
        self.accept
    }

    /// The body's media type; empty where there is no body.
    #[must_use]
    pub fn content_type(&self) -> &'static str {
        self.content_type
    }

    /// The body; empty where there is none.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// The call in words, as errors name it: `list pods in namespace shop`.
    #[must_use]
    pub fn summary(&self) -> String {
        self.attributes.summary()
    }

    /// Whether the answer is whatever a program says, and no object of the API.
    pub(crate) fn is_text(&self) -> bool {
        !self.attributes.path.is_empty() || matches!(self.attributes.subresource.as_str(), "log" | "proxy")
    }

    /// Adds a parameter, in the order of the keys, unless the query has it. The key is a plain word.
    pub(crate) fn default_query(&mut self, key: &str, value: u64) {
        let (_, query) = split_once(&self.target, "?").unwrap_or_default();
        if !split(query, "&").any(|pair| name(pair) == key) {
            self.change_query(&[], &[key, "=", &digits(value)].concat());
        }
    }

    /// The draft of a list's page: it goes on at a token, or begins at an empty one. The version is the token's then.
    pub(crate) fn page(&self, token: &str) -> Self {
        let mut page = self.clone();
        if token.is_empty() {
            page.change_query(&["continue"], "");
        } else {
            let mut pair = String::from("continue=");
            rules::push_form(&mut pair, token);
            page.change_query(&["continue", "resourceVersion", "resourceVersionMatch"], &pair);
        }
        page
    }

    /// What is listed or watched here, as a list or a watch without a version.
    pub(crate) fn anew(&self, verb: Verb) -> Self {
        let mut draft = self.clone();
        if let Some((one, list)) = View::forms().find(|(one, list)| [*one, *list].contains(&self.accept)) {
            draft.accept = if verb == Verb::List { list } else { one };
        }
        draft.attributes.verb = verb;
        let of_version = ["continue", "resourceVersion", "resourceVersionMatch", "sendInitialEvents"];
        let of_the_other: &[&str] = match verb {
            Verb::Watch => &["limit", "watch"],
            _ => &["allowWatchBookmarks", "watch"],
        };
        draft.change_query(&of_version, "");
        draft.change_query(of_the_other, if verb == Verb::Watch { "watch=true" } else { "" });
        draft
    }

    /// Whether an answer may come as protobuf.
    #[cfg(feature = "std")]
    pub(crate) fn takes_protobuf(&self) -> bool {
        self.accept.starts_with("application/vnd.kubernetes.protobuf")
    }

    /// Sets a parameter. The key is a plain word.
    pub(crate) fn set_query(&mut self, key: &str, value: &str) {
        let mut pair = [key, "="].concat();
        rules::push_form(&mut pair, value);
        self.change_query(&[key], &pair);
    }

    /// Takes a parameter out.
    pub(crate) fn remove_query(&mut self, key: &str) {
        self.change_query(&[key], "");
    }

    /// Whether the query says this.
    pub(crate) fn says(&self, wanted: &str) -> bool {
        let (_, query) = split_once(&self.target, "?").unwrap_or_default();
        split(query, "&").any(|pair| pair == wanted)
    }

    /// Takes the pairs of these keys out, and puts one in, in the order of the keys.
    fn change_query(&mut self, out: &[&str], new: &str) {
        let (path, query) = split_once(&self.target, "?").unwrap_or((&self.target, ""));
        let (mut target, mut mark) = (String::from(path), '?');
        let mut push = |pair: &str| {
            if !pair.is_empty() {
                target.push(mark);
                target.push_str(pair);
                mark = '&';
            }
        };
        let mut new = Some(new);
        for pair in split(query, "&") {
            if out.contains(&name(pair)) {
                continue;
            }
            if new.is_some_and(|new| name(new) < name(pair)) {
                push(new.take().unwrap_or_default());
            }
            push(pair);
        }
        push(new.unwrap_or_default());
        self.target = target;
    }
}

fn name(pair: &str) -> &str {
    split_once(pair, "=").map_or(pair, |(name, _)| name)
}

impl fmt::Display for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} {})", self.summary(), self.method(), self.target)
    }
}

impl fmt::Debug for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Draft({self}, {} bytes of body)", self.body.len())
    }
}

#[cfg(test)]
mod tests {
    use crate::{Builtin, Operation, Verb};

    #[test]
    fn a_default_stands_in_the_order_of_the_keys() {
        for (verb, field, wanted) in [
            (Verb::List, ("limit", "1"), "?limit=1&timeoutSeconds=7"),
            (Verb::Watch, ("resourceVersion", "1"), "?resourceVersion=1&timeoutSeconds=7&watch=true"),
            (Verb::Watch, ("query.zone", "a b"), "?timeoutSeconds=7&watch=true&zone=a+b"),
            (Verb::Watch, ("timeoutSeconds", "5"), "?timeoutSeconds=5&watch=true"),
            (Verb::List, ("namespace", "shop"), "?timeoutSeconds=7"),
        ] {
            let mut operation = Operation::new(verb);
            operation.set("resource", "pods").unwrap();
            operation.set(field.0, field.1).unwrap();
            let mut draft = operation.draft(&Builtin).unwrap();
            draft.default_query("timeoutSeconds", 7);
            assert!(draft.target().ends_with(&["pods", wanted].concat()), "{}", draft.target());
            let (next, first) = (draft.page("a b"), draft.page("a b").page(""));
            assert!(
                next.says("continue=a+b") && !next.target().contains("resourceVersion"),
                "{}",
                next.target()
            );
            assert!(
                !first.target().contains("continue")
                    && first.says("timeoutSeconds=7") == draft.says("timeoutSeconds=7")
            );
        }
    }
}
