//! The final file asks its host for nothing but wasm-bindgen's own glue: an import of anything else (a clock, a random
//! number, a C function under `env`) is a core that does IO, or a file that does not load.

use anyhow::{Context, Result, ensure};
use wasmparser::{Parser, Payload};

/// `glue` is the name of wasm-bindgen's own module.
pub(super) fn check(wasm: &[u8], glue: &str) -> Result<()> {
    let imports = imports(wasm).context("could not read the imports of the WebAssembly file")?;
    let own = format!("./{glue}_bg.js");
    let is_glue = |module: &str, name: &str| {
        module == own && (name.starts_with("__wbindgen") || name.starts_with("__wbg_"))
    };
    let strangers: Vec<_> = imports.iter().filter(|(module, name)| !is_glue(module, name)).collect();
    let listed: Vec<_> = strangers.iter().map(|(module, name)| format!("{module} {name}")).collect();
    ensure!(listed.is_empty(), "the WebAssembly file imports what no host gives it: {}", listed.join(", "));
    println!("{glue}: {} imports, all of wasm-bindgen's glue", imports.len());
    Ok(())
}

fn imports(wasm: &[u8]) -> Result<Vec<(String, String)>> {
    let mut imports = Vec::new();
    for payload in Parser::new(0).parse_all(wasm) {
        if let Payload::ImportSection(section) = payload? {
            for import in section.into_imports() {
                let import = import?;
                imports.push((import.module.to_owned(), import.name.to_owned()));
            }
        }
    }
    Ok(imports)
}

#[cfg(test)]
mod tests {
    use super::check;

    /// A file that imports one function.
    fn file(module: &str, name: &str) -> Vec<u8> {
        let text = |text: &str| [&[u8::try_from(text.len()).unwrap()], text.as_bytes()].concat();
        // One function type without parameters and results; one import: two names, and "a function of type 0".
        let import = [vec![1], text(module), text(name), vec![0, 0]].concat();
        let size = u8::try_from(import.len()).unwrap();
        [b"\0asm\x01\0\0\0".as_slice(), &[1, 4, 1, 0x60, 0, 0], &[2, size], &import].concat()
    }

    #[test]
    fn glue_is_fine() {
        check(&file("./core_bg.js", "__wbindgen_throw"), "core").unwrap();
        check(&file("./core_bg.js", "__wbg_new_0123"), "core").unwrap();
    }

    #[test]
    fn strangers_are_found() {
        let error = check(&file("env", "now"), "core").unwrap_err();
        assert_eq!(error.to_string(), "the WebAssembly file imports what no host gives it: env now");
        assert!(check(&file("./core_bg.js", "now"), "core").is_err());
        assert!(check(&file("./core_bg.js", "__wbindgen_throw"), "sandbox-core").is_err());
        assert!(check(b"no file", "core").is_err());
    }
}
