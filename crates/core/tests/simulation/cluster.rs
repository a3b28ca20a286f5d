//! A small model of the API server's lists and watches: objects, a history that is forgotten, and what it answers.

use std::collections::BTreeMap;

use crate::random::Random;

/// One object: its uid, its version, and which selectors find it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Thing {
    pub(crate) uid: u64,
    pub(crate) version: u64,
    pub(crate) labels: u64,
}

/// One step of history: the key, what was, and what is.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    version: u64,
    key: String,
    old: Option<Thing>,
    new: Option<Thing>,
}

#[derive(Default)]
pub(crate) struct Cluster {
    pub(crate) things: BTreeMap<String, Thing>,
    pub(crate) version: u64,
    pub(crate) history: Vec<Step>,
    /// What was before this version is forgotten.
    pub(crate) oldest: u64,
    pub(crate) uids: u64,
    pub(crate) streams: bool,
}

pub(crate) fn json(key: &str, thing: &Thing) -> String {
    let (namespace, name) = key.split_once('/').unwrap();
    let Thing { uid, version, .. } = thing;
    // As Go writes it, or as custom resources come: with the name far behind.
    if uid % 2 == 0 {
        return format!(
            r#"{{"kind":"Pod","metadata":{{"name":"{name}","namespace":"{namespace}","uid":"u{uid}","resourceVersion":"{version}","managedFields":[{{"a":"}}{{"}}]}},"spec":{{"s":"é\"}}"}}}}"#
        );
    }
    format!(
        r#"{{"apiVersion":"v1","kind":"Pod","metadata":{{"annotations":{{"name":"no"}},"managedFields":[],"name":"{name}","namespace":"{namespace}","resourceVersion":"{version}","uid":"u{uid}"}}}}"#
    )
}

fn event(kind: &str, object: &str) -> String {
    format!("{{\"type\":\"{kind}\",\"object\":{object}}}\n")
}

pub(crate) fn bookmark(version: u64, end: bool) -> String {
    let annotations = if end { r#","annotations":{"k8s.io/initial-events-end":"true"}"# } else { "" };
    event(
        "BOOKMARK",
        &format!(r#"{{"kind":"Pod","metadata":{{"resourceVersion":"{version}"{annotations}}}}}"#),
    )
}

pub(crate) fn status(code: u16, reason: &str, cause: &str) -> String {
    format!(
        r#"{{"kind":"Status","status":"Failure","reason":"{reason}","code":{code},"details":{{"causes":[{{"reason":"{cause}"}}]}}}}"#
    )
}

fn finds(selector: u64, thing: &Thing) -> bool {
    selector == 0 || thing.labels & selector != 0
}

impl Cluster {
    /// Something happens to some object.
    pub(crate) fn mutate(&mut self, random: &mut Random) {
        self.version += random.range(1, 4);
        let key = format!("n{}/p{}", random.range(0, 2), random.range(0, 6));
        let old = self.things.get(&key).cloned();
        let labels = random.range(0, 4);
        let new = match &old {
            Some(_) if random.percent(35) => None,
            Some(old) => Some(Thing { version: self.version, labels, ..old.clone() }),
            None => {
                self.uids += 1;
                Some(Thing { uid: self.uids, version: self.version, labels })
            }
        };
        match new.clone() {
            Some(new) => drop(self.things.insert(key.clone(), new)),
            None => drop(self.things.remove(&key)),
        }
        self.history.push(Step { version: self.version, key, old, new });
    }

    /// The past is forgotten, and what comes of the watches that would need it is an expiry.
    pub(crate) fn compact(&mut self) {
        self.oldest = self.version;
        self.history.clear();
    }

    /// What there was at a version that is not forgotten.
    fn at(&self, version: u64, selector: u64) -> BTreeMap<String, Thing> {
        let mut things = self.things.clone();
        for step in self.history.iter().rev().take_while(|step| step.version > version) {
            match &step.old {
                Some(old) => drop(things.insert(step.key.clone(), old.clone())),
                None => drop(things.remove(&step.key)),
            }
        }
        things.retain(|_, thing| finds(selector, thing));
        things
    }

    /// A version to answer a list with that need not be newer than `least`: the cache may be behind.
    pub(crate) fn stale(&self, least: u64, random: &mut Random) -> u64 {
        let from = least.max(self.oldest);
        if from >= self.version || random.percent(60) {
            self.version
        } else {
            random.range(from, self.version + 1)
        }
    }

    /// A list at a version, whole or a page from an object on.
    pub(crate) fn list(&self, version: u64, selector: u64, from: usize, limit: usize) -> String {
        let things = self.at(version, selector);
        let items: Vec<String> =
            things.iter().skip(from).take(limit).map(|(key, thing)| json(key, thing)).collect();
        let more = if from + limit < things.len() {
            format!(r#","continue":"{version}:{}""#, from + limit)
        } else {
            String::new()
        };
        let items = items.join(",");
        format!(
            r#"{{"kind":"PodList","apiVersion":"v1","metadata":{{"resourceVersion":"{version}"{more}}},"items":[{items}]}}"#
        )
    }

    /// The beginning of a streaming list at a version.
    pub(crate) fn initial(&self, version: u64, selector: u64) -> Vec<String> {
        let added = self.at(version, selector);
        let added = added.iter().map(|(key, thing)| event("ADDED", &json(key, thing)));
        added.chain([bookmark(version, true)]).collect()
    }

    /// What has happened since a version, as a watch with this selector sees it.
    pub(crate) fn since(&self, version: u64, selector: u64) -> Vec<String> {
        let seen = |step: &Step| {
            let old = step.old.as_ref().filter(|thing| finds(selector, thing));
            let new = step.new.as_ref().filter(|thing| finds(selector, thing));
            Some(match (old, new) {
                (None, Some(new)) => event("ADDED", &json(&step.key, new)),
                (Some(_), Some(new)) => event("MODIFIED", &json(&step.key, new)),
                // The last state, at the version of the deletion.
                (Some(old), None) => {
                    event("DELETED", &json(&step.key, &Thing { version: step.version, ..old.clone() }))
                }
                (None, None) => return None,
            })
        };
        self.history.iter().filter(|step| step.version > version).filter_map(seen).collect()
    }
}
