//! The sandbox beside the real API server: the same seeded sequences of requests, and the same answers.

mod actors;
mod alike;
mod applies;
mod compare;
mod dice;
mod discovery;
mod edits;
mod generate;
mod given;
mod kinds;
mod normal;
mod objects;
mod patches;
mod recorded;
mod rights;
mod scripts;
mod shrink;
mod sides;
mod step;

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use kubewire_apiserver::{Admin, Cluster, State};
use serde_json::{Value, json};

use compare::{Difference, Differences};
use sides::{Ours, Real, Side};
use step::{Known, Step};

const DIFFERENCES: &str = include_str!("differences.json");
/// So many sequences, unless `KUBEWIRE_SEQUENCES` says another number, from the seed that `KUBEWIRE_SEED` says on.
///
/// Each leaves two namespaces to the controllers, who take a second for each few: more would keep the other tests' namespaces waiting.
const SEQUENCES: u64 = 200;
/// So many of the daily kinds, beside a server without controllers.
const DAILY: u64 = 500;
/// So many of custom kinds, beside such a server too.
const CUSTOM: u64 = 240;
const LENGTH: usize = 30;
const AT_ONCE: usize = 6;

/// Tells the runs of sequences apart, those of tests that began in the same millisecond too.
static RUN: AtomicU64 = AtomicU64::new(0);

struct Bench {
    admin: Admin,
    /// A server of our own without controllers, unless theirs is used.
    bare: Option<Cluster>,
    differences: Differences,
    start: u64,
    /// Of custom kinds, on both sides.
    definitions: Vec<Value>,
    /// What else is written alike on both sides.
    form: fn(Value) -> Value,
}

impl Bench {
    fn new() -> Self {
        Self::of(&State::from_env().unwrap_or_else(|error| panic!("{error}")), None)
    }

    /// With a server without controllers: what they look after would change by itself.
    fn bare(name: &str) -> Self {
        let state = State::from_env().unwrap_or_else(|error| panic!("{error}"));
        let cluster = Cluster::start_bare(&state.dir.join(name), &state.binaries);
        let cluster = cluster.unwrap_or_else(|error| panic!("{error}"));
        Self::of(&cluster.state().clone(), Some(cluster))
    }

    fn of(state: &State, bare: Option<Cluster>) -> Self {
        let start = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is after 1970").as_millis();
        Self {
            bare,
            admin: Admin::of(state).expect("the admin's mount is good"),
            differences: Differences::read(DIFFERENCES),
            start: start as u64,
            definitions: Vec::new(),
            form: |value| value,
        }
    }

    /// Makes definitions, and waits until the server serves what they define.
    fn defining(mut self, definitions: Vec<Value>) -> Self {
        let mut real = Real(&self.admin);
        define(&mut real, &definitions);
        let spec = |definition: &Value, field: &str| {
            definition["spec"][field].as_str().unwrap_or_default().to_owned()
        };
        for definition in &definitions {
            let plural = definition["spec"]["names"]["plural"].as_str().unwrap_or_default();
            let versions = definition["spec"]["versions"].as_array().into_iter().flatten();
            let served = versions.filter(|version| version["served"] == true);
            let Some(version) = served.filter_map(|version| version["name"].as_str()).next() else {
                continue;
            };
            let list = format!("/apis/{}/{version}/{plural}", spec(definition, "group"));
            let get = http::Request::get(list).body(Vec::new()).expect("it is a request");
            let served = (0..200).any(|_| {
                std::thread::sleep(std::time::Duration::from_millis(50));
                real.ask(&get).status() == 200
            });
            assert!(served, "{plural} are not served");
        }
        self.definitions = definitions;
        self
    }

    /// Runs a sequence on both sides, in namespaces of its own.
    fn differ(&self, steps: &[Step]) -> Option<Difference> {
        self.differ_but(steps, usize::MAX)
    }

    /// The same, but for the answer of one step.
    fn differ_but(&self, steps: &[Step], but: usize) -> Option<Difference> {
        let Both { real, ours, .. } = self.answers(steps);
        // A step whose symbol only one side knows follows from a difference before it.
        let (real, ours) = (known_to(&ours, real.clone(), but), known_to(&real, ours, but));
        self.differences.first(&real, &ours)
    }

