//! The names that somebody may have meant.

use crate::prelude::*;

/// So many names are told.
const MOST: usize = 3;

/// How many slips of the pen a word can have: one in three letters, at most three. A word beyond the longest name is none.
pub(crate) fn slips(word: &str) -> usize {
    if word.len() > 64 { 0 } else { (word.len() / 3).min(3) }
}

/// Whether a word is a name with at most so many letters put in, left out, changed, or swapped with their neighbour, in any case.
///
/// Tries each slip where the two part, so it is for few slips.
pub(crate) fn is_near(word: &[u8], name: &[u8], slips: usize) -> bool {
    match (word, name) {
        ([], rest) | (rest, []) => rest.len() <= slips,
        ([a, word @ ..], [b, name @ ..]) if a.eq_ignore_ascii_case(b) => is_near(word, name, slips),
        ([a, more @ ..], [b, left @ ..]) => {
            let Some(slips) = slips.checked_sub(1) else { return false };
            let swapped = match (more, left) {
                ([c, more @ ..], [d, left @ ..])
                    if a.eq_ignore_ascii_case(d) && c.eq_ignore_ascii_case(b) =>
                {
                    is_near(more, left, slips)
                }
                _ => false,
            };
            swapped || is_near(more, left, slips) || is_near(more, name, slips) || is_near(word, left, slips)
        }
    }
}

/// The names that are found with the fewest slips; `find` adds those that are found with so many.
pub(crate) fn nearest(word: &str, mut find: impl FnMut(usize, &mut Names)) -> Vec<String> {
    let mut names = Names(Vec::new());
    for slips in 0..=slips(word) {
        find(slips, &mut names);
        if !names.0.is_empty() {
            break;
        }
    }
    names.0
}

/// Names, each once.
pub(crate) struct Names(Vec<String>);

impl Names {
    pub(crate) fn add(&mut self, name: String) {
        if self.0.len() < MOST && !self.0.contains(&name) {
            self.0.push(name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{is_near, slips};
    use crate::{Builtin, Catalog};

    #[test]
    fn slips_are_counted() {
        for (a, b, wanted) in [
            ("pods", "pods", 0),
            ("Pods", "pods", 0),
            ("pods", "pdos", 1),
            ("pods", "pod", 1),
            ("pods", "spods", 1),
            ("pods", "nods", 1),
            ("deploymnets", "deployments", 1),
            ("kitten", "sitting", 3),
            ("ca", "abc", 3),
            ("", "abc", 3),
            ("", "", 0),
            ("abcdef", "uvwxyz", 4),
        ] {
            for slips in 0..4 {
                assert_eq!(is_near(a.as_bytes(), b.as_bytes(), slips), slips >= wanted, "{a} {b} {slips}");
                assert_eq!(is_near(b.as_bytes(), a.as_bytes(), slips), slips >= wanted, "{b} {a} {slips}");
            }
        }
        for (word, wanted) in [("", 0), ("po", 0), ("pod", 1), ("events", 2), ("deployments", 3)] {
            assert_eq!(slips(word), wanted, "{word}");
        }
    }

    #[test]
    fn the_nearest_names_alone_are_told() {
        for (word, wanted) in [
            ("deploymets", &["deployments"][..]),
            ("Deploymnet", &["deployments"]),
            ("deplyo", &["deployments"]),
            ("deploymets.apps", &["deployments.apps"]),
            ("deployments.batch", &["deployments.apps"]),
            ("evnets", &["events"]),
            ("evnets.x", &["events", "events.events.k8s.io"]),
            ("secert", &["secrets"]),
            ("ingres", &["ingresses"]),
            ("cronjob.apps", &["cronjobs.batch"]),
            ("px", &[]),
            ("", &[]),
            (".", &[]),
            ("widgets", &[]),
        ] {
            assert_eq!(Builtin.nearest(word), wanted, "{word}");
        }
        assert!(Builtin.nearest(&"pods".repeat(1000)).is_empty());
    }
}
