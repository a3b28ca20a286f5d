//! Calls that are refused before they are formed.

use crate::prelude::*;
use crate::text::one_line;
use core::fmt;

/// Why a call was not formed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// A part of the path breaks the rule of its kind.
    #[error("{segment} `{}` is refused: {rule}", quoted(.value))]
    Segment {
        /// Which part.
        segment: Segment,
        /// What was given.
        value: String,
        /// The rule that it breaks.
        rule: Rule,
    },
    /// The verb needs something that was not given.
    #[error("{verb}{}{} needs {what}", if .resource.is_empty() { "" } else { " " }, quoted(.resource))]
    Missing {
        /// The verb.
        verb: &'static str,
        /// The resource, such as `pods`, or `pods/eviction`; empty where it is what is missing.
        resource: String,
        /// What to give.
        what: &'static str,
    },
    /// Something was given that the verb cannot carry, and that would be lost.
    #[error("{verb} {} takes no {what}", quoted(.resource))]
    Surplus {
        /// The verb.
        verb: &'static str,
        /// The resource.
        resource: String,
        /// What to leave out.
        what: String,
    },
    /// A field's value is not one that it can have.
    #[error("{field} `{}` is refused: it must be {expected}", quoted(.value))]
    Value {
        /// The field of the operation, such as `limit`.
        field: String,
        /// What was given.
        value: String,
        /// What it can be.
        expected: &'static str,
    },
    /// The operation has no such field.
    #[error("an operation has no field `{}`; parameters of one subresource go into `query`", quoted(.0))]
    UnknownField(String),
    /// The catalog knows no such resource, so its group and version must be said.
    #[error("no built-in resource is called `{}`: for a custom resource give its apiVersion too, such as `example.com/v1`", quoted(.0))]
    UnknownResource(String),
    /// The resource has no namespaces, and one was given.
    #[error("{0} belong to no namespace: leave the namespace out")]
    ClusterScoped(String),
    /// A Secret would stand in a command, on screen and in the shell's history.
    #[error(
        "the body of {0} is not shown: put it into a file of its own, as the only document, and name that"
    )]
    Secret(String),
    /// The body could not be written as JSON. The text names no value.
    #[error("the body of {0} could not be written as JSON")]
    Body(String),
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

impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Group => "group",
            Self::Version => "version",
            Self::Resource => "resource",
            Self::Namespace => "namespace",
            Self::Name => "name",
            Self::Subresource => "subresource",
            Self::Path => "path",
        })
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
    /// An absolute path of plain segments.
    Path,
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Label => "it must be a DNS label: 1 to 63 of a-z, 0-9 and `-`, with a letter or digit at both ends",
            Self::Subdomain => {
                "it must be a DNS subdomain: 1 to 253 of a-z, 0-9, `-` and `.`, with a letter or digit at both ends of each part"
            }
            Self::PathSegment => {
                "it must be a path segment: 1 to 253 printable ASCII characters, not `.` or `..`, without `/` and `%`"
            }
            Self::Path => {
                "it must be an absolute path whose segments are printable ASCII, not `.` or `..` or empty, without `%`, `?` and `#` (the query is given apart)"
            }
        })
    }
}

/// What was given, fit to be shown: one line, printable, and not too long.
fn quoted(value: &str) -> String {
    const LONGEST: usize = 80;
    let start: String = value.chars().take(LONGEST).collect();
    let mut shown = one_line(&start);
    if value.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    shown
}
