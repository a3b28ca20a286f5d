//! Several actors: an administrator who changes roles and bindings, and a service account and impersonated users who then ask.
//!
//! The real server hears of a change some milliseconds later, so whoever changes a rule waits; see `sides.rs`.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use kubewire::Now;
use kubewire_sandbox::Sandbox;
use serde_json::{Value, json};

use crate::alike::form;
use crate::dice::Dice;
use crate::sides::{self, Ours};
use crate::step::{Known, Step};
use crate::{AT_ONCE, Bench, number};

const RBAC: &str = "/apis/rbac.authorization.k8s.io/v1";
const REVIEWS: &str = "/apis/authorization.k8s.io/v1";
const GROUP: &str = "rbac.authorization.k8s.io";
/// So many sequences, unless `KUBEWIRE_SEQUENCES` says another number.
const SEQUENCES: u64 = 60;
const LENGTH: usize = 30;

/// The users of a sequence are its own: other sequences run beside it.
const USERS: [&str; 3] = ["{ns:a}-alice", "{ns:a}-bob", "system:serviceaccount:{ns:a}:web"];
const DEVS: &str = "{ns:a}-devs";

struct Maker {
    dice: Dice,
}

fn step(id: usize, method: &str, target: String, body: Option<Value>) -> Step {
    let media = if method == "PATCH" { "application/merge-patch+json" } else { "application/json" };
    let headers = vec![("content-type".into(), media.into())];
    Step { id, method: method.into(), target, headers, body, watch: false }
}

fn sequence(seed: u64) -> Vec<Step> {
    let mut maker = Maker { dice: Dice::new(seed) };
    let accounts = "/api/v1/namespaces/{ns:a}/serviceaccounts";
    let mut steps = vec![
        step(0, "POST", accounts.into(), Some(json!({"metadata": {"name": "web"}}))),
        step(1, "POST", format!("{accounts}/web/token"), Some(json!({"spec": {"expirationSeconds": 3600}}))),
    ];
    // So that what follows is about something: a role and who has it, within a namespace and everywhere.
    for (cluster, binding) in [(false, false), (false, true), (true, false), (true, true)] {
        let change = maker.write(steps.len(), cluster, binding, 0);
        steps.push(change);
    }
    for id in steps.len()..LENGTH {
        let next = match maker.dice.below(100) {
            0..18 => maker.change(id),
            18..34 => {
                let change = maker.change(id);
                maker.by_someone(change)
            }
            34..70 => {
                let asked = maker.ask(id);
                maker.by_someone(asked)
            }
            70..90 => {
                let review = maker.review(id);
                if maker.dice.percent(60) { maker.by_someone(review) } else { review }
            }
            _ => maker.token(id),
        };
        steps.push(next);
    }
    steps
}

impl Maker {
    fn list(&mut self, from: &[&str]) -> Vec<String> {
        let count = 1 + self.dice.below(4);
        let mut list: Vec<String> = (0..count).map(|_| (*self.dice.pick(from)).to_owned()).collect();
        list.dedup();
        list
    }

    fn rule(&mut self, cluster: bool) -> Value {
        if cluster && self.dice.percent(15) {
            return json!({"verbs": ["get"], "nonResourceURLs": self.list(&["/metrics", "/logs/*", "/x*", "*"])});
        }
        if self.dice.percent(10) {
            let verbs = self.list(&[
                "impersonate",
                "impersonate",
                "impersonate:user-info",
                "impersonate-on:user-info:list",
            ]);
            let resources =
                self.list(&["users", "groups", "serviceaccounts", "configmaps", "userextras/*", "uids"]);
            return json!({"verbs": verbs, "apiGroups": ["", "authentication.k8s.io"], "resources": resources});
        }
        if self.dice.percent(20) {
            let verbs = self.list(&["create", "update", "patch", "get", "bind", "escalate", "delete", "*"]);
            let resources = ["roles", "rolebindings", "clusterroles", "clusterrolebindings"];
            return json!({"verbs": verbs, "apiGroups": [GROUP], "resources": resources});
        }
        let mut rule = json!({
            "verbs": self.list(&["get", "list", "create", "update", "patch", "delete", "deletecollection", "watch", "*", "*"]),
            "apiGroups": self.list(&["", "", "", "apps", "*"]),
            "resources": self.list(&["configmaps", "configmaps", "configmaps", "pods", "*/log", "deployments", "*", "*"]),
        });
        if self.dice.percent(20) {
            rule["resourceNames"] = json!(self.list(&["m", "n"]));
        }
        rule
    }

