//! The roles and bindings that every cluster begins with.
//!
//! `cargo xtask generate` writes the text from what the API server has. A line an object: its kind and its name, with the namespace before it; then for
//! ClusterRoles `=LABEL` (it gathers what has the label) and `+LABEL`; for bindings `>ROLE` where that is not called the same, and subjects, `g:GROUP`,
//! `u:USER` or `s:NAMESPACE/ACCOUNT`. A line that begins with a space is a rule: `VERBS GROUPS RESOURCES [NAMES]`, or `VERBS PATHS`.

use std::sync::OnceLock;

use kubewire::Now;
use serde_json::{Map, Value, json};

use super::{GROUP, aggregate, kind};
use crate::object::{meta, put, set_meta, timestamp};
use crate::random::Random;
use crate::server::Server;
use crate::store::Store;

const TEXT: &str = include_str!("policy.txt");

/// Puts all of them into a server that has nothing yet. Their uids are the same in every sandbox.
pub(crate) fn put_policy(server: &mut Server, now: Now) {
    // Who makes many sandboxes, as tests do, makes all of them at the beginning of time: their rules are read once, and shared.
    static AT_FIRST: OnceLock<Store> = OnceLock::new();
    let read = |now| {
        let mut server = Server::new(0, true);
        write(&mut server, now);
        server.store
    };
    server.store = match now == Now::default() {
        true => AT_FIRST.get_or_init(|| read(now)).clone(),
        false => read(now),
    };
}

fn write(server: &mut Server, now: Now) {
    let (mut random, time) = (Random::new(0x706f_6c69_6379), timestamp(now));
    for mut object in objects() {
        set_meta(&mut object, "uid", Some(random.uid().into()));
        set_meta(&mut object, "creationTimestamp", Some(time.clone()));
        let name = object.get("kind").and_then(Value::as_str).unwrap_or_default();
        if let Some(kind) = kind(server, name) {
            let key = kind.key(meta(&object, "namespace"), meta(&object, "name"));
            server.store.write(kind.id, &key, Some(object));
        }
    }
    aggregate(server);
}

/// What the text says.
fn objects() -> Vec<Value> {
    let mut objects: Vec<Value> = Vec::new();
    for line in TEXT.lines() {
        match line.strip_prefix(' ') {
            None => objects.extend(object(line)),
            Some(line) => {
                let rules = objects.last_mut().and_then(|object| object.get_mut("rules"));
                if let Some(Value::Array(rules)) = rules {
                    rules.push(rule(line));
                }
            }
        }
    }
    objects
}

fn object(line: &str) -> Option<Value> {
    let mut words = line.split(' ');
    let (kind, name) = (words.next()?, words.next()?);
    let (namespace, name) = match kind {
        "Role" | "RoleBinding" => name.split_once('/')?,
        _ => ("", name),
    };
    let mut labels = Map::from_iter([("kubernetes.io/bootstrapping".to_owned(), "rbac-defaults".into())]);
    let mut object = json!({"apiVersion": format!("{GROUP}/v1"), "kind": kind});
    let mut subjects = Vec::new();
    let (mut role, mut gathers) = (name, Vec::new());
    for word in words {
        let mut characters = word.chars();
        let (first, rest) = (characters.next()?, characters.as_str());
        let label = || format!("{GROUP}/aggregate-to-{rest}");
        match first {
            '=' => gathers.push(json!({"matchLabels": {label(): "true"}})),
            '+' => {
                labels.insert(label(), "true".into());
            }
            '>' => role = rest,
            kind => subjects.push(subject(kind, rest.strip_prefix(':')?)?),
        }
    }
    match kind.strip_suffix("Binding") {
        Some(kind) => {
            put(&mut object, "roleRef", json!({"apiGroup": GROUP, "kind": kind, "name": role}));
            if !subjects.is_empty() {
                put(&mut object, "subjects", subjects);
            }
        }
        None => put(&mut object, "rules", json!([])),
    }
    if !gathers.is_empty() {
        put(&mut object, "aggregationRule", json!({"clusterRoleSelectors": gathers}));
    }
    let annotations = json!({"rbac.authorization.kubernetes.io/autoupdate": "true"});
    let mut metadata = json!({"name": name, "labels": labels, "annotations": annotations});
    if !namespace.is_empty() {
        put(&mut metadata, "namespace", namespace);
    }
    put(&mut object, "metadata", metadata);
    Some(object)
}

fn subject(kind: char, name: &str) -> Option<Value> {
    Some(match kind {
        'g' => json!({"kind": "Group", "apiGroup": GROUP, "name": name}),
        'u' => json!({"kind": "User", "apiGroup": GROUP, "name": name}),
        _ => {
            let (namespace, name) = name.split_once('/')?;
            json!({"kind": "ServiceAccount", "name": name, "namespace": namespace})
        }
    })
}

fn rule(line: &str) -> Value {
    let list = |words: &str| -> Value {
        words.split(',').map(|word| Value::from(if word == "-" { "" } else { word })).collect()
    };
    let words: Vec<Value> = line.split(' ').map(list).collect();
    match words.as_slice() {
        [verbs, urls] => json!({"verbs": verbs, "nonResourceURLs": urls}),
        [verbs, groups, resources] => json!({"verbs": verbs, "apiGroups": groups, "resources": resources}),
        [verbs, groups, resources, names, ..] => {
            json!({"verbs": verbs, "apiGroups": groups, "resources": resources, "resourceNames": names})
        }
        _ => json!({}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_holds_what_a_cluster_has() {
        let objects = objects();
        let count = |kind: &str| objects.iter().filter(|object| object["kind"] == kind).count();
        let counts = ["ClusterRole", "Role", "ClusterRoleBinding", "RoleBinding"].map(count);
        assert_eq!(counts, [73, 7, 54, 7]);
        let find = |name: &str| objects.iter().find(|object| object["metadata"]["name"] == name).unwrap();
        assert_eq!(find("cluster-admin")["rules"][1], json!({"verbs": ["*"], "nonResourceURLs": ["*"]}));
        let subject = json!({"kind": "Group", "apiGroup": GROUP, "name": "system:authenticated"});
        let binding =
            objects.iter().rfind(|object| object["metadata"]["name"] == "system:basic-user").unwrap();
        assert_eq!(binding["subjects"], json!([subject]));
        assert_eq!(binding["roleRef"]["name"], "system:basic-user");
        assert_eq!(
            find("edit")["metadata"]["labels"]["rbac.authorization.k8s.io/aggregate-to-admin"],
            "true"
        );
    }
}
