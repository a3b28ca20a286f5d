//! What the WebAssembly files weigh, and what they may weigh.

use anyhow::{Context, Result, ensure};
use flate2::{Compression, write::GzEncoder};
use serde_json::Value;
use std::{fs, io::Write, path::Path};

/// Prints the sizes of the file `name`. Fails when it is heavier than `budget`, a file of JSON, allows: `{"gzip": {NAME: BYTES}}`.
pub(super) fn check(wasm: &[u8], name: &str, budget: &Path) -> Result<()> {
    let text = fs::read_to_string(budget).with_context(|| format!("could not read {}", budget.display()))?;
    let gzip = gzipped(wasm)?;
    let allowed = allowed(&text, name)?;
    println!("{name}: {} bytes, {gzip} gzipped, of {allowed} allowed", wasm.len());
    within(name, gzip, allowed)
}

fn within(name: &str, gzip: usize, allowed: usize) -> Result<()> {
    ensure!(
        gzip <= allowed,
        "{name} is {} bytes over its budget of {allowed} gzipped: see what grew (`cargo xtask js` lists what must be kept \
         off it), or raise bindings/js/size-budget.json and say why",
        gzip.saturating_sub(allowed)
    );
    Ok(())
}

fn allowed(budget: &str, name: &str) -> Result<usize> {
    let budget: Value = serde_json::from_str(budget).context("the size budget is not JSON")?;
    let bytes = budget["gzip"][name].as_u64();
    let bytes = bytes.with_context(|| format!("the size budget does not say `gzip` of {name}"))?;
    Ok(usize::try_from(bytes)?)
}

fn gzipped(bytes: &[u8]) -> Result<usize> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_budget_holds() {
        let budget = r#"{"gzip": {"core.wasm": 35000}}"#;
        assert_eq!(allowed(budget, "core.wasm").unwrap(), 35000);
        assert!(allowed(budget, "sandbox.wasm").is_err() && allowed("{}", "core.wasm").is_err());
        within("core.wasm", 35000, 35000).unwrap();
        let error = within("core.wasm", 35001, 35000).unwrap_err().to_string();
        assert!(error.starts_with("core.wasm is 1 bytes over"), "{error}");
    }

    #[test]
    fn repetition_packs() {
        assert!(gzipped(&[0; 10_000]).unwrap() < 100);
    }
}