    fn subjects(&mut self) -> Value {
        let mut subjects = Vec::new();
        for _ in 0..1 + self.dice.below(3) {
            subjects.push(match self.dice.below(5) {
                0 | 1 => json!({"kind": "User", "apiGroup": GROUP, "name": USERS[self.dice.below(2)]}),
                2 => json!({"kind": "Group", "apiGroup": GROUP, "name": DEVS}),
                _ => json!({"kind": "ServiceAccount", "name": "web", "namespace": "{ns:a}"}),
            });
        }
        subjects.into()
    }

    /// A change of a rule, or of who has it. A binding of one name is always to the same role, for that cannot change.
    fn change(&mut self, id: usize) -> Step {
        let (cluster, binding) = (self.dice.percent(35), self.dice.percent(45));
        let number = self.dice.below(3);
        let post = self.write(id, cluster, binding, number);
        let body = post.body.clone().unwrap_or_default();
        let one = format!("{}/{}", post.target, body["metadata"]["name"].as_str().expect("it has a name"));
        match self.dice.below(10) {
            0..4 => post,
            4..6 => {
                let mut body = body;
                match self.dice.below(8) {
                    // Which of two refusals comes first.
                    0 => body["metadata"]["resourceVersion"] = "1".into(),
                    1 => body["metadata"]["uid"] = "other".into(),
                    2 => body["metadata"]["name"] = "other".into(),
                    _ => {}
                }
                step(id, "PUT", one, Some(body))
            }
            6 | 7 => {
                let field = if binding { "subjects" } else { "rules" };
                let patch = json!({"metadata": {"labels": {"sequence": "{ns:a}"}}, field: body[field]});
                step(id, "PATCH", one, Some(patch))
            }
            8 => step(id, "PATCH", one, Some(json!({"metadata": {"finalizers": null}}))),
            _ => step(id, "DELETE", one, None),
        }
    }

    fn write(&mut self, id: usize, cluster: bool, binding: bool, number: usize) -> Step {
        let kind = match (cluster, binding) {
            (true, true) => "clusterrolebindings",
            (true, false) => "clusterroles",
            (false, true) => "rolebindings",
            (false, false) => "roles",
        };
        let (scope, name) = if cluster {
            (format!("{RBAC}/{kind}"), format!("{{ns:a}}-c{number}"))
        } else {
            let namespace = if self.dice.percent(90) { "{ns:a}" } else { "{ns:b}" };
            (format!("{RBAC}/namespaces/{namespace}/{kind}"), format!("r{number}"))
        };
        let mut body = json!({"metadata": {"name": name, "labels": {"sequence": "{ns:a}"}}});
        if binding {
            let (role, role_name) = match (cluster, number) {
                (true, _) | (false, 2) => ("ClusterRole", format!("{{ns:a}}-c{number}")),
                _ => ("Role", format!("r{number}")),
            };
            let role_name =
                if number == 2 && self.dice.percent(50) && !cluster { "view".into() } else { role_name };
            let name = if role_name == "view" { "r-view".to_owned() } else { name.clone() };
            body["metadata"]["name"] = name.into();
            body["roleRef"] = json!({"apiGroup": GROUP, "kind": role, "name": role_name});
            body["subjects"] = self.subjects();
        } else {
            let count = 2 + self.dice.below(3);
            body["rules"] = (0..count).map(|_| self.rule(cluster)).collect();
        }
        if self.dice.percent(12) {
            self.spoil(&mut body);
        }
        step(id, "POST", scope, Some(body))
    }

    /// One fault.
    fn spoil(&mut self, body: &mut Value) {
        let faults = [
            ("/rules/0/verbs", json!([])),
            ("/rules/0/resources", json!([])),
            ("/rules/0/apiGroups", Value::Null),
            ("/rules/0/nonResourceURLs", json!(["/x"])),
            ("/rules/0", json!({})),
            ("/roleRef/name", "other".into()),
            ("/roleRef/name", "".into()),
            ("/roleRef/kind", "User".into()),
            ("/roleRef/apiGroup", "x".into()),
            ("/subjects/0/kind", "Pod".into()),
            ("/subjects/0/name", "".into()),
            ("/subjects/0/namespace", "".into()),
            ("/subjects/0/apiGroup", "x".into()),
        ];
        let found: Vec<_> = faults.iter().filter(|(pointer, _)| body.pointer(pointer).is_some()).collect();
        if !found.is_empty() {
            let (pointer, value) = (*self.dice.pick(&found)).clone();
            if let Some(place) = body.pointer_mut(pointer) {
                *place = value;
            }
        }
    }

