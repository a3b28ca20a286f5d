//! Objects of all kinds, in many states: `crates/sandbox/tests/tables.json`, which the sandbox's own tests read, too.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::Request;
use kubewire::{MicroTime, Now, Time};
use kubewire_apiserver::{Admin, Cluster, State};
use kubewire_sandbox::Sandbox;
use serde_json::{Value, json};

use crate::sides::{TABLE, Told, ours, told};

const CASES: &str = include_str!("../../../../crates/sandbox/tests/tables.json");
/// The namespace, and the beginning of the names of what is in none.
const NAMESPACE: &str = "tables";

/// Both servers, and where they differ.
struct Both {
    admin: Admin,
    sandbox: Sandbox,
    now: Now,
    different: Vec<String>,
}

impl Both {
    /// What both say to a request, once it is noted where they differ.
    fn ask(&mut self, method: &str, target: &str, body: &Value) -> Told {
        let media = if method == "PATCH" { "application/merge-patch+json" } else { "application/json" };
        // Some statuses have no tables.
        let accept = if method == "PATCH" { format!("{TABLE},application/json") } else { TABLE.to_owned() };
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let request = Request::builder().method(method).uri(target).header("accept", accept);
        let request = request.header("content-type", media).body(body).expect("it is one");
        let mut real = self.real(&request);
        // A new definition is served after a while.
        let until = SystemTime::now() + Duration::from_secs(20);
        let soon = |real: &Told| {
            let served = || real.1[0]["rows"][0]["cells"][7] == true;
            target.starts_with("/apis/shown.test/") && real.0 == 404
                || target.ends_with(".shown.test") && real.0 == 200 && !served()
        };
        while soon(&real) && SystemTime::now() < until {
            std::thread::sleep(Duration::from_millis(100));
            real = self.real(&request);
        }
        self.now.wall = wall();
        let mut ours = ours(&mut self.sandbox, &mut self.now, &request);
        real.1.iter_mut().for_each(of_ours);
        ours.1.iter_mut().for_each(of_ours);
        let whole = method == "PATCH" && real.1[0]["kind"] != "Table";
        if real.0 != ours.0 || !whole && real.1 != ours.1 {
            let lines =
                |told: &Told| told.1.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n        ");
            let (theirs, own) = (lines(&real), lines(&ours));
            self.different
                .push(format!("{method} {target}\n  real: {} {theirs}\n  ours: {} {own}", real.0, ours.0));
        }
        real
    }

    /// The cases are good: the real server takes them.
    fn expect(&mut self, taken: bool, target: &str, told: &Told) {
        if !taken {
            self.different.push(format!("{target} is refused: {} {:?}", told.0, told.1));
        }
    }

    fn real(&self, request: &Request<Vec<u8>>) -> Told {
        let answer = self.admin.ask(request).expect("the server answers");
        told(answer.status().as_u16(), answer.body())
    }
}

/// Lists without the rows of what is there from the start.
fn of_ours(value: &mut Value) {
    let is_ours = |name: &str| {
        let of_definition = name.ends_with(".shown.test") && !name.starts_with("v1.");
        name.contains(NAMESPACE) || name.starts_with("192.0.2.") || of_definition
    };
    let named = |row: &Value| {
        let metadata = &row["object"]["metadata"];
        ["name", "namespace"].iter().any(|field| metadata[field].as_str().is_some_and(is_ours))
    };
    if value["kind"] == "Table"
        && let Some(rows) = value["rows"].as_array_mut().filter(|rows| rows.len() > 1)
    {
        rows.retain(named);
    }
}

fn wall() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is later than 1970");
    u64::try_from(since.as_millis()).expect("it is not that late")
}

