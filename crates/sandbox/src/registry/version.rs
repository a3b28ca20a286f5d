//! Which of a group's versions comes first.
//!
//! Source: `k8s.io/apimachinery/pkg/version`, `CompareKubeAwareVersionStrings`.

use std::cmp::Reverse;

/// What versions are sorted by: `v2`, `v1`, `v1beta1`, `v1alpha1`, and then what is no such version, by the alphabet.
pub(crate) type Rank = (Reverse<(u8, u64, u64)>, String);

pub(crate) fn rank(version: &str) -> Rank {
    parse(version)
        .map_or_else(|| (Reverse((0, 0, 0)), version.to_owned()), |own| (Reverse(own), String::new()))
}

fn parse(version: &str) -> Option<(u8, u64, u64)> {
    let number = |text: &str| text.parse::<u64>().ok().filter(|_| !text.starts_with(['0', '+']));
    let rest = version.strip_prefix('v')?;
    for (word, stage) in [("alpha", 1), ("beta", 2)] {
        if let Some((major, minor)) = rest.split_once(word) {
            return Some((stage, number(major)?, number(minor)?));
        }
    }
    Some((3, number(rest)?, 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stable_versions_come_first_and_newer_before_older() {
        let mut versions = ["foo1", "v1alpha1", "v10", "v1beta2", "v2", "v1beta1", "v1", "v11alpha2", "bar"];
        versions.sort_by_cached_key(|version| rank(version));
        assert_eq!(
            versions,
            ["v10", "v2", "v1", "v1beta2", "v1beta1", "v11alpha2", "v1alpha1", "bar", "foo1"]
        );
    }
}
