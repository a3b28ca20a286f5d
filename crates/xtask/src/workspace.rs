//! What cargo knows of the workspace.

use crate::run::{cargo, read};
use anyhow::{Context, Result, ensure};
use serde_json::Value;

/// The workspace's packages.
pub(crate) struct Workspace {
    packages: Vec<Value>,
}

impl Workspace {
    pub(crate) fn read() -> Result<Self> {
        let text = read(&mut cargo(&["metadata", "--no-deps", "--format-version", "1"]))?;
        Self::parse(&text)
    }

    fn parse(text: &str) -> Result<Self> {
        let document: Value = serde_json::from_str(text).context("`cargo metadata` did not give JSON")?;
        let packages = document["packages"].as_array().context("`cargo metadata` lists no packages")?;
        Ok(Self { packages: packages.clone() })
    }

    /// `-p NAME` for each package that may be published.
    pub(crate) fn publishable(&self) -> Vec<&str> {
        let names = self
            .packages
            .iter()
            .filter(|one| one["publish"].is_null())
            .filter_map(|one| one["name"].as_str());
        names.flat_map(|name| ["-p", name]).collect()
    }

    /// Whether `package`, or any if it is `None`, has features to switch.
    pub(crate) fn has_features(&self, package: Option<&str>) -> bool {
        let mut asked = self.packages.iter().filter(|one| package.is_none_or(|name| one["name"] == name));
        asked.any(|one| one["features"].as_object().is_some_and(|features| !features.is_empty()))
    }

    /// The oldest toolchain that the published packages promise to build with, as rustup names it.
    pub(crate) fn oldest_rust(&self) -> Result<String> {
        let mut promised: Vec<&str> =
            self.packages.iter().filter_map(|one| one["rust_version"].as_str()).collect();
        promised.dedup();
        let [version] = promised[..] else {
            anyhow::bail!(
                "the packages should share one rust-version, but have {promised:?}: inherit the workspace's"
            )
        };
        ensure!(!version.is_empty(), "the workspace declares an empty rust-version");
        Ok(if version.matches('.').count() < 2 { format!("{version}.0") } else { version.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::Workspace;

    const TEXT: &str = r#"{"packages": [
        {"name": "a", "publish": null, "rust_version": "1.88", "features": {}},
        {"name": "b", "publish": [], "rust_version": "1.88", "features": {"x": []}}
    ]}"#;

    #[test]
    fn is_read() {
        let workspace = Workspace::parse(TEXT).unwrap();
        assert_eq!(workspace.publishable(), ["-p", "a"]);
        assert!(
            workspace.has_features(None)
                && workspace.has_features(Some("b"))
                && !workspace.has_features(Some("a"))
        );
        assert_eq!(workspace.oldest_rust().unwrap(), "1.88.0");
    }
}