/// A case with times in the place of `@-SECONDS` and `@u-SECONDS`, and names in that of `NS`.
fn filled(value: &Value, now: i64) -> Value {
    match value {
        Value::String(text) => match (text.strip_prefix("@u"), text.strip_prefix('@')) {
            (Some(ago), _) => {
                MicroTime::from_unix_micros((now + ago.parse::<i64>().expect("a number")) * 1_000_000)
                    .to_string()
                    .into()
            }
            (_, Some(ago)) if ago.starts_with('-') => {
                Time::from_unix(now + ago.parse::<i64>().expect("a number")).to_string().into()
            }
            _ => text.replace("NS", NAMESPACE).into(),
        },
        Value::Array(items) => items.iter().map(|item| filled(item, now)).collect(),
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| (name.clone(), filled(value, now)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        other => other.clone(),
    }
}

#[test]
fn objects_of_all_kinds_are_shown_the_same() {
    // Without controllers, which would write statuses of their own.
    let state = State::from_env().unwrap_or_else(|error| panic!("{error}"));
    let cluster = Cluster::start_bare(&state.dir.join("tables"), &state.binaries);
    let cluster = cluster.unwrap_or_else(|error| panic!("{error}"));
    let admin = Admin::of(cluster.state()).expect("the admin's mount is good");
    let mut both =
        Both { admin, sandbox: Sandbox::new(), now: Now { mono: 0, wall: wall() }, different: Vec::new() };
    // Kinds of two groups or versions are stored once, but apart in the sandbox.
    for name in [NAMESPACE.to_owned(), format!("{NAMESPACE}-other")] {
        both.ask("POST", "/api/v1/namespaces", &json!({"metadata": {"name": name}}));
        let account = json!({"metadata": {"name": "default"}});
        both.ask("POST", &format!("/api/v1/namespaces/{name}/serviceaccounts"), &account);
    }

    let cases: Vec<Value> = serde_json::from_str(CASES).expect("the cases are JSON");
    let mut paths = BTreeSet::new();
    for case in &cases {
        let now = i64::try_from(wall() / 1000).expect("it is not that late");
        let case = filled(case, now);
        let path = case["path"].as_str().expect("a path");
        let name = case["object"]["metadata"]["name"].as_str().expect("a name");
        let target = format!("{path}/{name}");
        let mut last = both.ask("POST", path, &case["object"]);
        both.expect(last.0 == 201, &target, &last);
        if let Some(status) = case.get("status") {
            let status = json!({"status": status});
            last = both.ask("PATCH", &format!("{target}/status"), &status);
            both.expect(matches!(last.0, 200 | 406), &target, &last);
        }
        if case.get("delete").is_some() {
            both.ask("DELETE", &target, &Value::Null);
        }
        last = both.ask("GET", &target, &Value::Null);
        let cells = &last.1[0]["rows"][0]["cells"];
        if cells != &case["cells"] {
            both.different.push(format!("{target}\n  real: {cells}\n  file: {}", case["cells"]));
        }
        paths.insert(path.to_owned());
    }
    for path in &paths {
        // The server tells events of its own.
        let own = if path.starts_with("/api/v1/") && path.ends_with("/events") {
            "?fieldSelector=reason%3DWhy"
        } else {
            ""
        };
        both.ask("GET", &format!("{path}{own}"), &Value::Null);
        both.ask("GET", &format!("{path}?labelSelector=none&includeObject=None"), &Value::Null);
    }
    for path in [
        "/apis/apiregistration.k8s.io/v1/apiservices/v1.tables.example.test/status",
        "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/shows.shown.test/status",
        "/apis/resource.k8s.io/v1/namespaces/tables/resourceclaims/pending/status",
        "/apis/apps/v1/namespaces/tables/deployments/rolled/status",
        "/apis/apps/v1/namespaces/tables/deployments/rolled/scale",
        "/apis/apps/v1/namespaces/tables/deployments/rolled/scale?includeObject=Object",
        "/apis/apps/v1/namespaces/tables/daemonsets/set?includeObject=Object",
        "/apis/shown.test/v1/namespaces/tables/shows/full/status",
        "/apis/shown.test/v1/namespaces/tables/shows?includeObject=Object",
        "/api/v1/namespaces/tables/pods?limit=2&includeObject=None",
    ] {
        both.ask("GET", path, &Value::Null);
    }
    both.ask("POST", "/api/v1/namespaces/tables/serviceaccounts/default/token", &json!({}));
    both.ask("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", &json!({"spec": {}}));
    for (path, events) in [
        ("pods", "sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true"),
        ("limitranges", "sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true"),
        ("services", "resourceVersion=0"),
        ("events", "fieldSelector=reason%3DWhy&resourceVersion=0"),
    ] {
        let path = format!("/api/v1/namespaces/{NAMESPACE}/{path}?watch=true&timeoutSeconds=1&{events}");
        both.ask("GET", &path, &Value::Null);
    }
    assert!(both.different.is_empty(), "{} differ:\n{}", both.different.len(), both.different.join("\n"));
}
