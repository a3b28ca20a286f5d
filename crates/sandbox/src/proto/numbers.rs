//! The numbers of the fields, from a table that stands beside that of the types (`cargo xtask generate`).

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::schema::{Field, Struct};

/// By package and name of a struct its fields' numbers, in the order of its fields. Two, with a point, are those of a field in a message that Go embeds and JSON
/// does not show; `-` is none.
type Numbers = BTreeMap<(&'static str, &'static str), &'static str>;

fn table() -> &'static Numbers {
    static TABLE: OnceLock<Numbers> = OnceLock::new();
    TABLE.get_or_init(|| read(include_str!("numbers.txt")))
}

fn read(text: &'static str) -> Numbers {
    let mut package = "";
    let mut numbers = Numbers::new();
    for line in text.lines() {
        match line.strip_prefix('@') {
            Some(name) => package = name,
            None => {
                let (name, rest) = line.split_once(' ').unwrap_or((line, ""));
                numbers.insert((package, name), rest);
            }
        }
    }
    numbers
}

/// The fields of a struct, each with the numbers that lead to it.
pub(super) fn of<'s>(own: &'s Struct) -> impl Iterator<Item = (Vec<u64>, &'s Field)> + use<'s> {
    let numbers = table().get(&(&*own.package, &*own.name)).copied().unwrap_or_default();
    let paths =
        numbers.split(' ').map(|one| one.split('.').filter_map(|number| number.parse().ok()).collect());
    paths.zip(&own.fields).filter(|(path, _): &(Vec<u64>, _)| !path.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Shape, builtin};

    #[test]
    fn every_struct_has_its_numbers() {
        let Shape::Struct(pod) = builtin().kind("v1", "Pod").unwrap().shape() else { panic!() };
        let found: Vec<_> = of(pod).map(|(path, field)| (path, &*field.name)).collect();
        assert_eq!(found, [(vec![1], "metadata"), (vec![2], "spec"), (vec![3], "status")]);
        for ((package, name), numbers) in table() {
            let own = builtin().named(package, name).unwrap_or_else(|| panic!("{package}.{name}"));
            assert_eq!(numbers.split_whitespace().count(), own.fields.len(), "{package}.{name}");
        }
    }
}
