//! `cargo xtask js`: the npm package in `bindings/js`, built whole.
//!
//! Cargo makes the WebAssembly files, wasm-bindgen their JavaScript, binaryen makes them small, and TypeScript does the rest. What
//! a file may import, contain and weigh is checked on the way.

mod bindgen;
mod imports;
mod names;
mod size;

use crate::{
    root::{root, target},
    run::{at, cargo, run},
    tools::{self, WASM},
};
use anyhow::{Context, Result, bail, ensure};
use lexopt::Parser;
use std::{
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
};

/// What rustc may use in a WebAssembly file: binaryen refuses what it is not told of.
const FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// A WebAssembly file of the package.
struct File {
    /// Its name in the package, without its end.
    name: &'static str,
    /// The crate that it is built from.
    package: &'static str,
    /// What wasm-bindgen's JavaScript is called: not as a module of TypeScript is.
    glue: &'static str,
    /// The stack, in bytes. It lies in front of all else, so that one too deep traps.
    stack: u32,
    kept_off: &'static [names::Rule],
    /// How binaryen makes it small.
    optimise: &'static [&'static str],
}

const FILES: [File; 2] = [
    File {
        name: "core",
        package: "kubewire-js",
        glue: "core",
        // Nothing in the core goes deep, so that a small one does; what lies behind it, all constants, then has addresses of one byte less.
        stack: 65_536,
        kept_off: names::CORE,
        // Flat code and rebuilt loops give `-Oz` more to find, and each round lays bare more for the next; hints of alignment say
        // nothing to any engine.
        optimise: &["--flatten", "--rereloop", "-Oz", "-Oz", "-Oz", "--dealign"],
    },
    File {
        name: "sandbox",
        package: "kubewire-js-sandbox",
        glue: "sandbox-core",
        // Objects may be nested 128 deep, and are walked by what calls itself: as much as on most hosts.
        stack: 1_048_576,
        kept_off: names::SANDBOX,
        optimise: &["-Oz"],
    },
];

/// Whether this run has built the package already: the stages of one test run share it.
static BUILT: AtomicBool = AtomicBool::new(false);

pub(crate) fn main(mut words: Parser) -> Result<()> {
    if let Some(word) = words.next()? {
        return Err(word.unexpected().into());
    }
    if let Some(missing) = tools::missing_node() {
        bail!("{missing}");
    }
    build()
}

/// The package's folder.
pub(crate) fn dir() -> PathBuf {
    root().join("bindings/js")
}

/// Builds the package, unless this run has.
pub(crate) fn prepare() -> Result<()> {
    if BUILT.load(Ordering::Relaxed) { Ok(()) } else { build() }
}

/// Builds the package: `bindings/js/dist`.
pub(crate) fn build() -> Result<()> {
    install()?;
    let from = build_unoptimised()?;
    let dist = dir().join("dist");
    fs::create_dir_all(&dist).with_context(|| format!("could not make {}", dist.display()))?;
    for file in &FILES {
        file.finish(&from, &dist)?;
    }
    run(&mut at(&dir(), "npm", &["run", "build"]))?;
    BUILT.store(true, Ordering::Relaxed);
    Ok(())
}

/// The part that needs no Node: cargo, wasm-bindgen, and the checks that do not need the final files. Gives the folder of
/// wasm-bindgen's output.
pub(crate) fn build_unoptimised() -> Result<PathBuf> {
    tools::wasm_target()?;
    bindgen::check_version()?;
    let to = target().join("js");
    for file in &FILES {
        file.build(&to)?;
    }
    Ok(to)
}

impl File {
    fn build(&self, to: &Path) -> Result<()> {
        // Panics name their places, and those must not be the builder's own.
        let home = tools::cargo_home()?;
        let flags = format!(
            "--remap-path-prefix={}= --remap-path-prefix={}= -C link-arg=-zstack-size={}",
            home.display(),
            root().display(),
            self.stack
        );
        let words = ["build", "-p", self.package, "--target", WASM, "--profile", "wasm"];
        run(cargo(&words).env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", flags))?;
        let built = target().join(WASM).join(format!("wasm/{}.wasm", self.package.replace('-', "_")));
        names::check(&read(&built)?, self.kept_off)?;
        bindgen::run(&built, to, self.glue)?;
        imports::check(&read(&to.join(self.built()))?, self.glue)
    }

    fn finish(&self, from: &Path, dist: &Path) -> Result<()> {
        let name = format!("{}.wasm", self.name);
        optimise(&from.join(self.built()), &dist.join(&name), self.optimise)?;
        for name in [format!("{}.js", self.glue), format!("{}.d.ts", self.glue)] {
            fs::copy(from.join(&name), dist.join(&name)).with_context(|| format!("could not copy {name}"))?;
        }
        let wasm = read(&dist.join(&name))?;
        imports::check(&wasm, self.glue)?;
        size::check(&wasm, &name, &dir().join("size-budget.json"))
    }

    /// What wasm-bindgen calls the file.
    fn built(&self) -> String {
        format!("{}_bg.wasm", self.glue)
    }
}

/// Installs what `package-lock.json` names, unless it is there.
fn install() -> Result<()> {
    let dir = dir();
    ensure!(
        dir.join("package.json").is_file(),
        "bindings/js has no package.json yet: the npm package is to be written"
    );
    let changed = |name: &str| fs::metadata(dir.join(name)).and_then(|file| file.modified()).ok();
    let lock = changed("package-lock.json")
        .context("bindings/js has no package-lock.json: run `npm install` there")?;
    if changed("node_modules/.package-lock.json").is_some_and(|installed| installed >= lock) {
        return Ok(());
    }
    run(&mut at(&dir, "npm", &["ci", "--no-audit", "--no-fund"]))
}

fn optimise(from: &Path, to: &Path, passes: &[&str]) -> Result<()> {
    let program = dir().join("node_modules/binaryen/bin/wasm-opt");
    ensure!(
        program.is_file(),
        "no wasm-opt: `binaryen` must be one of the devDependencies in bindings/js/package.json"
    );
    let strip = ["--strip-debug", "--strip-producers", "--strip-target-features"];
    run(at(root(), "node", &[])
        .arg(program)
        .arg(from)
        // Addresses below 1024 are the last of the stack: where they are not counted on, an addition can go into the load that follows it.
        .arg("--low-memory-unused")
        .args(passes)
        .args(FEATURES)
        .args(strip)
        .arg("-o")
        .arg(to))
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("could not read {}", path.display()))
}