    /// Any request, known to the server or not.
    fn ask(&mut self, id: usize) -> Step {
        let namespace =
            *self.dice.pick(&["{ns:a}", "{ns:a}", "{ns:a}", "{ns:a}", "{ns:a}", "{ns:b}", "{ns:none}"]);
        let name = *self.dice.pick(&["m", "n"]);
        let maps = format!("/api/v1/namespaces/{namespace}/configmaps");
        let map = || Some(json!({"metadata": {"name": name}, "data": {"k": "v"}}));
        let get = |target: String| step(id, "GET", target, None);
        match self.dice.below(24) {
            0 | 1 => get(maps),
            2 => get(format!("{maps}/{name}")),
            3 => get(format!("{maps}?fieldSelector=metadata.name%3D{name}")),
            4 | 5 => step(id, "POST", maps, map()),
            6 => step(id, "PUT", format!("{maps}/{name}"), map()),
            7 => step(id, "PATCH", format!("{maps}/{name}"), Some(json!({"data": {"k": "w"}}))),
            8 => step(id, "DELETE", format!("{maps}/{name}"), None),
            // The controllers bring back what they have put there.
            9 => step(id, "DELETE", format!("{maps}?labelSelector=x%3Dy"), None),
            10 => {
                let mut apply = step(id, "PATCH", format!("{maps}/{name}?fieldManager=x"), None);
                apply.headers = vec![("content-type".into(), "application/apply-patch+yaml".into())];
                apply.body =
                    Some(json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}}));
                apply
            }
            11 => get(format!("/apis/apps/v1/namespaces/{namespace}/deployments")),
            12 => {
                step(id, "POST", format!("/apis/apps/v1/namespaces/{namespace}/deployments"), Some(json!([])))
            }
            13 => get(format!("/apis/none/v1/namespaces/{namespace}/things/x/part")),
            14 => get((*self.dice.pick(&[
                "/x",
                "/api",
                "/apis/apps/v1",
                "/version",
                "/nothing",
                "/healthz",
                "/x<y>",
                // Other tests leave nodes behind.
                "/api/v1/nodes?fieldSelector=metadata.name%3Dnobody",
            ]))
            .into()),
            15 => step(id, "DELETE", format!("/api/v1/namespaces/{namespace}/pods/{name}"), None),
            16 => {
                let mut list = get(maps);
                list.headers = vec![("accept".into(), "text/html".into())];
                list
            }
            17 => step(id, "PUT", format!("/api/v1/namespaces/{namespace}/pods/{name}/log"), None),
            18 => get(format!("/api/v1/watch/namespaces/{namespace}/configmaps?limit=x&timeoutSeconds=z")),
            19 => step(id, "HEAD", format!("{maps}/{name}"), None),
            20 => step(id, "OPTIONS", maps, None),
            21 => Step { watch: true, ..get(format!("{maps}?watch=1&timeoutSeconds=1&resourceVersion=0")) },
            22 => get(format!("{maps}?watch=0&fieldSelector=metadata.name%3D{name},metadata.namespace%3Dx")),
            _ => get("/api/v1/configmaps?limit=1&fieldSelector=metadata.name%3Dnone-such".into()),
        }
    }

    fn review(&mut self, id: usize) -> Step {
        let namespace = *self.dice.pick(&["{ns:a}", "{ns:a}", "{ns:b}", ""]);
        let mut attributes = json!({
            "namespace": namespace,
            "verb": *self.dice.pick(&["get", "list", "create", "bind", "*"]),
            "resource": *self.dice.pick(&["configmaps", "pods", "roles", "deployments"]),
            "group": *self.dice.pick(&["", "", "apps", GROUP]),
        });
        if self.dice.percent(20) {
            attributes["name"] = "m".into();
        }
        if self.dice.percent(20) {
            attributes["subresource"] = "log".into();
        }
        if self.dice.percent(15) {
            let selectors = [
                json!({"rawSelector": "((("}),
                json!({"rawSelector": "a=b"}),
                json!({}),
                json!({"requirements": [{"key": "a", "operator": "Zoo"}, {"key": "b", "operator": "In", "values": ["c"]}]}),
            ];
            let field = *self.dice.pick(&["labelSelector", "fieldSelector"]);
            attributes[field] = self.dice.pick(&selectors).clone();
        }
        let mut spec = json!({"resourceAttributes": attributes});
        if self.dice.percent(15) {
            let path = *self.dice.pick(&["/metrics", "/api", "/x"]);
            spec = json!({"nonResourceAttributes": {"path": path, "verb": "get"}});
        }
        if self.dice.percent(4) {
            spec = json!({});
        }
        let mut about = spec.clone();
        about["user"] = USERS[self.dice.below(3)].into();
        if self.dice.percent(50) {
            about["groups"] = json!([DEVS]);
        }
        let post = |target: String, spec: Value| step(id, "POST", target, Some(json!({"spec": spec})));
        match self.dice.below(6) {
            0 | 1 => post(format!("{REVIEWS}/subjectaccessreviews"), about),
            2 | 3 => post(format!("{REVIEWS}/selfsubjectaccessreviews"), spec),
            4 => post(format!("{REVIEWS}/namespaces/{{ns:a}}/localsubjectaccessreviews"), about),
            _ => post(format!("{REVIEWS}/selfsubjectrulesreviews"), json!({"namespace": namespace})),
        }
    }

    /// Who someone is, and tokens.
    fn token(&mut self, id: usize) -> Step {
        let authentication = "/apis/authentication.k8s.io/v1";
        let request = |spec: Value| {
            step(
                id,
                "POST",
                "/api/v1/namespaces/{ns:a}/serviceaccounts/web/token".into(),
                Some(json!({"spec": spec})),
            )
        };
        match self.dice.below(8) {
            0 => request(json!({"expirationSeconds": 599})),
            5 => self.by_someone(request(json!({"expirationSeconds": 600}))),
            1 => request(json!({"audiences": ["x"], "expirationSeconds": 600})),
            2 => request(json!({"boundObjectRef": {"kind": "Secret", "apiVersion": "v1", "name": "none"}})),
            3 => step(
                id,
                "POST",
                format!("{authentication}/tokenreviews"),
                Some(json!({"spec": {"token": "{token:1}"}})),
            ),
            4 => step(
                id,
                "POST",
                format!("{authentication}/tokenreviews"),
                Some(json!({"spec": {"token": "{token:1}", "audiences": ["x"]}})),
            ),
            _ => {
                let whoami =
                    step(id, "POST", format!("{authentication}/selfsubjectreviews"), Some(json!({})));
                self.by_someone(whoami)
            }
        }
    }

    /// The same by one of the others.
    fn by_someone(&mut self, mut step: Step) -> Step {
        let mut say = |name: &str, value: &str| step.headers.push((name.into(), value.into()));
        match self.dice.below(12) {
            0..5 => say("authorization", "Bearer {token:1}"),
            5..9 => {
                say("impersonate-user", USERS[self.dice.below(3)]);
                if self.dice.percent(50) {
                    say("impersonate-group", DEVS);
                }
            }
            9 => {
                say("authorization", "Bearer {token:1}");
                match self.dice.below(6) {
                    0 => say("impersonate-user", USERS[2]),
                    1 => say("impersonate-group", DEVS),
                    2 => say("impersonate-user", "system:node:n"),
                    _ => say("impersonate-user", USERS[self.dice.below(2)]),
                }
                match self.dice.below(8) {
                    0 | 1 => say("impersonate-group", DEVS),
                    2 => say("impersonate-group", "system:masters"),
                    3 => say("impersonate-uid", "u"),
                    4 | 5 => say("impersonate-extra-acme.io%2fscope", "s"),
                    _ => {}
                }
            }
            10 => say("authorization", "Bearer of-nobody"),
            _ => say("authorization", "Basic eDp5"),
        }
        step
    }
}