    /// What both sides answer to a sequence.
    fn answers(&self, steps: &[Step]) -> Both {
        let run = RUN.fetch_add(1, Ordering::Relaxed);
        let namespaces = format!("q{:x}-{run}-", self.start & 0xffff_ffff);
        let (mut real, mut ours) = (Real(&self.admin), Ours::new(self.start));
        define(&mut ours, &self.definitions);
        let around = if self.bare.is_some() { Around::Nobody } else { Around::Controllers };
        let prepared = ["a", "b"].map(|name| {
            let namespace = format!("{namespaces}{name}");
            let (real, map) = prepare(&mut real, &namespace, around, None);
            (real, prepare(&mut ours, &namespace, around, Some(&map)).0, map)
        });
        let [(real_a, our_a, map), (real_b, our_b, _)] = prepared;
        let answers = (
            sides::run(&mut real, steps, Known::new(&namespaces, [real_a, real_b])),
            sides::run(&mut ours, steps, Known::new(&namespaces, [our_a, our_b])),
        );
        for name in ["a", "b"] {
            if self.bare.is_some() {
                // Nobody empties it, and there are few addresses for services.
                let services = format!("/api/v1/namespaces/{namespaces}{name}/services");
                real.ask(&http::Request::delete(services).body(Vec::new()).expect("it is a request"));
            }
            tidy(&mut real, &format!("/api/v1/namespaces/{namespaces}{name}"));
        }
        if steps.iter().any(|step| step.target.contains("clusterrole")) {
            tidy_rules(&mut real, &format!("{namespaces}a"));
        }
        let normal = |answers| {
            let answers = normal::normal(answers).into_iter();
            answers.map(|(id, answer)| (id, (self.form)(answer))).collect::<Vec<_>>()
        };
        Both { real: normal(&answers.0), ours: normal(&answers.1), namespaces, map }
    }

    /// Waits until the controllers have emptied its namespaces, three minutes at most: other tests' would have to wait for them.
    fn settle(&self) {
        let prefix = format!("q{:x}-", self.start & 0xffff_ffff);
        let get = http::Request::get("/api/v1/namespaces").body(Vec::new()).expect("it is a request");
        for _ in 0..180 {
            let list: Value = serde_json::from_slice(Real(&self.admin).ask(&get).body()).expect("it is JSON");
            let names = list["items"].as_array().into_iter().flatten();
            let left = |item: &Value| {
                item["metadata"]["name"].as_str().is_some_and(|name| name.starts_with(&prefix))
            };
            if self.bare.is_some() || !names.into_iter().any(left) {
                return;
            }
            std::thread::sleep(std::time::Duration::from_secs(1));
        }
    }

    fn report(&self, seed: u64, steps: &[Step], found: &Difference) -> String {
        let tries = number("KUBEWIRE_SHRINK", 100) as usize;
        let (small, found) = if tries == 0 {
            (steps.iter().filter(|step| step.id == found.step).cloned().collect(), found.clone())
        } else {
            // A smaller sequence with another difference would hide this one.
            (shrink::shrink(steps, tries, |steps| self.differ(steps).as_ref() == Some(found)), found.clone())
        };
        let mut text = format!(
            "seed {seed}: step {} differs at {}\n  real: {:.600}\n  ours: {:.600}\n",
            found.step,
            found.pointer,
            found.real.to_string(),
            found.ours.to_string()
        );
        for step in &small {
            let body = step.body.as_ref().map(Value::to_string).unwrap_or_default();
            text += &format!("  {} {} {} {:?} {body}\n", step.id, step.method, step.target, step.headers);
        }
        text
    }
}

/// What both sides answered, step by step.
struct Both {
    real: Vec<(usize, Value)>,
    ours: Vec<(usize, Value)>,
    /// What its namespaces' names begin with.
    namespaces: String,
    /// What the controllers put into each namespace; null without them.
    map: Value,
}

/// The answers to those steps that the other side could be asked too, but for one.
fn known_to(other: &[(usize, Value)], answers: Vec<(usize, Value)>, but: usize) -> Vec<(usize, Value)> {
    let known = |id: &usize| *id != but && other.iter().any(|(own, _)| own == id);
    answers.into_iter().filter(|(id, _)| known(id)).collect()
}

