//! Strings and operations, near what is valid and far from it.

use kubewire::{Operation, Verb};
use proptest::prelude::*;
use proptest::sample::select;

const VERBS: [Verb; 10] = [
    Verb::Get,
    Verb::List,
    Verb::Watch,
    Verb::Create,
    Verb::Replace,
    Verb::Patch,
    Verb::Delete,
    Verb::DeleteCollection,
    Verb::Head,
    Verb::Options,
];

/// Names and what is nearly one.
pub(crate) fn word() -> impl Strategy<Value = String> {
    let known = select(vec![
        "a",
        "web",
        "shop",
        "status",
        "finalize",
        "namespaces",
        "watch",
        "proxy",
        "pods",
        "log",
        "scale",
        "api",
        "apis",
        "v1",
        "..",
        ".",
        "a/b",
        "a?b=c",
        "a#b",
        "%2e%2e",
        "a%2fb",
        "é",
        "A",
        "a b",
        "a+b",
        "a&b=c",
        "-a",
        "2001:db8::1",
        "system:node",
        "https:web:8443",
        "web:http",
        "a\nb",
        "a\0b",
        "\u{202e}",
        "//x",
        "a\\b",
        "*",
    ]);
    prop_oneof![
        4 => known.prop_map(String::from),
        4 => "[a-z0-9]([-a-z0-9.]{0,8}[a-z0-9])?",
        1 => "[ -~]{0,12}",
        1 => ".{0,8}",
        1 => "[a-z]{250,256}",
    ]
}

fn resource() -> impl Strategy<Value = String> {
    let known = select(vec![
        "pods",
        "deployments",
        "nodes",
        "namespaces",
        "clusterroles",
        "roles",
        "events",
        "ipaddresses",
        "secrets",
        "po",
        "Deployment",
        "hpa",
        "widgets",
    ]);
    prop_oneof![4 => known.prop_map(String::from), 1 => word()]
}

fn api_version() -> impl Strategy<Value = String> {
    let known =
        select(vec!["v1", "apps/v1", "example.com/v1", "metrics.k8s.io/v1beta1", "/v1", "a/", "a/b/c", ".."]);
    prop_oneof![4 => known.prop_map(String::from), 1 => word()]
}

fn path() -> impl Strategy<Value = String> {
    let parts = prop::collection::vec(word(), 0..7).prop_map(|parts| format!("/{}", parts.join("/")));
    let api = (resource(), word(), word(), word()).prop_map(|(resource, namespace, name, part)| {
        format!("/api/v1/namespaces/{namespace}/{resource}/{name}/{part}")
    });
    prop_oneof![2 => parts, 2 => api, 1 => word()]
}

/// One field with a value that may fit it.
fn field() -> impl Strategy<Value = (String, String)> {
    let named = |name: &'static str, value: BoxedStrategy<String>| (Just(name.to_owned()), value).boxed();
    let parameters = select(vec![
        "allowWatchBookmarks",
        "continue",
        "dryRun",
        "fieldManager",
        "fieldSelector",
        "fieldValidation",
        "force",
        "gracePeriodSeconds",
        "ignoreStoreReadErrorWithClusterBreakingPotential",
        "labelSelector",
        "limit",
        "orphanDependents",
        "preconditions.resourceVersion",
        "preconditions.uid",
        "propagationPolicy",
        "resourceVersion",
        "resourceVersionMatch",
        "sendInitialEvents",
        "shardSelector",
        "timeoutSeconds",
    ]);
    let value = prop_oneof![
        select(vec![
            "true",
            "false",
            "All",
            "5",
            "007",
            "0",
            "Strict",
            "Orphan",
            "Exact",
            "a=b",
            "metadata.name=web",
            "x!=y,metadata.name==a"
        ])
        .prop_map(String::from),
        word(),
    ];
    let key = select(vec!["container", "command", "watch", "limit", "x y", "é"]);
    prop_oneof![
        3 => named("namespace", word().boxed()),
        3 => named("name", word().boxed()),
        2 => named("subresource", word().boxed()),
        1 => named("path", path().boxed()),
        1 => named("apiVersion", api_version().boxed()),
        1 => named("patchType", select(vec!["json", "merge", "strategic", "apply"]).prop_map(String::from).boxed()),
        3 => (parameters.prop_map(String::from), value.clone()),
        2 => (key.prop_map(|key| format!("query.{key}")), value),
        1 => (word(), word()),
    ]
}

/// Any operation; what its setters refuse is not in it.
pub(crate) fn operation() -> impl Strategy<Value = Operation> {
    let target = prop_oneof![
        6 => resource().prop_map(|resource| ("resource", resource)),
        1 => path().prop_map(|path| ("path", path)),
    ];
    let body = prop::option::of(prop_oneof![
        Just("{}".to_owned()),
        Just(r#"{"b":1,"a":[null,true,"é\n"]}"#.to_owned()),
        word().prop_map(|word| serde_json::json!({ "metadata": { "name": word } }).to_string()),
    ]);
    // Most operations have what their verb needs, or too much of it.
    let needs = select(vec![&[][..], &["name"], &["namespace"], &["namespace", "name"]]);
    (select(VERBS.to_vec()), target, needs, prop::collection::vec(field(), 0..3), body).prop_map(
        |(verb, (target, value), needs, fields, body)| {
            let mut operation = Operation::new(verb);
            drop(operation.set(target, &value));
            for field in needs {
                operation.set(field, "web").unwrap();
            }
            if matches!(verb, Verb::Head | Verb::Options) {
                operation.set("subresource", "proxy").unwrap();
            }
            if verb == Verb::Patch {
                operation.set("patchType", "merge").unwrap();
            }
            for (field, value) in &fields {
                drop(operation.set(field, value));
            }
            if matches!(verb, Verb::Create | Verb::Replace | Verb::Patch) {
                operation.set_body(body.unwrap_or_else(|| "{}".to_owned()));
            }
            operation
        },
    )
}
