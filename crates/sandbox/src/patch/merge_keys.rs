//! By which field the items of a list are told apart in strategic merge patches: `x-kubernetes-patch-merge-key` of the API's types. By hand, for the types
//! that programs patch most; the table generated from the OpenAPI documents will take its place.

/// How two lists are merged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lists {
    /// The new one takes the old one's place.
    Replace,
    /// A set of texts.
    Set,
    /// Objects, told apart by this field.
    Keyed(&'static str),
}

/// The fields of lists that are merged, with the field around them where that matters, and the key.
const KEYED: [(&str, &str, &str); 22] = [
    ("", "ownerReferences", "uid"),
    ("", "containers", "name"),
    ("", "initContainers", "name"),
    ("", "ephemeralContainers", "name"),
    ("", "env", "name"),
    ("", "volumes", "name"),
    ("", "volumeMounts", "mountPath"),
    ("", "volumeDevices", "devicePath"),
    ("", "imagePullSecrets", "name"),
    ("", "secrets", "name"),
    ("", "hostAliases", "ip"),
    ("", "topologySpreadConstraints", "topologyKey"),
    ("", "resourceClaims", "name"),
    ("", "schedulingGates", "name"),
    ("", "conditions", "type"),
    ("", "addresses", "type"),
    ("", "taints", "key"),
    ("", "podIPs", "ip"),
    ("", "hostIPs", "ip"),
    ("", "webhooks", "name"),
    ("containers", "ports", "containerPort"),
    ("spec", "ports", "port"),
];

/// How the list under a field is merged, by the names of the fields that lead to it.
pub(super) fn lists(path: &[&str]) -> Lists {
    let (Some(field), around) = (path.last(), path.iter().rev().nth(1).copied().unwrap_or_default()) else {
        return Lists::Replace;
    };
    if path == ["metadata", "finalizers"] {
        return Lists::Set;
    }
    let around = if around == "initContainers" { "containers" } else { around };
    let found = KEYED.iter().find(|(outer, name, _)| name == field && (outer.is_empty() || *outer == around));
    found.map_or(Lists::Replace, |(_, _, key)| Lists::Keyed(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_known_by_where_they_stand() {
        for (path, wanted) in [
            (&["metadata", "finalizers"][..], Lists::Set),
            (&["spec", "finalizers"], Lists::Replace),
            (&["spec", "ports"], Lists::Keyed("port")),
            (&["spec", "containers", "ports"], Lists::Keyed("containerPort")),
            (&["spec", "template", "spec", "containers"], Lists::Keyed("name")),
            (&["rules"], Lists::Replace),
            (&[], Lists::Replace),
        ] {
            assert_eq!(lists(path), wanted, "{path:?}");
        }
    }
}
