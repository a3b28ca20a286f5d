//! Rules of schemas (`x-kubernetes-validations`), which are expressions in CEL. They are parsed and evaluated by a library; which types go
//! together, and so which rules a definition may have, is judged here, as the server does it before it takes a definition.
//!
//! Source: <https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation-rules>.

mod bill;
mod check;
mod compile;
mod cost;
mod declared;
mod depth;
mod failure;
mod functions;
mod lower;
mod misfit;
mod parse;
mod path;
mod rules;
mod run;
mod types;
mod value;

pub(super) use compile::Node;
pub(super) use rules::{faults, unknown};

/// What is judged.
const SELF: &str = "self";
/// What was there before.
const OLD: &str = "oldSelf";
