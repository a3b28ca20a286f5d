//! Calls that are refused before they are formed.

use crate::call::Verb;
use crate::prelude::*;
use crate::text::one_line;
use core::fmt;

/// Why a call was not formed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.text())]
#[non_exhaustive]
pub enum BuildError {
    /// A part of the path breaks the rule of its kind.
    Segment {
        /// Which part.
        segment: Segment,
        /// What was given.
        value: String,
        /// The rule that it breaks.
        rule: Rule,
    },
    /// The verb needs something that was not given.
    Missing {
        /// The verb.
        verb: &'static str,
        /// The resource, such as `pods`, or `pods/eviction`; empty where it is what is missing.
        resource: String,
        /// What to give.
        what: &'static str,
    },
    /// Something was given that the verb cannot carry, and that would be lost.
    Surplus {
        /// The verb.
        verb: &'static str,
        /// The resource.
        resource: String,
        /// What to leave out.
        what: String,
    },
    /// A field's value is not one that it can have.
    Value {
        /// The field of the operation, such as `limit`.
        field: String,
        /// What was given.
        value: String,
        /// What it can be.
        expected: &'static str,
    },
    /// A selector is none that the API server could read.
    Selector {
        /// The field of the operation: `labelSelector` or `fieldSelector`.
        parameter: &'static str,
        /// What was given.
        selector: String,
        /// Where in it the rule is broken, in bytes.
        at: usize,
        /// The rule that it breaks.
        rule: &'static str,
    },
    /// The operation has no such field.
    UnknownField(String),
    /// The catalog knows no such resource, so its group and version must be said.
    UnknownResource {
        /// What was given.
        name: String,
        /// The names that the catalog knows and that are nearest to it; none where none is near.
        nearest: Vec<String>,
    },
    /// The resource, or its subresource, has no such verb.
    NotServed {
        /// The verb.
        verb: &'static str,
        /// The resource.
        resource: String,
        /// The verbs that it has.
        verbs: Vec<Verb>,
    },
    /// The resource has no namespaces, and one was given.
    ClusterScoped(String),
    /// A Secret would stand in a command, on screen and in the shell's history.
    Secret(String),
    /// The body could not be written as JSON. The text names no value.
    Body(String),
}

impl BuildError {
    /// A field cannot have this value.
    #[cold]
    #[inline(never)]
    pub(crate) fn value(field: &str, value: &str, expected: &'static str) -> Self {
        Self::Value { field: field.into(), value: value.into(), expected }
    }

    pub(super) fn text(&self) -> String {
        match self {
            Self::Segment { segment, value, rule } => {
                [segment.name(), " `", &quoted(value), "` is refused: ", rule.text()].concat()
            }
            Self::Missing { verb, resource, what } => {
                let gap = if resource.is_empty() { "" } else { " " };
                [verb, gap, &quoted(resource), " needs ", what].concat()
            }
            Self::Surplus { verb, resource, what } => {
                [verb, " ", &quoted(resource), " takes no ", what].concat()
            }
            Self::Value { field, value, expected } => {
                [field, " `", &quoted(value), "` is refused: it must be ", expected].concat()
            }
            Self::Selector { parameter, selector, at, rule } => {
                let rest = selector.get(*at..).unwrap_or_default();
                let (at, rest, end) =
                    if rest.is_empty() { ("its end", "", "") } else { ("`", &*quoted(rest), "`") };
                [parameter, " `", &quoted(selector), "` is refused at ", at, rest, end, ": ", rule].concat()
            }
            Self::UnknownField(field) => [
                "an operation has no field `",
                &quoted(field),
                "`; parameters of one subresource go into `query`",
            ]
            .concat(),
            Self::UnknownResource { name, nearest } => {
                let mut text = ["unknown resource `", &quoted(name), "`: "].concat();
                for (index, name) in nearest.iter().enumerate() {
                    text.push_str(if index == 0 { "did you mean `" } else { "` or `" });
                    text.push_str(name);
                }
                text.push_str(if nearest.is_empty() { "" } else { "`? Else " });
                text.push_str("give its apiVersion too, such as `example.com/v1`");
                text
            }
            Self::NotServed { verb, resource, verbs } => {
                let mut text = [verb, " ", &quoted(resource), " is not served"].concat();
                for (index, verb) in verbs.iter().enumerate() {
                    text.push_str(if index == 0 { ": it has only " } else { ", " });
                    text.push_str(verb.name());
                }
                text
            }
            Self::ClusterScoped(resource) => {
                [resource, " belong to no namespace: leave the namespace out"].concat()
            }
            Self::Secret(resource) => [
                "the body of ",
                resource,
                " is not shown: put it into a file of its own, as the only document, and name that",
            ]
            .concat(),
            Self::Body(resource) => ["the body of ", resource, " could not be written as JSON"].concat(),
        }
    }
}

/// A part of a request path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Segment {
    /// The API group, such as `apps`.
    Group,
    /// The version, such as `v1`.
    Version,
    /// The resource's plural name, such as `pods`.
    Resource,
    /// The namespace.
    Namespace,
    /// The object's name.
    Name,
    /// The subresource, such as `status`.
    Subresource,
    /// A whole path, such as `/version`.
    Path,
}

impl Segment {
    fn name(self) -> &'static str {
        match self {
            Self::Group => "group",
            Self::Version => "version",
            Self::Resource => "resource",
            Self::Namespace => "namespace",
            Self::Name => "name",
            Self::Subresource => "subresource",
            Self::Path => "path",
        }
    }
}

impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a part of a path must be like.
///
/// The rules are those of the [object names and IDs](https://kubernetes.io/docs/concepts/overview/working-with-objects/names/)
/// page; the text of a rule is what an error says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rule {
    /// An RFC 1123 label.
    Label,
    /// An RFC 1123 subdomain.
    Subdomain,
    /// Whatever can stand between two slashes: names of RBAC objects, for instance.
    PathSegment,
    /// A name as the API server's proxies read it: with a scheme and a port, or without.
    ProxyName,
    /// An absolute path of plain segments.
    Path,
}

impl Rule {
    fn text(self) -> &'static str {
        match self {
            Self::Label => {
                "it must be a DNS label: 1 to 63 of a-z, 0-9 and `-`, with a letter or digit at both ends"
            }
            Self::Subdomain => {
                "it must be a DNS subdomain: 1 to 253 of a-z, 0-9, `-` and `.`, with a letter or digit at both ends of each part"
            }
            Self::PathSegment => {
                "it must be a path segment: 1 to 253 printable ASCII characters, not `.` or `..`, without `/` and `%`"
            }
            Self::ProxyName => {
                "it must be NAME, NAME:PORT or SCHEME:NAME:PORT, with a DNS subdomain as the name and http or https as the scheme"
            }
            Self::Path => {
                "it must be an absolute path whose segments are printable ASCII, not `.` or `..` or empty, without `%`, `?` and `#` (the query is given apart)"
            }
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

/// What was given, fit to be shown: one line, printable, and not too long.
fn quoted(value: &str) -> String {
    const LONGEST: usize = 80;
    let (start, more) = match value.char_indices().nth(LONGEST) {
        Some((end, _)) => (value.get(..end).unwrap_or_default(), "…"),
        None => (value, ""),
    };
    [&one_line(start), more].concat()
}
