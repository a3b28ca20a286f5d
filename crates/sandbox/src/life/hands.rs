//! What controllers see of the sandbox, and do with it.

use std::sync::Arc;

use bytes::Bytes;
use http::Request;
use kubewire::Now;
use serde_json::{Value, json};

use super::index::Item;
use crate::object::{meta, text, timestamp};
use crate::quota;
use crate::registry::Kind;
use crate::reply::Reply;
use crate::sandbox::Sandbox;
use crate::store::Stored;

pub(super) struct Hands<'s> {
    sandbox: &'s mut Sandbox,
    pub(super) now: Now,
}

impl<'s> Hands<'s> {
    pub(super) fn new(sandbox: &'s mut Sandbox, now: Now) -> Self {
        Self { sandbox, now }
    }

    pub(super) fn kind(&self, id: usize) -> Option<&Arc<Kind>> {
        self.sandbox.life.index.kind(id)
    }

    pub(super) fn by_kind(&self, group: &str, kind: &str) -> Option<&Arc<Kind>> {
        self.sandbox.life.index.by_kind(group, kind)
    }

    pub(super) fn get(&self, kind: usize, key: &str) -> Option<Stored> {
        self.sandbox.server.store.get(kind, key).cloned()
    }

    /// The object of a kind with its plural.
    pub(super) fn find(&self, group: &str, plural: &str, namespace: &str, name: &str) -> Option<Stored> {
        let kind = self.sandbox.life.index.find(group, plural)?;
        self.get(kind.id, &kind.key(namespace, name))
    }

    /// The objects of a namespace; all of them where it is empty.
    pub(super) fn list(&self, group: &str, plural: &str, namespace: &str) -> Vec<Stored> {
        let Some(kind) = self.sandbox.life.index.find(group, plural) else { return Vec::new() };
        let prefix = if namespace.is_empty() { String::new() } else { format!("{namespace}/") };
        self.sandbox.server.store.range(kind.id, &prefix, "").map(|(_, object)| Arc::clone(object)).collect()
    }

    /// The objects of a kind that an object controls.
    pub(super) fn controlled(&self, group: &str, plural: &str, owner: &Value) -> Vec<Stored> {
        let uid = meta(owner, "uid");
        let Some(kind) = self.sandbox.life.index.find(group, plural) else { return Vec::new() };
        let places = self.sandbox.life.index.dependents(uid).filter(|(id, _)| *id == kind.id);
        places.filter_map(|(id, key)| self.get(*id, key)).filter(|object| controls(object, uid)).collect()
    }

    /// Everything that names this uid among its owners: its kind, its key, itself.
    pub(super) fn dependents(&self, uid: &str) -> Vec<(usize, Box<str>, Stored)> {
        let places = self.sandbox.life.index.dependents(uid);
        places.filter_map(|(kind, key)| Some((*kind, key.clone(), self.get(*kind, key)?))).collect()
    }

    /// What a quota's status is to say.
    pub(super) fn quota_status(&self, quota: &Value) -> Value {
        quota::status(&self.sandbox.server, quota)
    }

    /// Whether an object of this uid is there.
    pub(super) fn lives(&self, uid: &str) -> bool {
        self.sandbox.life.index.place(uid).is_some_and(|(kind, key)| self.get(*kind, key).is_some())
    }

    /// Looks at an object again after so many milliseconds.
    pub(super) fn later(&mut self, after: u64, kind: usize, key: &str) {
        let at = self.now.mono.saturating_add(after);
        self.sandbox.life.index.later(at, kind, key);
    }

    /// Looks at an object again, now.
    pub(super) fn wake(&mut self, group: &str, plural: &str, object: &Value) {
        let Some(kind) = self.sandbox.life.index.find(group, plural) else { return };
        let key = kind.key(meta(object, "namespace"), meta(object, "name")).into();
        let item = Item::Object { kind: kind.id, key };
        self.sandbox.life.index.push(item);
    }