/// Makes the definitions of custom kinds.
fn define(side: &mut dyn Side, definitions: &[Value]) {
    for definition in definitions {
        let request = http::Request::post("/apis/apiextensions.k8s.io/v1/customresourcedefinitions");
        let request = request.header("content-type", "application/json");
        let request = request.body(definition.to_string().into_bytes()).expect("it is a request");
        let made = side.ask(&request);
        assert_eq!(made.status(), 201, "{}", String::from_utf8_lossy(made.body()));
    }
}

/// Who acts beside us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Around {
    Controllers,
    Nobody,
}

/// Makes a namespace, and waits for the ConfigMap that the real controllers put into each; into ours goes the same `map`. Gives the namespace's uid,
/// and the map.
fn prepare(side: &mut dyn Side, namespace: &str, around: Around, map: Option<&Value>) -> (String, Value) {
    let post = |target: String, body: Value| {
        let request = http::Request::post(target).header("content-type", "application/json");
        let request = request.header("user-agent", "sequence/1.0");
        request.body(body.to_string().into_bytes()).expect("it is a request")
    };
    let made = side.ask(&post("/api/v1/namespaces".into(), json!({"metadata": {"name": namespace}})));
    assert_eq!(made.status(), 201, "{}", String::from_utf8_lossy(made.body()));
    let made: Value = serde_json::from_slice(made.body()).expect("it is JSON");
    let uid = made["metadata"]["uid"].as_str().expect("it has a uid").to_owned();
    if around == Around::Nobody {
        let account = json!({"metadata": {"name": "default"}});
        let made = side.ask(&post(format!("/api/v1/namespaces/{namespace}/serviceaccounts"), account));
        assert_eq!(made.status(), 201);
        return (uid, Value::Null);
    }
    let maps = format!("/api/v1/namespaces/{namespace}/configmaps");
    if let Some(map) = map {
        let metadata =
            json!({"name": map["metadata"]["name"], "annotations": map["metadata"]["annotations"]});
        let manager = map["metadata"]["managedFields"][0]["manager"].as_str().unwrap_or_default();
        let maps = format!("{maps}?fieldManager={manager}");
        side.ask(&post(maps, json!({"metadata": metadata, "data": map["data"]})));
        return (uid, map.clone());
    }
    let get = http::Request::get(format!("{maps}/kube-root-ca.crt")).body(Vec::new()).expect("as above");
    for _ in 0..200 {
        let answer = side.ask(&get);
        if answer.status() == 200 {
            return (uid, serde_json::from_slice(answer.body()).expect("it is JSON"));
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    panic!("the controllers have put nothing into {namespace}");
}

/// Deletes a namespace, and takes the finalizers off what is in it, which would hold it for ever.
fn tidy(side: &mut dyn Side, namespace: &str) {
    let bare = |request: http::request::Builder| request.body(Vec::new()).expect("it is a request");
    for resource in ["configmaps", "secrets"] {
        let list = side.ask(&bare(http::Request::get(format!("{namespace}/{resource}"))));
        let list: Value = serde_json::from_slice(list.body()).expect("it is JSON");
        let items = list["items"].as_array().expect("it is a list");
        for object in items.iter().filter(|object| object["metadata"].get("finalizers").is_some()) {
            let name = object["metadata"]["name"].as_str().expect("it has a name");
            let request = http::Request::patch(format!("{namespace}/{resource}/{name}"));
            let request = request.header("content-type", "application/merge-patch+json");
            let body = json!({"metadata": {"finalizers": null}}).to_string().into_bytes();
            side.ask(&request.body(body).expect("it is a request"));
        }
    }
    side.ask(&bare(http::Request::delete(namespace)));
}

/// Deletes what a sequence has left outside of its namespaces.
fn tidy_rules(side: &mut dyn Side, sequence: &str) {
    for plural in ["clusterrolebindings", "clusterroles"] {
        let target =
            format!("/apis/rbac.authorization.k8s.io/v1/{plural}?labelSelector=sequence%3D{sequence}");
        side.ask(&http::Request::delete(target).body(Vec::new()).expect("it is a request"));
    }
}

fn number(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// Runs so many sequences on both sides.
fn run(bench: &Bench, count: u64, sequence: impl Fn(u64) -> Vec<Step> + Sync) {
    let first = number("KUBEWIRE_SEED", 0);
    let (next, stop) = (AtomicU64::new(first), AtomicBool::new(false));
    let reports = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= first + count {
                        return;
                    }
                    let steps = sequence(seed);
                    // What the watch cache had not heard of yet, it has another time.
                    if (0..2).all(|_| bench.differ(&steps).is_some())
                        && let Some(found) = bench.differ(&steps)
                    {
                        let report = bench.report(seed, &steps, &found);
                        let mut reports = reports.lock().expect("nobody panics with it");
                        reports.push(report);
                        stop.store(reports.len() as u64 >= number("KUBEWIRE_REPORTS", 3), Ordering::Relaxed);
                    }
                }
            });
        }
    });
    bench.settle();
    let reports = reports.into_inner().expect("nobody panics with it");
    assert!(reports.is_empty(), "{} of the sequences differ:\n{}", reports.len(), reports.join("\n"));
    // Fewer sequences may not come to each.
    if count >= SEQUENCES {
        assert_eq!(
            bench.differences.unused(false),
            Vec::<&str>::new(),
            "named differences that nothing needs"
        );
    }
}

