//! The parameters of calls: which verb takes which, what they can be, and whether they travel in the query or the body.

use super::Verb;
use crate::error::BuildError;
use crate::text::number;

/// A parameter that every resource's verb has. Parameters of one subresource go into an operation's `query`.
pub(crate) struct Parameter {
    pub(crate) name: &'static str,
    pub(crate) value: Value,
    verbs: u16,
}

/// What a parameter can be.
pub(crate) enum Value {
    Text,
    Integer,
    Boolean,
    OneOf(&'static [&'static str], &'static str),
}

const GET: u16 = 1 << Verb::Get as u16;
const LIST: u16 = 1 << Verb::List as u16;
const WATCH: u16 = 1 << Verb::Watch as u16;
const WRITE: u16 = 1 << Verb::Create as u16 | 1 << Verb::Replace as u16 | PATCH;
const PATCH: u16 = 1 << Verb::Patch as u16;
const DELETE: u16 = 1 << Verb::Delete as u16;
const COLLECTION: u16 = 1 << Verb::DeleteCollection as u16;
const SELECT: u16 = LIST | WATCH | COLLECTION;

const fn row(name: &'static str, value: Value, verbs: u16) -> Parameter {
    Parameter { name, value, verbs }
}

/// In the order of their names, which is the order in which they are written.
/// Source: the parameters of the [API's operations](https://kubernetes.io/docs/reference/using-api/api-concepts/).
const TABLE: &[Parameter] = &[
    row("allowWatchBookmarks", Value::Boolean, WATCH),
    row("continue", Value::Text, LIST | COLLECTION),
    row("dryRun", Value::OneOf(&["All"], "All"), WRITE | DELETE | COLLECTION),
    row("fieldManager", Value::Text, WRITE),
    row("fieldSelector", Value::Text, SELECT),
    row("fieldValidation", Value::OneOf(&["Ignore", "Strict", "Warn"], "Strict, Warn or Ignore"), WRITE),
    row("force", Value::Boolean, PATCH),
    row("gracePeriodSeconds", Value::Integer, DELETE | COLLECTION),
    row("ignoreStoreReadErrorWithClusterBreakingPotential", Value::Boolean, DELETE | COLLECTION),
    row("labelSelector", Value::Text, SELECT),
    row("limit", Value::Integer, LIST | COLLECTION),
    row("orphanDependents", Value::Boolean, DELETE | COLLECTION),
    row("preconditions.resourceVersion", Value::Text, DELETE),
    row("preconditions.uid", Value::Text, DELETE),
    row(
        "propagationPolicy",
        Value::OneOf(&["Background", "Foreground", "Orphan"], "Background, Foreground or Orphan"),
        DELETE | COLLECTION,
    ),
    row("resourceVersion", Value::Text, GET | SELECT),
    row("resourceVersionMatch", Value::OneOf(&["Exact", "NotOlderThan"], "Exact or NotOlderThan"), SELECT),
    row("sendInitialEvents", Value::Boolean, SELECT),
    row("shardSelector", Value::Text, SELECT),
    row("timeoutSeconds", Value::Integer, SELECT),
];

pub(crate) fn find(name: &str) -> Option<&'static Parameter> {
    TABLE.iter().find(|parameter| parameter.name == name)
}

impl Parameter {
    /// Passes what the parameter can be.
    pub(crate) fn check(&self, value: &str) -> Result<(), BuildError> {
        let (fits, expected) = match self.value {
            Value::Text => return Ok(()),
            Value::Integer => {
                (number(value).is_some_and(|number| number <= u32::MAX.into()), "a whole number, 0 or more")
            }
            Value::Boolean => (value == "true" || value == "false", "true or false"),
            Value::OneOf(choices, expected) => (choices.contains(&value), expected),
        };
        if fits {
            return Ok(());
        }
        Err(BuildError::value(self.name, value, expected))
    }

    pub(crate) fn suits(&self, verb: Verb) -> bool {
        self.verbs & verb.bit() != 0
    }

    /// A DeleteOptions body makes the API server ignore the query, so what is of a deletion goes into the body: a dry
    /// run in the query would really delete.
    pub(crate) fn is_in_body(&self, verb: Verb) -> bool {
        let of_deletion = self.suits(Verb::Delete) && !self.suits(Verb::Get);
        of_deletion && matches!(verb, Verb::Delete | Verb::DeleteCollection)
    }
}
