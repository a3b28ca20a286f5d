//! What the WebAssembly file weighs, and what it may weigh.

use anyhow::{Context, Result, ensure};
use flate2::{Compression, write::GzEncoder};
use serde_json::Value;
use std::{fs, io::Write, path::Path};

/// Prints the file's sizes. Fails when it is heavier than `budget`, a file of JSON, allows: `{"gzip": BYTES}`.
pub(super) fn check(wasm: &[u8], budget: &Path) -> Result<()> {
    let text = fs::read_to_string(budget).with_context(|| format!("could not read {}", budget.display()))?;
    let gzip = gzipped(wasm)?;
    let allowed = allowed(&text)?;
    println!("core.wasm: {} bytes, {gzip} gzipped, of {allowed} allowed", wasm.len());
    within(gzip, allowed)
}

fn within(gzip: usize, allowed: usize) -> Result<()> {
    ensure!(
        gzip <= allowed,
        "core.wasm is {} bytes over its budget of {allowed} gzipped: see what grew (`cargo xtask js` lists what must be kept \
         off it), or raise bindings/js/size-budget.json and say why",
        gzip.saturating_sub(allowed)
    );
    Ok(())
}

fn allowed(budget: &str) -> Result<usize> {
    let budget: Value = serde_json::from_str(budget).context("the size budget is not JSON")?;
    let bytes = budget["gzip"].as_u64().context("the size budget does not say `gzip`")?;
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
        assert_eq!(allowed(r#"{"gzip": 35000}"#).unwrap(), 35000);
        assert!(allowed("{}").is_err());
        within(35000, 35000).unwrap();
        assert!(within(35001, 35000).unwrap_err().to_string().starts_with("core.wasm is 1 bytes over"));
    }

    #[test]
    fn repetition_packs() {
        assert!(gzipped(&[0; 10_000]).unwrap() < 100);
    }
}
