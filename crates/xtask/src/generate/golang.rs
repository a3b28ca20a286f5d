//! What OpenAPI does not say of a type, from the Go source that the server is built from: whether a field is written where it is empty, and what
//! Go calls types that are texts or numbers underneath.
//!
//! It reads just enough of Go: the structs and named types of the API's own packages, which are written in one style.

use anyhow::{Context, Result, ensure};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// The modules in which the API's types stand, with what their names begin with in OpenAPI.
const MODULES: [(&str, &str); 4] = [
    ("io.k8s.apimachinery.", "k8s.io/apimachinery"),
    ("io.k8s.apiextensions-apiserver.", "k8s.io/apiextensions-apiserver"),
    ("io.k8s.kube-aggregator.", "k8s.io/kube-aggregator"),
    ("io.k8s.api.", "k8s.io/api"),
];

/// One field of a struct.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GoField {
    /// As written: `*int32`, `[]v1.Condition`, `PodPhase`, with the names of packages as in errors.
    pub(crate) kind: String,
    pub(crate) omit_empty: bool,
    pub(crate) omit_zero: bool,
    /// In protobuf; 0 where it has none.
    pub(crate) number: u32,
}

/// One package.
#[derive(Debug, Default)]
pub(crate) struct Package {
    structs: BTreeMap<String, Vec<(String, GoField)>>,
    /// The named types that are no structs, with what they are.
    named: BTreeMap<String, String>,
}

/// The packages, read when they are first asked for.
pub(crate) struct Source {
    modules: Vec<(&'static str, PathBuf)>,
    packages: BTreeMap<String, Package>,
}

impl Source {
    /// The source in Go's module cache, as the module in `dir` has it.
    pub(crate) fn find(dir: &Path) -> Result<Self> {
        let names = MODULES.map(|(_, module)| module);
        let out = Command::new("go")
            .args(["list", "-m", "-f", "{{.Dir}}"])
            .args(names)
            .current_dir(dir)
            .output()
            .context("could not run `go list`")?;
        ensure!(out.status.success(), "`go list` failed: {}", String::from_utf8_lossy(&out.stderr));
        let dirs = String::from_utf8(out.stdout)?;
        let dirs: Vec<_> = dirs.lines().map(PathBuf::from).collect();
        ensure!(dirs.len() == MODULES.len(), "`go list` does not know all of {names:?}");
        let modules = MODULES.iter().map(|(prefix, _)| *prefix).zip(dirs).collect();
        Ok(Self { modules, packages: BTreeMap::new() })
    }

    /// The package that holds a type of this OpenAPI name.
    pub(crate) fn package(&mut self, name: &str) -> Result<&Package> {
        let (package, _) = name.rsplit_once('.').context("a type without a package")?;
        if !self.packages.contains_key(package) {
            let found =
                self.modules.iter().find_map(|(prefix, dir)| Some((package.strip_prefix(prefix)?, dir)));
            let (path, dir) = found.with_context(|| format!("no module has {package}"))?;
            let read = read(&dir.join(path.replace('.', "/")))?;
            self.packages.insert(package.to_owned(), read);
        }
        Ok(&self.packages[package])
    }
}

impl Package {
    /// The field of a struct by its JSON name, also in what is embedded in it.
    pub(crate) fn field(&self, name: &str, json: &str) -> Option<&GoField> {
        let fields = self.structs.get(name)?;
        let own = fields.iter().find(|(own, _)| own == json).map(|(_, field)| field);
        own.or_else(|| {
            let embedded = fields.iter().filter(|(own, _)| own.is_empty());
            embedded.filter_map(|(_, field)| self.field(&field.kind, json)).next()
        })
    }

    /// The numbers that lead to a field in protobuf, where what is embedded is a message of its own: `3`, or `1.3`; `-` where there is none.
    pub(crate) fn numbers(&self, name: &str, json: &str) -> Option<String> {
        let fields = self.structs.get(name)?;
        if let Some((_, field)) = fields.iter().find(|(own, _)| own == json) {
            return Some(if field.number == 0 { "-".to_owned() } else { field.number.to_string() });
        }
        let embedded = fields.iter().filter(|(own, _)| own.is_empty());
        embedded
            .filter_map(|(_, field)| Some(format!("{}.{}", field.number, self.numbers(&field.kind, json)?)))
            .next()
    }

