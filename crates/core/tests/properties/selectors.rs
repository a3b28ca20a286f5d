//! Selectors, built of words that are good, bad and worse.

use std::collections::BTreeMap;

use kubewire::{FieldSelector, Labels, Operator, Selector};
use proptest::prelude::*;
use proptest::sample::select;

use crate::config;

const WORDS: &[&str] = &["a", "b", "c", "in", "notin", "1", "2", "10", "x.y/a", "A_b.c-d"];

/// Words that a label can have, or now and then none.
fn word(bad: u32) -> impl Strategy<Value = String> {
    prop_oneof![
        20 => select(WORDS).prop_map(String::from),
        bad => "[-a-z0-9_./=!(),<>\"\\\\ \0\u{e9}]{0,6}",
    ]
}

/// One requirement: its operator by number, its key and its values.
type One = (u8, String, Vec<String>);

fn requirements(bad: u32) -> impl Strategy<Value = Vec<One>> {
    let values = prop::collection::vec(word(bad), 1..4);
    prop::collection::vec((0_u8..8, word(bad), values), 0..4)
}

fn number(word: &str) -> u32 {
    word.parse().unwrap_or(5)
}

fn built(all: &[One]) -> Selector {
    all.iter().fold(Selector::new(), |selector, (operator, key, values)| match operator {
        0 => selector.equals(key, &values[0]),
        1 => selector.not_equals(key, &values[0]),
        2 => selector.is_in(key, values),
        3 => selector.not_in(key, values),
        4 => selector.exists(key),
        5 => selector.does_not_exist(key),
        6 => selector.greater_than(key, number(&values[0])),
        _ => selector.less_than(key, number(&values[0])),
    })
}

/// What the requirements mean, said once more and otherwise.
fn model(all: &[One], labels: &BTreeMap<String, String>) -> bool {
    all.iter().all(|(operator, key, values)| {
        let label = labels.get(key);
        let numbers = label.and_then(|label| label.parse::<u32>().ok());
        match operator {
            0 => label == Some(&values[0]),
            1 => label != Some(&values[0]),
            2 => values.iter().any(|value| label == Some(value)),
            3 => values.iter().all(|value| label != Some(value)),
            4 => labels.contains_key(key),
            5 => !labels.contains_key(key),
            6 => numbers.is_some_and(|label| label > number(&values[0])),
            _ => numbers.is_some_and(|label| label < number(&values[0])),
        }
    })
}

proptest! {
    #![proptest_config(config(2000))]

    /// What is built of anything is read again as itself, or not at all: never as something else.
    #[test]
    fn text_means_what_was_built(all in requirements(2)) {
        let selector = built(&all);
        let text = selector.to_string();
        if let Ok(read) = text.parse::<Selector>() {
            prop_assert_eq!(read.to_string(), text);
            prop_assert_eq!(read, selector);
        } else {
            let plain = |word: &String| WORDS.contains(&word.as_str()) && !word.contains('/');
            let good = all.iter().all(|(_, key, values)| WORDS.contains(&key.as_str()) && values.iter().all(plain));
            prop_assert!(!good, "{}", text);
        }
    }

    #[test]
    fn matching_agrees_with_the_model(all in requirements(0), labels in prop::collection::btree_map(word(0), word(0), 0..6)) {
        prop_assert_eq!(built(&all).matches(&labels), model(&all, &labels));
        prop_assert_eq!(built(&all).requirements().filter(|one| one.operator() == Operator::Exists).all(|one| labels.label(one.key()).is_some()),
            all.iter().filter(|one| one.0 == 4).all(|one| labels.contains_key(&one.1)));
    }

    #[test]
    fn any_text_is_read_once_and_for_all(text in "[ab01=!(),<>\\\\ in\0]{0,16}") {
        if let Ok(selector) = text.parse::<Selector>() {
            prop_assert_eq!(selector.to_string().parse::<Selector>().unwrap(), selector);
        }
        let fields = text.parse::<FieldSelector>();
        if let Some(selector) = fields.ok().filter(|read| read.terms().all(|(field, ..)| !field.is_empty() && !field.contains('\\') && !field.ends_with('!'))) {
            prop_assert_eq!(selector.to_string().parse::<FieldSelector>().unwrap(), selector);
        }
    }

    #[test]
    fn fields_mean_what_was_built(terms in prop::collection::vec((word(3), any::<bool>(), word(3)), 0..4)) {
        let selector = terms.iter().fold(FieldSelector::new(), |selector, (field, equal, value)| {
            if *equal { selector.equals(field, value) } else { selector.not_equals(field, value) }
        });
        if let Ok(read) = selector.to_string().parse::<FieldSelector>() {
            prop_assert_eq!(read, selector);
        } else {
            prop_assert!(terms.iter().any(|(field, ..)| !WORDS.contains(&field.as_str())), "{}", selector);
        }
    }
}
