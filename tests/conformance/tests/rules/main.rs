//! What the real server answers to rules of custom resources is what the sandbox's tests hold it to be.

#[path = "../../../../crates/sandbox/tests/rules/cases.rs"]
mod cases;

use cases::{BATCH, Case, Cases, costly, costs, dear, found, refused, same};
use kubewire_apiserver::Admin;
use kubewire_conformance::{World, eventually};
use serde_json::{Value, json};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../crates/sandbox/tests/rules/rules.json");
const DEFINITIONS: &str = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const JUDGES: &str = "/apis/rules.test/v1/judges";

fn send(admin: &Admin, method: &str, target: &str, body: &Value) -> (u16, Value) {
    let media = if method == "PATCH" { "application/merge-patch+json" } else { "application/json" };
    let request = http::Request::builder().method(method).uri(target).header("content-type", media);
    let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
    let answer = admin.ask(&request.body(body).expect("it is one")).expect("the server answers");
    (answer.status().as_u16(), serde_json::from_slice(answer.body()).unwrap_or_default())
}

/// Gets rid of the definition, and of all that it defines.
fn clear(admin: &Admin) {
    let own = format!("{DEFINITIONS}/judges.rules.test");
    send(admin, "DELETE", &own, &Value::Null);
    eventually("the definition is gone", || (send(admin, "GET", &own, &Value::Null).0 == 404).then_some(()));
}

/// What the server says of all rules, and of the changes.
fn asked(cases: &Cases) -> (Vec<Case>, Vec<Option<String>>) {
    let world = World::new("rules");
    let admin = Admin::of(&world.state).expect("the admin's mount is good");
    clear(&admin);
    let mut rules: Vec<Case> = Vec::new();
    for case in &cases.rules {
        let (code, answer) =
            send(&admin, "POST", &format!("{DEFINITIONS}?dryRun=All"), &cases.definition(&[case]));
        let refused = (code >= 400).then(|| refused(&answer));
        rules.push(Case { rule: case.rule.clone(), at: case.at.clone(), refused, found: Vec::new() });
    }
    let mut good: Vec<&mut Case> = rules.iter_mut().filter(|case| case.refused.is_none()).collect();
    for batch in good.chunks_mut(BATCH) {
        let own: Vec<&Case> = batch.iter().map(|case| &**case).collect();
        define(&admin, &cases.definition(&own));
        for object in &cases.objects {
            let answer =
                post(&admin, &format!("{JUDGES}?dryRun=All"), &Cases::object(same(object, batch.len())));
            let found = found(&answer, batch.len());
            batch.iter_mut().zip(found).for_each(|(case, found)| case.found.push(found));
        }
        clear(&admin);
    }
    let changes: Vec<&Case> = cases.changes.iter().map(|(case, ..)| case).collect();
    define(&admin, &cases.definition(&changes));
    let made = post(&admin, JUDGES, &Cases::object(cases.changes.iter().map(|(_, old, _)| old)));
    let mut now = Cases::object(cases.changes.iter().map(|(.., now)| now));
    now["metadata"]["resourceVersion"] = made["metadata"]["resourceVersion"].clone();
    assert!(now["metadata"]["resourceVersion"].is_string(), "{made}");
    let (_, answer) = send(&admin, "PUT", &format!("{JUDGES}/judge"), &now);
    let found = found(&answer, changes.len());
    clear(&admin);
    (rules, found)
}

fn define(admin: &Admin, definition: &Value) {
    let (code, answer) = send(admin, "POST", DEFINITIONS, definition);
    assert_eq!(code, 201, "{answer}");
    eventually("the kind is served", || (send(admin, "GET", JUDGES, &Value::Null).0 == 200).then_some(()));
}

#[test]
fn the_server_judges_rules_as_is_written() {
    let cases = Cases::read(include_str!("../../../../crates/sandbox/tests/rules/rules.json"));
    let (rules, changes) = asked(&cases);
    for (case, real) in cases.rules.iter().zip(rules) {
        assert_eq!(case.refused, real.refused, "{}", case.rule);
        assert_eq!(case.found, real.found, "{}", case.rule);
    }
    for ((case, ..), real) in cases.changes.iter().zip(changes) {
        assert_eq!(case.found, [real], "{}", case.rule);
    }
}

#[test]
fn the_server_reckons_what_rules_cost_as_is_written() {
    let cases = Cases::read(include_str!("../../../../crates/sandbox/tests/rules/rules.json"));
    let world = World::new("costs");
    let admin = Admin::of(&world.state).expect("the admin's mount is good");
    for case in costs() {
        let definition = costly(&cases.properties, &case);
        let (_, answer) = send(&admin, "POST", &format!("{DEFINITIONS}?dryRun=All"), &definition);
        assert_eq!(json!(dear(&answer)), case["found"], "{case}");
    }
}

/// Writes down what the server says: `cargo test -p kubewire-conformance --test rules record -- --exact --ignored`.
#[test]
#[ignore = "it writes what the others read"]
fn record() {
    let text = std::fs::read_to_string(FILE).expect("it can be read");
    let (rules, changes) = asked(&Cases::read(&text));
    let mut file: Value = serde_json::from_str(&text).expect("it is JSON");
    let heads = |value: &Value| {
        value
            .as_array()
            .expect("it is a list")
            .iter()
            .map(|one| format!("    {one}"))
            .collect::<Vec<_>>()
            .join(",\n")
    };
    for (case, real) in file["rules"].as_array_mut().expect("it is a list").iter_mut().zip(rules) {
        case.as_object_mut().expect("it is one").retain(|name, _| name == "rule" || name == "at");
        match real.refused {
            Some(why) => case["refused"] = json!(why),
            None => case["found"] = json!(real.found),
        }
    }
    for (case, real) in file["changes"].as_array_mut().expect("it is a list").iter_mut().zip(changes) {
        case["found"] = json!([real]);
    }
    let lists =
        ["objects", "rules", "changes"].map(|name| format!("  \"{name}\": [\n{}\n  ]", heads(&file[name])));
    let text = format!("{{\n  \"properties\": {},\n{}\n}}\n", file["properties"], lists.join(",\n"));
    std::fs::write(FILE, text).expect("it can be written");
}

fn post(admin: &Admin, target: &str, body: &Value) -> Value {
    // A kind that is served may still have to be loaded.
    eventually("the kind can be written", || {
        let (code, answer) = send(admin, "POST", target, body);
        (code != 404 && code != 429).then_some(answer)
    })
}
