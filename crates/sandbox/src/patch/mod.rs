//! Patches: from an object and a patch to another object, each kind as the server's own library does it.

mod json_patch;
mod merge;
mod order;
mod strategic;

use serde_json::Value;

use crate::wire::{Problem, Refusal};

pub(crate) use json_patch::unknown;
pub(crate) use merge::merge;
pub(crate) use strategic::strategic;

/// Applies a JSON patch.
///
/// # Errors
/// 413 for too many operations, 422 where one cannot be done.
pub(crate) fn json(object: Value, patch: &Value) -> Result<Value, Refusal> {
    json_patch::apply(object, patch)
}

/// 422 for what is understood and cannot be done; the server does not say why.
fn cannot() -> Refusal {
    Problem::unprocessable().into()
}