    /// Makes an object by the API: with its defaults, and the checks that it has to stand.
    ///
    /// # Errors
    /// Why it is refused.
    pub(super) fn create(
        &mut self,
        who: &str,
        group: &str,
        plural: &str,
        object: &Value,
    ) -> Result<Value, String> {
        let kind = self.sandbox.life.index.find(group, plural).ok_or("nobody serves it")?;
        let target = target(kind, meta(object, "namespace"), "");
        self.ask(who, "POST", &target, object)
    }

    /// Deletes an object by the API; what depends on it goes too.
    pub(super) fn delete(&mut self, who: &str, kind: usize, object: &Value, options: &Value) {
        let Some(kind) = self.kind(kind) else { return };
        let target = target(kind, meta(object, "namespace"), meta(object, "name"));
        let mut options = options.clone();
        crate::object::put(&mut options, "preconditions", json!({"uid": meta(object, "uid")}));
        // What cannot go stays, until it is looked at again.
        let _ = self.ask(who, "DELETE", &target, &options);
    }

    /// Changes an object by a merge patch.
    pub(super) fn patch(&mut self, who: &str, kind: usize, object: &Value, patch: &Value) -> Option<Value> {
        let target = target(self.kind(kind)?, meta(object, "namespace"), meta(object, "name"));
        self.ask(who, "PATCH", &target, patch).ok()
    }

    /// Writes what only the cluster writes, a status first of all, where it is not so yet.
    pub(super) fn keep(&mut self, group: &str, plural: &str, object: Value) {
        let Some(kind) = self.sandbox.life.index.find(group, plural) else { return };
        let (id, key) = (kind.id, kind.key(meta(&object, "namespace"), meta(&object, "name")));
        if self.get(id, &key).is_some_and(|there| *there != object) {
            self.sandbox.server.store.write(id, &key, Some(object));
        }
    }

    pub(super) fn id(&self, group: &str, plural: &str) -> Option<usize> {
        self.sandbox.life.index.find(group, plural).map(|kind| kind.id)
    }

    /// The time of day, as the API writes it.
    pub(super) fn time(&self) -> Value {
        timestamp(self.now)
    }

    fn ask(&mut self, who: &str, method: &str, target: &str, body: &Value) -> Result<Value, String> {
        let kind = if method == "PATCH" { "application/merge-patch+json" } else { "application/json" };
        let request = Request::builder().method(method).uri(target);
        let request = request.header("content-type", kind).header("user-agent", who);
        // Nobody is refused what the control plane does.
        let request = request.header("authorization", format!("Bearer {}", self.sandbox.admin()));
        let request = request.body(Bytes::from(body.to_string())).map_err(|error| error.to_string())?;
        let Some(Reply::Whole(answer)) = self.sandbox.inside(self.now, &request) else {
            return Err("there is no answer".to_owned());
        };
        let body: Value = serde_json::from_slice(answer.body()).map_err(|error| error.to_string())?;
        if answer.status().is_success() { Ok(body) } else { Err(text(&body, "/message").to_owned()) }
    }
}

/// The path of an object; of all of a namespace where the name is empty.
fn target(kind: &Kind, namespace: &str, name: &str) -> String {
    let root = if kind.group.is_empty() { "/api" } else { "/apis" };
    let within = if kind.namespaced { format!("/namespaces/{namespace}") } else { String::new() };
    let path = format!("{root}/{}{within}/{}", kind.api_version(), kind.plural);
    if name.is_empty() { path } else { format!("{path}/{name}") }
}

/// Whether the object of this uid controls an object.
pub(super) fn controls(object: &Value, uid: &str) -> bool {
    let list = object.pointer("/metadata/ownerReferences").and_then(Value::as_array);
    list.into_iter().flatten().any(|owner| {
        owner.get("controller") == Some(&Value::Bool(true))
            && owner.get("uid").and_then(Value::as_str) == Some(uid)
    })
}
