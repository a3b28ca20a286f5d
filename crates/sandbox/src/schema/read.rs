//! The text of a table, as `cargo xtask generate` writes it (`crates/xtask/src/generate/schema.rs` says its form).

use std::collections::BTreeMap;

use super::{Empty, Field, List, Map, Merge, Order, Scalar, Struct, Table, Text, Type};

const SCALARS: [(&str, Scalar); 10] = [
    ("string", Scalar::Text),
    ("int32", Scalar::Int32),
    ("int64", Scalar::Int64),
    ("double", Scalar::Double),
    ("bool", Scalar::Flag),
    ("bytes", Scalar::Bytes),
    ("time", Scalar::Time),
    ("microtime", Scalar::MicroTime),
    ("quantity", Scalar::Quantity),
    ("intstr", Scalar::IntOrString),
];

/// Reads a table; `None` where it is none.
pub(crate) fn table(text: &'static str) -> Option<Table> {
    let places = places(text);
    let mut table = Table::default();
    let mut package = "";
    for line in text.lines() {
        if let Some(name) = line.strip_prefix('@') {
            package = name;
        } else if let Some(field) = line.strip_prefix(' ') {
            let field = self::field(field, package, &places)?;
            table.structs.last_mut()?.fields.push(field);
        } else {
            let mut words = line.split(' ');
            let name = words.next()?;
            let mut atomic = false;
            for word in words {
                if word == "atomic" {
                    atomic = true;
                } else {
                    table.kinds.insert((word.into(), name.into()), table.structs.len());
                }
            }
            table.structs.push(Struct {
                name: name.into(),
                package: package.into(),
                fields: Vec::new(),
                atomic,
                open: false,
            });
        }
    }
    Some(table)
}

/// Where each struct will stand, by package and name.
fn places(text: &str) -> BTreeMap<(&str, &str), usize> {
    let mut package = "";
    let mut places = BTreeMap::new();
    for line in text.lines().filter(|line| !line.starts_with(' ')) {
        match line.strip_prefix('@') {
            Some(name) => package = name,
            None => {
                let name = line.split(' ').next().unwrap_or_default();
                places.insert((package, name), places.len());
            }
        }
    }
    places
}

fn field(line: &'static str, package: &str, places: &BTreeMap<(&str, &str), usize>) -> Option<Field> {
    // A default may hold spaces, so it comes last.
    let (line, default) = match line.split_once(" =") {
        Some((line, default)) => (line, Some(serde_json::from_str(default).ok()?)),
        None => (line, None),
    };
    let mut words = line.split(' ');
    let (name, kind) = (words.next()?, words.next()?);
    let (kind, empty) = match kind.split_at_checked(kind.len().checked_sub(1)?)? {
        (kind, "?") => (kind, Empty::Keep),
        (kind, "!") => (kind, Empty::Zero),
        (kind, "~") => (kind, Empty::Null),
        _ => (kind, Empty::Omit),
    };
    let mut kind = self::kind(kind, package, places)?;
    let (mut atomic, mut granular, mut replace) = (false, false, false);
    for word in words {
        let list = match &mut kind {
            Type::List(list) => Some(list),
            _ => None,
        };
        match (word.split_once('=').unwrap_or((word, "")), list) {
            (("atomic", _), _) => atomic = true,
            (("granular", _), _) => granular = true,
            (("replace", _), _) => replace = true,
            (("set", _), Some(list)) => list.order = Order::Set,
            (("keys", keys), Some(list)) => {
                list.order = Order::Keyed(keys.split(',').map(Text::from).collect());
            }
            (("merge", ""), Some(list)) => list.merge = Merge::Set,
            (("merge", key), Some(list)) => list.merge = Merge::Keyed(key.into()),
            _ => return None,
        }
    }
    Some(Field { name: name.into(), kind, empty, atomic, granular, replace, default })
}

/// Whether what a list or a map holds in the end has Go's name.
fn has_name(text: &str) -> bool {
    let word = text.trim_start_matches(['[', ']', '{', '}']);
    matches!(word, "string" | "int32" | "int64" | "double" | "bool")
}

fn kind(text: &'static str, package: &str, places: &BTreeMap<(&str, &str), usize>) -> Option<Type> {
    // Go's name is that of a text or a number where there is one, and else that of the whole.
    let (inner, go) = match text.split_once(':') {
        Some((inner, go)) if !has_name(inner) => (inner, Some(Text::from(go))),
        _ => (text, None),
    };
    if let Some(items) = inner.strip_prefix("[]") {
        let items = kind(items, package, places)?;
        return Some(Type::List(Box::new(List { items, go, order: Order::Atomic, merge: Merge::Replace })));
    }
    if let Some(values) = inner.strip_prefix("{}") {
        let values = kind(values, package, places)?;
        return Some(Type::Map(Box::new(Map { values, go })));
    }
    let (word, go) = match text.split_once(':') {
        Some((word, go)) => (word, Some(Text::from(go))),
        None => (text, None),
    };
    if let Some((_, scalar)) = SCALARS.iter().find(|(own, _)| *own == word) {
        return Some(Type::Scalar(*scalar, go));
    }
    if matches!(word, "any" | "raw") {
        return Some(Type::Any);
    }
    let at = match word.rsplit_once('.') {
        Some((package, name)) => places.get(&(package, name)),
        None => places.get(&(package, word)),
    };
    at.map(|&at| Type::Struct(at))
}

#[cfg(test)]
mod tests {
    use super::super::builtin;
    use super::*;
    use kubewire::Builtin;

    #[test]
    fn every_built_in_kind_has_its_type() {
        let table = table(include_str!("builtin.txt")).unwrap();
        assert!(table.structs.len() > 500, "{}", table.structs.len());
        for row in Builtin.rows() {
            let kind = row.resource;
            let group = if kind.group.is_empty() { String::new() } else { format!("{}/", kind.group) };
            let version = format!("{group}{}", kind.version);
            assert!(table.kind(&version, &kind.kind).is_some(), "{version} {}", kind.kind);
        }
        let sorted = |one: &Struct| one.fields.is_sorted_by(|a, b| a.name < b.name);
        assert!(table.structs.iter().all(sorted));
    }

    #[test]
    fn fields_are_read_with_what_is_special_about_them() {
        let deployment = builtin().kind("apps/v1", "Deployment").unwrap();
        let go = |path: &[&str]| {
            path.iter().fold(deployment, |at, name| match *name {
                "[]" => at.items().unwrap(),
                name => at.field(name).unwrap(),
            })
        };
        for (path, wanted) in [
            (&["spec"][..], "v1.DeploymentSpec"),
            (&["spec", "replicas"], "int32"),
            (&["spec", "template", "spec", "containers"], "[]v1.Container"),
            (&["spec", "template", "spec", "containers", "[]", "imagePullPolicy"], "v1.PullPolicy"),
            (&["spec", "template", "spec", "containers", "[]", "resources", "limits"], "v1.ResourceList"),
            (&["spec", "template", "spec", "containers", "[]", "command"], "[]string"),
            (&["spec", "selector", "matchLabels"], "map[string]string"),
            (&["metadata", "ownerReferences", "[]", "uid"], "types.UID"),
        ] {
            assert_eq!(go(path).go(), wanted, "{path:?}");
        }
        assert_eq!(go(&["spec", "replicas"]).empty(), Empty::Keep);
        assert_eq!(go(&["spec", "template"]).empty(), Empty::Zero);
    }
}
