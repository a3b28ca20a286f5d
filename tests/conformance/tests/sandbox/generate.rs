//! Sequences of requests from a seed: most are what programs send, some have one fault each. Few names, so that they collide.

use serde_json::json;

use crate::applies;
use crate::dice::Dice;
use crate::patches;
use crate::step::Step;

const NAMES: [&str; 4] = ["m", "n", "n-2", "o.p"];
const RESOURCES: [(&str, &str); 2] = [("configmaps", "ConfigMap"), ("secrets", "Secret")];

/// A sequence of about so many steps.
pub(crate) fn sequence(seed: u64, length: usize) -> Vec<Step> {
    let mut maker = Maker { dice: Dice::new(seed), steps: Vec::new() };
    for id in 0..length {
        let step = maker.step(id);
        maker.steps.push(step);
    }
    // What is there in the end, in full.
    for (resource, _) in RESOURCES {
        let id = maker.steps.len();
        maker.steps.push(get(id, format!("/api/v1/namespaces/{{ns:a}}/{resource}")));
    }
    maker.steps
}

fn get(id: usize, target: String) -> Step {
    Step { id, method: "GET".into(), target, headers: Vec::new(), body: None, watch: false }
}

pub(crate) struct Maker {
    pub(crate) dice: Dice,
    steps: Vec<Step>,
}

impl Maker {
    fn step(&mut self, id: usize) -> Step {
        match self.dice.below(100) {
            0..20 => self.create(id),
            20..32 => self.replace(id),
            32..43 => patches::patch(self, id),
            43..60 => applies::apply(self, id),
            60..67 => self.read(id),
            67..73 => self.delete(id),
            73..88 => self.list(id),
            88..95 => self.watch(id),
            _ => self.odd(id),
        }
    }

