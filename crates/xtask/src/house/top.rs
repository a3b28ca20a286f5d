//! Nothing new at the top of the repository: a newcomer sees at one glance what there is.

use std::collections::BTreeSet;

const ALLOWED: [&str; 11] = [
    "Cargo.toml",
    "Cargo.lock",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "bindings",
    "clippy.toml",
    "crates",
    "deny.toml",
    "rustfmt.toml",
    "tests",
];

pub(super) fn breaches(files: &[String]) -> Vec<String> {
    let top: BTreeSet<&str> = files.iter().filter_map(|file| file.split('/').next()).collect();
    top.into_iter()
        .filter(|name| !name.starts_with('.') && !ALLOWED.contains(name))
        .map(|name| {
            format!(
                "{name} stands at the top of the repository: move it below crates, bindings, tests or .github"
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::breaches;

    #[test]
    fn strangers_are_found() {
        let files =
            ["Cargo.toml", ".ci/run", "crates/core/src/lib.rs", "CHANGELOG.md", "scripts/a", "scripts/b"];
        let found = breaches(&files.map(String::from));
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].starts_with("CHANGELOG.md ") && found[1].starts_with("scripts "));
    }
}