    /// What a named type of this package is underneath.
    pub(crate) fn underlying(&self, name: &str) -> Option<&str> {
        self.named.get(name).map(String::as_str)
    }
}

fn read(dir: &Path) -> Result<Package> {
    let mut package = Package::default();
    let files = fs::read_dir(dir).with_context(|| format!("could not read {}", dir.display()))?;
    let mut paths: Vec<_> = files.map(|file| Ok(file?.path())).collect::<Result<_>>()?;
    paths.sort();
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let is_source = name.ends_with(".go") && !name.ends_with("_test.go");
        if is_source && !name.starts_with("zz_") && !name.starts_with("generated") {
            package.read(&fs::read_to_string(&path)?);
        }
    }
    Ok(package)
}

impl Package {
    fn read(&mut self, source: &str) {
        let imports: BTreeMap<&str, &str> = source.lines().filter_map(import).collect();
        let mut lines = source.lines();
        while let Some(line) = lines.next() {
            let Some(rest) = line.strip_prefix("type ") else { continue };
            let Some((name, what)) = rest.split_once(' ') else { continue };
            if what.trim() != "struct {" {
                let what = what.split("//").next().unwrap_or_default().trim();
                self.named.insert(name.to_owned(), what.to_owned());
                continue;
            }
            let fields =
                lines.by_ref().take_while(|line| *line != "}").filter_map(|line| field(line, &imports));
            self.structs.insert(name.to_owned(), fields.collect());
        }
    }
}

/// `metav1 "k8s.io/…/v1"`: what a package is called here, and what it is called in Go's errors.
fn import(line: &str) -> Option<(&str, &str)> {
    let (alias, path) = line.strip_prefix('\t')?.split_once(" \"")?;
    let name = path.strip_suffix('"')?.rsplit('/').next()?;
    alias.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_').then_some((alias, name))
}

/// A line of a struct; what is embedded has no JSON name.
fn field(line: &str, imports: &BTreeMap<&str, &str>) -> Option<(String, GoField)> {
    let line = line.trim();
    if line.starts_with("//") {
        return None;
    }
    let (declared, tags) = line.split_once('`')?;
    let tag = tags.split_once("json:\"")?.1.split('"').next()?;
    let mut options = tag.split(',');
    let json = options.next().unwrap_or_default().to_owned();
    let options: Vec<_> = options.collect();
    let kind = declared.split_whitespace().last()?;
    let alias = imports.iter().find_map(|(alias, name)| {
        let start = kind.find(&format!("{alias}."))?;
        let before = kind.get(..start).unwrap_or_default();
        let bounded = !before.ends_with(|c: char| c.is_ascii_alphanumeric());
        bounded.then(|| format!("{before}{name}{}", kind.get(start + alias.len()..).unwrap_or_default()))
    });
    let kind = alias.unwrap_or_else(|| kind.to_owned());
    let has = |name: &str| options.contains(&name);
    let number = tags.split_once("protobuf:\"").and_then(|(_, tag)| tag.split(',').nth(1)?.parse().ok());
    let number = number.unwrap_or_default();
    let field = GoField { number, kind, omit_empty: has("omitempty"), omit_zero: has("omitzero") };
    Some((json, field))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn structs_are_read() {
        let mut package = Package::default();
        package.read(
            "import (\n\tmetav1 \"k8s.io/apimachinery/pkg/apis/meta/v1\"\n)\n\ntype Phase string // a phase\n\ntype Inner struct {\n\t// One.\n\tA int `json:\"a\" protobuf:\"varint,7,opt,name=a\"`\n}\n\ntype Outer struct {\n\tInner `json:\",inline\" protobuf:\"bytes,1,opt,name=inner\"`\n\n\tB *metav1.Time `json:\"b,omitempty,omitzero\" protobuf:\"bytes,2,opt,name=b\"`\n\tC Phase `json:\"c,omitempty\"`\n}\n",
        );
        let field = |name| package.field("Outer", name).unwrap();
        assert_eq!(
            field("b"),
            &GoField { kind: "*v1.Time".into(), omit_empty: true, omit_zero: true, number: 2 }
        );
        assert_eq!(package.numbers("Outer", "b").as_deref(), Some("2"));
        assert_eq!(package.numbers("Outer", "a").as_deref(), Some("1.7"));
        assert_eq!(package.numbers("Outer", "c").as_deref(), Some("-"));
        assert_eq!((field("a").kind.as_str(), field("a").omit_empty), ("int", false));
        assert_eq!(package.underlying(&field("c").kind), Some("string"));
        assert!(package.field("Outer", "none").is_none());
    }
}