#[test]
fn actors_are_answered_alike() {
    let bench = Bench { form, ..Bench::new() };
    let (first, count) = (number("KUBEWIRE_SEED", 0), number("KUBEWIRE_SEQUENCES", SEQUENCES));
    let next = AtomicU64::new(first);
    let reports = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    let found = reports.lock().expect("nobody panics with it").len() as u64;
                    if seed >= first + count || found >= number("KUBEWIRE_REPORTS", 3) {
                        return;
                    }
                    let steps = sequence(seed);
                    // A change may have been heard of late.
                    if bench.differ(&steps).is_some()
                        && let Some(found) = bench.differ(&steps)
                    {
                        let report = bench.report(seed, &steps, &found);
                        reports.lock().expect("nobody panics with it").push(report);
                    }
                }
            });
        }
    });
    let reports = reports.into_inner().expect("nobody panics with it");
    bench.settle();
    assert!(reports.is_empty(), "{} of the sequences differ:\n{}", reports.len(), reports.join("\n"));
}

/// Whoever is always refused, or never, shows nothing.
#[test]
fn actors_meet_both_answers() {
    let (mut allowed, mut refused, mut unknown) = (0, 0, 0);
    for seed in 0..20 {
        let mut ours = Ours { sandbox: Sandbox::new(), now: Now::default() };
        for name in ["x-a", "x-b"] {
            let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}});
            ours.sandbox.put(namespace, Now::default()).expect("it is a namespace");
        }
        let steps = sequence(seed);
        let known = Known::new("x-", [String::new(), String::new()]);
        let asked = |id: usize| steps[id].headers.len() > 1 && !steps[id].target.contains("review");
        for answer in sides::run(&mut ours, &steps, known).iter().filter(|answer| asked(answer.id)) {
            match answer.status {
                403 => refused += 1,
                401 => unknown += 1,
                _ => allowed += 1,
            }
        }
    }
    assert!(allowed > 40 && refused > 60 && unknown > 5, "{allowed} {refused} {unknown}");
}
