//! What the sandbox is behind its door: what is served, what is stored, and the dice.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::auth::Auth;
use crate::object::meta;
use crate::random::Random;
use crate::registry::{Kind, Registry};
use crate::store::{Store, Stored};
use crate::wire::{Problem, Refusal};

/// The state. A clone shares the objects.
#[derive(Clone, Debug)]
pub(crate) struct Server {
    pub(crate) registry: Registry,
    pub(crate) store: Store,
    pub(crate) random: Random,
    /// How often it was started: a watch does not outlive its server.
    pub(crate) starts: u64,
    pub(crate) auth: Auth,
    /// Where custom objects are stored, by the name of their definition.
    custom: BTreeMap<String, usize>,
    /// Where `namespaces` are stored.
    namespaces: usize,
    /// What the real server reads from its store otherwise than it was written: the next update is a write, even where it changes nothing.
    /// Each as of the version that it had then.
    odd: BTreeMap<(usize, String), String>,
}

impl Server {
    pub(crate) fn new(seed: u64, rbac: bool) -> Self {
        let registry = Registry::new();
        let namespaces = registry.find("", "v1", "namespaces").map_or(usize::MAX, |kind| kind.id);
        Self {
            registry,
            store: Store::new(),
            random: Random::new(seed),
            starts: 0,
            auth: Auth::new(seed, rbac),
            custom: BTreeMap::new(),
            namespaces,
            odd: BTreeMap::new(),
        }
    }

    /// Where the objects of a definition are stored: always the same place, and nobody else's.
    pub(crate) fn custom_id(&mut self, definition: &str) -> usize {
        const FIRST: usize = 1_000_000;
        let next = FIRST + self.custom.len();
        *self.custom.entry(definition.to_owned()).or_insert(next)
    }

    pub(crate) fn namespace(&self, name: &str) -> Option<&Value> {
        self.store.get(self.namespaces, name).map(|namespace| &**namespace)
    }

    /// An object, as a version of its kind shows it.
    pub(crate) fn get(&self, kind: &Kind, key: &str) -> Option<Stored> {
        self.store.get(kind.id, key).map(|stored| kind.shown(stored))
    }

    /// Writes an object of a version of its kind, and gives it back as that shows it.
    pub(crate) fn write(&mut self, kind: &Kind, key: &str, object: Value) -> Option<Stored> {
        let stored = self.store.write(kind.id, key, Some(kind.kept(object)))?;
        Some(kind.shown(&stored))
    }

    /// Keeps in mind that an object as it is stored now is read otherwise: a new claim, and null bytes.
    pub(crate) fn note_odd(&mut self, kind: &Kind, key: &str, stored: &Value) {
        self.odd.insert((kind.id, key.to_owned()), meta(stored, "resourceVersion").to_owned());
    }

    pub(crate) fn is_odd(&self, kind: &Kind, key: &str, stored: &Value) -> bool {
        let odd = if self.odd.is_empty() { None } else { self.odd.get(&(kind.id, key.to_owned())) };
        odd.is_some_and(|version| version == meta(stored, "resourceVersion"))
    }

    /// The objects of a resource in a namespace; all of them where it is empty.
    pub(crate) fn within(&self, group: &str, plural: &str, namespace: &str) -> Vec<Stored> {
        let Some(kind) = self.registry.find(group, "v1", plural) else { return Vec::new() };
        let prefix = if namespace.is_empty() { String::new() } else { format!("{namespace}/") };
        self.store.range(kind.id, &prefix, "").map(|(_, object)| object.clone()).collect()
    }

    /// An object of a resource without namespaces.
    pub(crate) fn named(&self, group: &str, plural: &str, name: &str) -> Option<&Value> {
        let kind = self.registry.find(group, "v1", plural)?;
        self.store.get(kind.id, name).map(|object| &**object)
    }

    /// An object of the core group; `namespace` is empty for kinds without one.
    pub(crate) fn object(&self, kind: &str, namespace: &str, name: &str) -> Option<&Value> {
        let kind = self.registry.by_kind("v1", kind)?;
        self.store.get(kind.id, &kind.key(namespace, name)).map(|object| &**object)
    }

    pub(crate) fn remove_namespace(&mut self, name: &str) {
        self.store.write(self.namespaces, name, None);
    }

    /// Goes on where the version is there.
    ///
    /// # Errors
    /// [`Refusal::Later`], and once that was `late`, 504.
    pub(crate) fn wait_for(&self, version: u64, late: bool) -> Result<(), Refusal> {
        let present = self.store.revision();
        if version <= present {
            return Ok(());
        }
        if late {
            return Err(Problem::too_large_version(version, present).into());
        }
        Err(Refusal::Later { revision: version })
    }
}
