//! Selectors: what we refuse, the server would refuse as well, and what we let pass it takes.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::ConfigMap;
use kubewire::{Api, Builtin, FieldSelector, LabelSelector, Operation, Selector, Verb};
use kubewire_conformance::{World, eventually};
use serde_json::json;

/// Good and bad ones, near the border between the two. A bad one among them is bad in one way only.
const LABELS: &[&str] = &[
    "",
    " ",
    "\t\r\n ",
    "a",
    "!a",
    "! a",
    "!!a",
    "!",
    "a,",
    ",a",
    ",",
    "a,,b",
    "a, b ,c",
    "a b",
    "a=b",
    "a==b",
    "a===b",
    "a!=b",
    "a!==b",
    "a = b",
    "a=",
    "a=,b",
    "a!=",
    "=b",
    "a=b=c",
    "a=b c",
    "!a=b",
    "a!b",
    "a=!b",
    "a=(b)",
    "a in (b)",
    "a in(b)",
    "a in b",
    "a in (",
    "a in (b",
    "a in ()",
    "a in (,)",
    "a in (,b)",
    "a in (b,)",
    "a in (b,,c)",
    "a in (b c)",
    "a in (b),",
    "a in (b)c",
    "a in ((b))",
    "a in (!b)",
    "a in (b=c)",
    "a in",
    "ain (b)",
    "a notin (b,c)",
    "a notin ( b , c )",
    "a NOTIN (b)",
    "in in (in,notin)",
    "notin",
    "in",
    "in=notin",
    "a>1",
    "a<1",
    "a > 007",
    "a>",
    "a>b",
    "a>-1",
    "a>+1",
    "a>1.5",
    "a>=1",
    "a>9223372036854775807",
    "a>9223372036854775808",
    "example.com/a",
    "Example.com/a",
    "example..com/a",
    "example.com/A",
    "/a",
    "a/",
    "a/b/c",
    "-a",
    "a-",
    "_a",
    "a_b.c-d",
    "a=-b",
    "a=b.",
    "a=b_C.d-9",
    "a=b/c",
    "a='b'",
    "a=\"b\"",
    "a=*",
    "é",
    "a=é",
    "a\u{a0}=b",
    "a;b",
    "a=b;c",
    "a=b\0,c",
    "a=b,c\0",
    "a\0=b",
    "\0 ( , !",
    "a,\0b",
];

/// Only fields that config maps have: which others there are depends on the kind, and the server is left to judge it.
const FIELDS: &[&str] = &[
    "",
    ",",
    ",,metadata.name=a,,",
    "metadata.name=a",
    "metadata.name==a",
    "metadata.name===a",
    "metadata.name!=a",
    "metadata.name!==a",
    "metadata.name=",
    "metadata.name!=",
    "metadata.name",
    "metadata.name=a,metadata.namespace!=b",
    "metadata.name=a,b",
    "metadata.name=a=b",
    r"metadata.name=a\=b",
    r"metadata.name=a\,b",
    r"metadata.name=a\\",
    r"metadata.name=a\",
    r"metadata.name=a\\\",
    r"metadata.name=a\b",
    r"metadata.name=a\\,metadata.name",
    r"metadata.name=a\é",
    "metadata.name= a b ",
    "metadata.name>a",
    "metadata.name in (a)",
    "metadata.name=é😀",
    "metadata.name=a\0b",
    "metadata.name=!a",
];

