//! The house rules: what a machine can check without building anything.

mod crates;
mod host;
mod lengths;
mod top;

use crate::{
    root::root,
    run::{at, read},
};
use anyhow::{Result, bail};

/// Checks them all, and fails with every breach of any.
pub(crate) fn check() -> Result<()> {
    let files = tracked()?;
    let mut breaches = Vec::new();
    breaches.extend(lengths::breaches(&files)?);
    breaches.extend(top::breaches(&files));
    breaches.extend(crates::breaches()?);
    breaches.extend(host::breaches(&files)?);
    if breaches.is_empty() {
        return Ok(());
    }
    bail!("{} house rules are broken:\n  {}", breaches.len(), breaches.join("\n  "))
}

/// The paths of the repository's own files, from its root.
fn tracked() -> Result<Vec<String>> {
    let listed = read(&mut at(root(), "git", &["ls-files", "-z"]))?;
    // A file that is deleted but not yet committed so is listed all the same.
    let present = |path: &&str| !path.is_empty() && root().join(path).exists();
    Ok(listed.split('\0').filter(present).map(String::from).collect())
}