    pub(crate) fn namespace(&mut self) -> &'static str {
        match self.dice.below(20) {
            0..15 => "{ns:a}",
            15..19 => "{ns:b}",
            _ => "{ns:none}",
        }
    }

    pub(crate) fn resource(&mut self) -> (&'static str, &'static str) {
        RESOURCES[usize::from(self.dice.percent(35))]
    }

    pub(crate) fn name(&mut self) -> &'static str {
        NAMES[self.dice.below(NAMES.len())]
    }

    /// An earlier step.
    fn earlier(&mut self, id: usize) -> usize {
        if id == 0 { 0 } else { self.dice.below(id) }
    }

    /// An earlier step that answers one object: a list's version is the whole server's, and may be an object's by chance.
    pub(crate) fn earlier_object(&mut self, id: usize) -> usize {
        let writes = |step: &&Step| step.method == "POST" || step.method == "PUT";
        let ids: Vec<usize> = self.steps.iter().filter(writes).map(|step| step.id).collect();
        if ids.is_empty() { id } else { *self.dice.pick(&ids) }
    }

    fn create(&mut self, id: usize) -> Step {
        let (resource, kind) = self.resource();
        let namespace = self.namespace();
        let mut body = self.object(kind);
        if self.dice.percent(85) {
            body["metadata"]["name"] = self.name().into();
        } else {
            body["metadata"]["generateName"] = format!("e{id}-").into();
        }
        if self.dice.percent(10) {
            body["metadata"]["resourceVersion"] = (*self.dice.pick(&["", "0", "1", "abc"])).into();
        }
        self.claim(&mut body);
        let body = self.spoilt(body);
        let target = format!("/api/v1/namespaces/{namespace}/{resource}{}", self.write_query());
        Step {
            id,
            method: "POST".into(),
            target,
            headers: self.content_type(),
            body: Some(body),
            watch: false,
        }
    }

    fn replace(&mut self, id: usize) -> Step {
        let (resource, kind) = self.resource();
        let (namespace, name) = (self.namespace(), self.name());
        let mut body = self.object(kind);
        body["metadata"]["name"] = name.into();
        match self.dice.below(10) {
            0..3 => {
                let earlier = self.earlier_object(id);
                body["metadata"]["resourceVersion"] = format!("{{rv:{earlier}}}").into();
            }
            3 => {
                body["metadata"]["resourceVersion"] =
                    (*self.dice.pick(&["0", "1", "99999999", "abc"])).into();
            }
            4 => {
                let earlier = self.earlier(id);
                body["metadata"]["uid"] = format!("{{uid:{earlier}}}").into();
            }
            _ => {}
        }
        self.claim(&mut body);
        let body = self.spoilt(body);
        let target = format!("/api/v1/namespaces/{namespace}/{resource}/{name}{}", self.write_query());
        Step {
            id,
            method: "PUT".into(),
            target,
            headers: self.content_type(),
            body: Some(body),
            watch: false,
        }
    }

    fn read(&mut self, id: usize) -> Step {
        let (resource, _) = self.resource();
        let (namespace, name) = (self.namespace(), self.name());
        let query = match self.dice.below(12) {
            0 => "?resourceVersion=0".to_owned(),
            1 => "?resourceVersion=abc".to_owned(),
            2 => format!("?resourceVersion={{rv:{}}}", self.earlier(id)),
            _ => String::new(),
        };
        let headers = self.accept();
        Step { headers, ..get(id, format!("/api/v1/namespaces/{namespace}/{resource}/{name}{query}")) }
    }

    fn delete(&mut self, id: usize) -> Step {
        let (resource, _) = self.resource();
        let (namespace, name) = (self.namespace(), self.name());
        let mut step = Step {
            method: "DELETE".into(),
            ..get(id, format!("/api/v1/namespaces/{namespace}/{resource}/{name}"))
        };
        if self.dice.percent(12) {
            // But for the ConfigMap that the controllers would make again.
            let mut query = vec!["fieldSelector=metadata.name!%3Dkube-root-ca.crt".to_owned()];
            query.extend(self.selectors().into_iter().filter(|one| one.starts_with("label")));
            if self.dice.percent(20) {
                query.push("limit=1".into());
            }
            step.target = format!("/api/v1/namespaces/{{ns:b}}/{resource}{}", joined(&query));
            return step;
        }
        // Orphans and foreground deletions are the garbage collector's to end, so they are only tried.
        match self.dice.below(20) {
            0 => step.target += "?dryRun=All",
            1 => step.target += "?gracePeriodSeconds=abc",
            2 => step.target += "?gracePeriodSeconds=-1",
            3 => step.target += "?propagationPolicy=Bogus",
            4 => step.target += "?dryRun=All&propagationPolicy=Foreground",
            5 => step.target += "?dryRun=All&orphanDependents=true",
            6 => step.target += "?orphanDependents=false&propagationPolicy=Background",
            7 => step.target += "?orphanDependents=false",
            8 => {
                let earlier = self.earlier_object(id);
                step.body = Some(json!({"preconditions": {"uid": format!("{{uid:{earlier}}}")}}));
            }
            9 => {
                let earlier = self.earlier_object(id);
                step.body = Some(json!({"preconditions": {"resourceVersion": format!("{{rv:{earlier}}}")}}));
            }
            10 => step.body = Some(json!({"dryRun": ["All"], "propagationPolicy": "Orphan"})),
            11 => {
                step.body = Some(
                    json!({"kind": "DeleteOptions", "apiVersion": "v1", "propagationPolicy": "Background"}),
                );
            }
            _ => {}
        }
        if step.body.is_some() {
            step.headers = self.content_type();
        }
        step
    }

    fn list(&mut self, id: usize) -> Step {
        let (resource, _) = self.resource();
        let namespace = self.namespace();
        let mut query = self.selectors();
        match self.dice.below(16) {
            0 => query.push("resourceVersion=0".into()),
            1 => query.push("resourceVersion=abc".into()),
            2 | 3 => query.push(format!("resourceVersion={{rv:{}}}", self.earlier(id))),
            4 | 5 => {
                query.push(format!("resourceVersion={{rv:{}}}", self.earlier(id)));
                query.push(format!(
                    "resourceVersionMatch={}",
                    self.dice.pick(&["Exact", "NotOlderThan", "Bogus"])
                ));
            }
            6 => query.push(format!("resourceVersionMatch={}", self.dice.pick(&["Exact", "NotOlderThan"]))),
            7 => query.push("resourceVersion=0&resourceVersionMatch=Exact".into()),
            _ => {}
        }
        if self.dice.percent(40) {
            query.push(format!("limit={}", self.dice.pick(&["1", "2", "2", "3", "0", "-1", "abc"])));
        }
        if self.dice.percent(5) {
            query.push(format!("sendInitialEvents={}", self.dice.pick(&["true", "false"])));
        }
        let lists: Vec<usize> = self
            .steps
            .iter()
            .filter(|step| step.target.contains("limit=") && step.target.contains(resource))
            .map(|step| step.id)
            .collect();
        if !lists.is_empty() && self.dice.percent(50) {
            let from = *self.dice.pick(&lists);
            // Where the list that goes on is: its own place, or, wrongly, another.
            query.push(format!("continue={{cont:{from}}}"));
            let path = self.steps[from].target.split('?').next().unwrap_or_default().to_owned();
            return get(id, format!("{path}?{}", query.join("&")));
        }
        if self.dice.percent(3) {
            query.push(format!("continue={}", self.dice.pick(&["x", "e30", "!!"])));
        }
        let headers = self.accept();
        let target = format!("/api/v1/namespaces/{namespace}/{resource}{}", joined(&query));
        Step { headers, ..get(id, target) }
    }

    fn watch(&mut self, id: usize) -> Step {
        let (resource, _) = self.resource();
        let namespace = self.namespace();
        let mut query = self.selectors();
        query.push("timeoutSeconds=1&watch=1".into());
        match self.dice.below(10) {
            0..5 => query.push(format!("resourceVersion={{rv:{}}}", self.earlier(id))),
            5 => query.push("resourceVersion=0".into()),
            6 => query.push("resourceVersion=abc".into()),
            7 => query.push(
                "sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true".into(),
            ),
            8 => {
                let initial = *self.dice.pick(&["true", "false"]);
                query.push(format!("sendInitialEvents={initial}"));
                if self.dice.percent(50) {
                    let matching = *self.dice.pick(&["Exact", "NotOlderThan", "NotOlderThan"]);
                    query.push(format!("resourceVersionMatch={matching}"));
                }
            }
            _ => {}
        }
        let headers = self.accept();
        let target = format!("/api/v1/namespaces/{namespace}/{resource}{}", joined(&query));
        Step { watch: true, headers, ..get(id, target) }
    }

    /// What no program should send.
    fn odd(&mut self, id: usize) -> Step {
        let mut step = get(id, String::new());
        let (method, target) = *self.dice.pick(&[
            ("GET", "/api/v1/nothing"),
            ("GET", "/api/v2/configmaps"),
            ("GET", "/apis/none/v1/things"),
            ("GET", "/nothing"),
            ("GET", "/api/v1/configmaps/m"),
            ("GET", "/api/v1/namespaces/{ns:a}/configmaps/m/nothing"),
            ("GET", "/api/v1/namespaces/{ns:a}/nodes"),
            ("POST", "/api/v1/configmaps"),
            ("POST", "/api/v1/namespaces/{ns:a}/configmaps/m"),
            ("PUT", "/api/v1/namespaces/{ns:a}/configmaps"),
            ("PATCH", "/api/v1/namespaces/{ns:a}/configmaps"),
            ("DELETE", "/api/v1/configmaps"),
            ("OPTIONS", "/api/v1/namespaces/{ns:a}/configmaps"),
            ("GET", "/api/v1/namespaces/{ns:a}"),
            ("GET", "/api/v1/namespaces/{ns:none}"),
            ("GET", "/api/v1/configmaps?labelSelector=q%3D{ns:a}"),
            ("GET", "/api/v1/secrets?labelSelector=q%3D{ns:a},a"),
            ("GET", "/api/v1/configmaps?labelSelector=q%3D{ns:a}&fieldSelector=metadata.namespace%3D{ns:a}"),
            ("GET", "/api/v1/configmaps?timeoutSeconds=1&watch=1&labelSelector=q%3D{ns:a}"),
            ("GET", "/api/v1/watch/configmaps?timeoutSeconds=1&labelSelector=q%3D{ns:a}"),
            ("GET", "/api/v1/watch/namespaces/{ns:a}/configmaps?timeoutSeconds=1"),
            ("GET", "/api/v1/watch/namespaces/{ns:a}/configmaps/m?timeoutSeconds=1"),
        ]);
        step.method = method.into();
        step.target = target.into();
        step.watch = target.contains("timeoutSeconds");
        if method == "POST" || method == "PUT" || method == "PATCH" {
            step.headers = vec![("content-type".into(), "application/json".into())];
            step.body = Some(json!({"metadata": {"name": "m"}}));
        }
        step
    }

    fn selectors(&mut self) -> Vec<String> {
        const LABELS: [&str; 18] = [
            "a%3D1",
            "a",
            "%21a",
            "a%21%3D1",
            "a+in+(1,2)",
            "b+notin+(x)",
            "a%3D1,b",
            "a%3E1",
            "a%3C2",
            "a+in+()",
            "a,",
            "a+b",
            "a%3E%3Dx",
            "-a",
            "a%3Db%25",
            "a+in+(1",
            "a+in+1",
            "%3D1",
        ];
        const FIELDS: [&str; 9] = [
            "metadata.name%3Dm",
            "metadata.name!%3Dm",
            "metadata.name%3D%3Dn,metadata.namespace%3D{ns:a}",
            "metadata.namespace%3D{ns:b}",
            "type%3DOpaque",
            "type!%3DOpaque",
            "x%3D1",
            "metadata.name",
            "metadata.name%3Da\\b",
        ];
        let mut query = Vec::new();
        if self.dice.percent(35) {
            // Those at the end are faults.
            let chosen =
                if self.dice.percent(75) { self.dice.below(10) } else { self.dice.below(LABELS.len()) };
            query.push(format!("labelSelector={}", LABELS[chosen]));
        }
        if self.dice.percent(20) {
            query.push(format!("fieldSelector={}", self.dice.pick(&FIELDS)));
        }
        query
    }

    pub(crate) fn write_query(&mut self) -> String {
        let mut query = Vec::new();
        if self.dice.percent(15) {
            query.push(format!(
                "fieldValidation={}",
                self.dice.pick(&["Strict", "Warn", "Ignore", "Strict", "Bogus"])
            ));
        }
        if self.dice.percent(8) {
            query.push(format!("dryRun={}", self.dice.pick(&["All", "All", "Some"])));
        }
        if self.dice.percent(10) {
            query.push(format!("fieldManager={}", self.dice.pick(&["tester", "one", "two"])));
        }
        joined(&query)
    }

    fn content_type(&mut self) -> Vec<(String, String)> {
        let media = match self.dice.below(30) {
            0 => return Vec::new(),
            1 => "text/plain",
            2 => "application/json; charset=utf-8",
            _ => "application/json",
        };
        vec![("content-type".into(), media.into())]
    }

    fn accept(&mut self) -> Vec<(String, String)> {
        let media = match self.dice.below(24) {
            0 => "application/json",
            1 => "*/*",
            2 => "text/html",
            3 | 4 => "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1",
            5 => "application/json;as=Nonsense;g=meta.k8s.io;v=v1",
            6 => "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json",
            _ => return Vec::new(),
        };
        vec![("accept".into(), media.into())]
    }
}

fn joined(query: &[String]) -> String {
    if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) }
}

#[test]
fn a_seed_says_it_all() {
    assert_eq!(sequence(3, 30), sequence(3, 30));
    assert_ne!(sequence(3, 30), sequence(4, 30));
}
