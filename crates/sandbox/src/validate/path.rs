//! Paths, as far as they must stay within a directory.

use super::fault::Fault;
use super::part::Part;

const BACK: &str = "must not contain '..'";

/// None of its parts leads back.
pub(super) fn forward(path: &Part<'_>) -> Option<Fault> {
    path.text().split('/').any(|part| part == "..").then(|| path.invalid(BACK))
}

/// It begins and ends within a directory.
pub(super) fn within(path: &Part<'_>) -> Vec<Fault> {
    let absolute = path.text().starts_with('/').then(|| path.invalid("must be a relative path"));
    absolute.into_iter().chain(forward(path)).collect()
}

/// It is within a directory, and none of those that the kubelet keeps for itself there.
pub(super) fn free_within(path: &Part<'_>) -> Vec<Fault> {
    let mut faults = within(path);
    if path.text().starts_with("..") && !path.text().starts_with("../") {
        faults.push(path.invalid("must not start with '..'"));
    }
    faults
}
