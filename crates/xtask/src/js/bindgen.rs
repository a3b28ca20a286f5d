//! wasm-bindgen, as a library: nothing to install, and always the version in `Cargo.lock`.

use crate::root::root;
use anyhow::{Context, Result, anyhow, ensure};
use std::{fs, path::Path};
use wasm_bindgen_cli_support::Bindgen;

/// Fails when the crate and the tool are of different versions: they speak a language of that version alone.
pub(super) fn check_version() -> Result<()> {
    let lock = fs::read_to_string(root().join("Cargo.lock")).context("could not read Cargo.lock")?;
    agree(&lock)
}

fn agree(lock: &str) -> Result<()> {
    let tool = version(lock, "wasm-bindgen-cli-support")
        .context("Cargo.lock does not name wasm-bindgen-cli-support")?;
    let library = version(lock, "wasm-bindgen")
        .context("Cargo.lock does not name wasm-bindgen: bindings/js has to depend on it, as `wasm-bindgen = \"=VERSION\"`")?;
    ensure!(
        library == tool,
        "bindings/js uses wasm-bindgen {library} and crates/xtask wasm-bindgen-cli-support {tool}: pin both to one version"
    );
    Ok(())
}

/// Writes `NAME_bg.wasm`, `NAME.js` and `NAME.d.ts` to `to`, made from the file that cargo built.
pub(super) fn run(wasm: &Path, to: &Path, name: &str) -> Result<()> {
    Bindgen::new()
        .input_path(wasm)
        .out_name(name)
        .web(true)
        // The hosts' own entries say where the file is; a path in here makes bundlers ship it twice.
        .and_then(|bindgen| bindgen.omit_default_module_path(true).typescript(true).debug(false).generate(to))
        .map_err(|cause| anyhow!("wasm-bindgen could not read {}: {cause:#}", wasm.display()))
}

/// The version of `name` in a `Cargo.lock`.
fn version<'a>(lock: &'a str, name: &str) -> Option<&'a str> {
    let wanted = format!("name = \"{name}\"");
    let mut lines = lock.lines().skip_while(|line| *line != wanted);
    lines.find_map(|line| line.strip_prefix("version = \"")?.strip_suffix('"'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lock(library: &str) -> String {
        let package = |name, version| format!("[[package]]\nname = \"{name}\"\nversion = \"{version}\"\n\n");
        package("wasm-bindgen", library) + &package("wasm-bindgen-cli-support", "0.2.2")
    }

    #[test]
    fn versions_must_agree() {
        agree(&lock("0.2.2")).unwrap();
        let error = agree(&lock("0.2.1")).unwrap_err().to_string();
        assert!(error.starts_with("bindings/js uses wasm-bindgen 0.2.1 and"), "{error}");
        assert!(agree("").is_err());
    }
}