#[test]
fn our_judgement_is_the_servers() {
    let world = World::new("selectors");
    let mut wrong = Vec::new();
    for (parameter, selectors) in [("labelSelector", LABELS), ("fieldSelector", FIELDS)] {
        let (mut taken, mut refused) = (0, 0);
        let (long, longer) = ("a".repeat(63), "a".repeat(64));
        let limits =
            [long.clone(), longer.clone(), format!("a={long}"), format!("a={longer}"), format!("{longer}/a")];
        let more = limits.iter().map(String::as_str).filter(|_| parameter == "labelSelector");
        for selector in selectors.iter().copied().chain(more) {
            let mut checked = Operation::new(Verb::List);
            checked.set("resource", "configmaps").unwrap();
            checked.set("namespace", &world.namespace).unwrap();
            checked.set(parameter, selector).unwrap();
            let ours = checked.draft(&Builtin);

            // As a plain path's query nothing is checked.
            let mut sent = Operation::new(Verb::Get);
            sent.set("path", &["/api/v1/namespaces/", &world.namespace, "/configmaps"].concat()).unwrap();
            sent.set(&["query.", parameter].concat(), selector).unwrap();
            let theirs = world.admin.run(sent);
            if let Err(error) = &theirs {
                let status = error.status().unwrap_or_else(|| panic!("{selector:?}: {error}"));
                assert_eq!(status.code, 400, "{selector:?}: {error}");
            }
            *(if theirs.is_ok() { &mut taken } else { &mut refused }) += 1;
            if ours.is_ok() != theirs.is_ok() {
                let said = |error: String| if error.is_empty() { "good".to_owned() } else { error };
                let ours = said(ours.err().map(|error| error.to_string()).unwrap_or_default());
                let theirs = said(theirs.err().map(|error| error.to_string()).unwrap_or_default());
                wrong.push(format!("{parameter} {selector:?}\n  ours:   {ours}\n  theirs: {theirs}"));
            }
        }
        assert!(
            taken >= 10 && refused >= 10,
            "{parameter}: {taken} taken and {refused} refused prove little"
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Ten config maps by their labels.
const MAPS: [&[(&str, &str)]; 10] = [
    &[],
    &[("app", "web")],
    &[("app", "web"), ("tier", "front")],
    &[("app", "web"), ("tier", "back"), ("old", "")],
    &[("app", "db"), ("n", "5")],
    &[("app", "db"), ("n", "007")],
    &[("app", "db"), ("n", "many")],
    &[("app", ""), ("n", "9223372036854775807")],
    &[("example.com/app", "web")],
    &[("in", "notin"), ("old", "yes")],
];

const CHOICES: [&str; 24] = [
    "",
    "app",
    "!app",
    "app=web",
    "app==web,tier",
    "app!=web",
    "app=",
    "app!=",
    "app in (web,db)",
    "app in ()",
    "app in (,db)",
    "app notin (web,db)",
    "app notin ()",
    "n>5",
    "n>4",
    "n<8",
    "n>6,n<8",
    "n",
    "n,!tier",
    "tier notin (front),app",
    "example.com/app=web",
    "in in (notin)",
    "old,old!=yes",
    "app=web,app=db",
];

#[test]
fn matching_is_the_servers() {
    let world = World::new("matching");
    let maps = Api::<ConfigMap>::namespaced(&world.namespace);
    let labels = MAPS.map(|labels| {
        labels.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect::<BTreeMap<_, _>>()
    });
    for (index, labels) in labels.iter().enumerate() {
        world
            .admin
            .run(maps.create(&json!({"metadata": {"name": format!("m{index}"), "labels": labels}})))
            .unwrap();
    }
    let mine = Selector::new().not_equals("app", "never");
    assert!(world.admin.run(maps.list().labels(&mine)).unwrap().items.len() >= MAPS.len());
    for text in CHOICES {
        let selector: Selector = text.parse().unwrap();
        let chosen = |selector: &Selector| -> Vec<String> {
            // The cluster may keep its own objects there, such as its CA.
            let op = maps
                .list()
                .labels(selector)
                .fields(FieldSelector::new().not_equals("metadata.name", "kube-root-ca.crt"));
            let mut names: Vec<_> = world
                .admin
                .run(op.raw_items())
                .unwrap()
                .items
                .iter()
                .map(|item| item.name().into_owned())
                .collect();
            names.sort();
            names
        };
        let ours: Vec<_> = (0..MAPS.len())
            .filter(|index| selector.matches(&labels[*index]))
            .map(|index| format!("m{index}"))
            .collect();
        assert_eq!(chosen(&selector), ours, "{text}");
        if let Ok(object) = LabelSelector::try_from(&selector) {
            assert_eq!(chosen(&Selector::try_from(&object).unwrap()), ours, "{text} as an object");
        }
    }
}

#[test]
fn a_rule_for_one_name_lets_its_list_through() {
    let world = World::new("names");
    world
        .admin
        .run(Api::<ConfigMap>::namespaced(&world.namespace).create(&json!({"metadata": {"name": "mine"}})))
        .unwrap();
    let mount = world.account("reader");
    let roles = Api::<k8s_openapi::api::rbac::v1::Role>::namespaced(&world.namespace);
    let verbs = json!(["list", "watch", "deletecollection"]);
    let rules =
        json!([{"apiGroups": [""], "resources": ["configmaps"], "resourceNames": ["mine"], "verbs": verbs}]);
    world
        .admin
        .run(roles.apply("one", "conformance", &json!({"metadata": {"name": "one"}, "rules": rules})))
        .unwrap();
    let bindings = Api::<k8s_openapi::api::rbac::v1::RoleBinding>::namespaced(&world.namespace);
    let binding = json!({
        "metadata": {"name": "one"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "one"},
        "subjects": [{"kind": "ServiceAccount", "name": "reader", "namespace": world.namespace}],
    });
    world.admin.run(bindings.apply("one", "conformance", &binding)).unwrap();

    let pod = world.pod(&mount).unwrap();
    let maps = Api::<ConfigMap>::namespaced(&world.namespace);
    let list = |fields: &str| maps.list().fields(fields);
    eventually("the rule holds", || pod.run(list("metadata.name=mine")).ok());
    for (fields, allowed) in [
        ("metadata.name=mine", true),
        ("metadata.name==mine", true),
        ("metadata.namespace!=x,metadata.name=mine", true),
        ("metadata.name=other,metadata.name=mine", true),
        ("metadata.name=mine,metadata.name==other", false),
        ("metadata.name=other", false),
        ("metadata.name!=other", false),
        ("metadata.name=", false),
        ("", false),
    ] {
        let op = list(fields);
        let attributes = op.clone().call().unwrap().attributes().clone();
        assert_eq!(attributes.name == "mine", allowed, "{fields}: {attributes:?}");
        match pod.run(op) {
            Ok(_) => assert!(allowed, "{fields}"),
            Err(error) => assert!(!allowed && error.status().unwrap().is_forbidden(), "{fields}: {error}"),
        }
    }
    // A collection is deleted whole, for all that authorization knows.
    let delete = maps.delete_collection().fields("metadata.name=mine");
    assert_eq!(delete.clone().call().unwrap().attributes().name, "");
    assert!(pod.run(delete).unwrap_err().status().unwrap().is_forbidden());
}