#[test]
fn sequences_are_answered_alike() {
    run(&Bench::new(), number("KUBEWIRE_SEQUENCES", SEQUENCES), |seed| generate::sequence(seed, LENGTH));
}

/// The kinds that are used daily, each with its defaults and rules.
#[test]
fn daily_kinds_are_answered_alike() {
    let (kinds, only) = (kinds::Kinds::read(), std::env::var("KUBEWIRE_KIND").unwrap_or_default());
    let count = number("KUBEWIRE_SEQUENCES", DAILY);
    run(&Bench::bare("daily"), count, |seed| kinds.sequence(seed, LENGTH, &only));
}

/// Custom kinds, as their schemas have them.
#[test]
fn custom_kinds_are_answered_alike() {
    let (kinds, only) = (kinds::Kinds::custom(), std::env::var("KUBEWIRE_KIND").unwrap_or_default());
    let count = number("KUBEWIRE_SEQUENCES", CUSTOM);
    let bench = Bench::bare("custom").defining(kinds.definitions.clone());
    run(&bench, count, |seed| kinds.sequence(seed, LENGTH, &only));
}

/// The end of a namespace up to where the controllers' own pace begins: what a finalizer holds stays, and nothing new comes in.
#[test]
fn namespaces_end_alike() {
    let bench = Bench::new();
    let step = |id: usize, method: &str, target: &str, body: Option<Value>| Step {
        id,
        method: method.into(),
        target: target.into(),
        headers: vec![("content-type".into(), "application/json".into())],
        body,
        watch: false,
    };
    let namespace = "/api/v1/namespaces/{ns:none}";
    let maps = format!("{namespace}/configmaps");
    let held = json!({"metadata": {"name": "held", "finalizers": ["a.b/c"]}});
    let steps = [
        step(
            0,
            "POST",
            "/api/v1/namespaces",
            Some(json!({"metadata": {"name": "{ns:none}", "labels": {"x": "y"}}})),
        ),
        step(1, "POST", "/api/v1/namespaces", Some(json!({"metadata": {"name": "{ns:none}"}}))),
        step(2, "POST", "/api/v1/namespaces", Some(json!({"metadata": {"name": "a.b"}}))),
        step(3, "POST", &maps, Some(held)),
        step(4, "DELETE", &format!("{namespace}?dryRun=All"), None),
        step(5, "DELETE", namespace, Some(json!({"preconditions": {"uid": "other"}}))),
        step(6, "DELETE", namespace, None),
        step(7, "POST", &maps, Some(json!({"metadata": {"name": "new"}}))),
        step(8, "DELETE", "/api/v1/namespaces/default", None),
        step(9, "DELETE", "/api/v1/namespaces/kube-system", None),
        step(10, "PATCH", &format!("{maps}/held"), Some(json!({"metadata": {"finalizers": null}}))),
    ];
    let merge = vec![("content-type".into(), "application/merge-patch+json".into())];
    let steps =
        steps.map(|step| if step.method == "PATCH" { Step { headers: merge.clone(), ..step } } else { step });
    // The last step frees the real one; what it answers depends on whether the controllers were there first.
    let found = bench.differ_but(&steps, 10);
    assert!(found.is_none(), "{found:#?}");
}
