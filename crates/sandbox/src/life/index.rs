//! What there is to look at, and who owns whom: kept up to date from the store's history.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use serde_json::Value;

use crate::object::meta;
use crate::registry::{Kind, Registry};
use crate::store::Store;

/// Something to look at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Item {
    /// An object that changed, or whose time has come, or one of whose dependents changed.
    Object { kind: usize, key: Box<str> },
    /// An object that is there no more.
    Gone { uid: String, kind: usize, namespace: Box<str> },
}

/// Where an object is.
type Place = (usize, Box<str>);

#[derive(Clone, Debug)]
pub(super) struct Index {
    kinds: Arc<BTreeMap<usize, Arc<Kind>>>,
    /// The write up to which everything was seen.
    seen: u64,
    queue: VecDeque<Item>,
    queued: BTreeSet<Item>,
    /// Whose time comes when, in milliseconds.
    due: BTreeSet<(u64, Place)>,
    places: BTreeMap<String, Place>,
    dependents: BTreeMap<String, BTreeSet<Place>>,
}

fn by_id(registry: &Registry) -> BTreeMap<usize, Arc<Kind>> {
    let kinds = registry.kinds();
    kinds.map(|kind| (kind.id, Arc::clone(kind))).collect()
}

impl Index {
    pub(super) fn new(registry: &Registry) -> Self {
        Self {
            kinds: Arc::new(by_id(registry)),
            seen: 0,
            queue: VecDeque::new(),
            queued: BTreeSet::new(),
            due: BTreeSet::new(),
            places: BTreeMap::new(),
            dependents: BTreeMap::new(),
        }
    }

    pub(super) fn learn(&mut self, registry: &Registry) {
        self.kinds = Arc::new(by_id(registry));
    }

    pub(super) fn kind(&self, id: usize) -> Option<&Arc<Kind>> {
        self.kinds.get(&id)
    }

    pub(super) fn find(&self, group: &str, plural: &str) -> Option<&Arc<Kind>> {
        self.kinds.values().find(|kind| kind.group == group && kind.plural == plural)
    }

    pub(super) fn by_kind(&self, group: &str, kind: &str) -> Option<&Arc<Kind>> {
        self.kinds.values().find(|known| known.group == group && known.kind == kind)
    }

    /// Where the object of a uid is.
    pub(super) fn place(&self, uid: &str) -> Option<&Place> {
        self.places.get(uid)
    }

    /// Where the objects are that name this uid among their owners.
    pub(super) fn dependents(&self, uid: &str) -> impl Iterator<Item = &Place> {
        self.dependents.get(uid).into_iter().flatten()
    }

    /// When the first time comes.
    pub(super) fn due(&self) -> Option<u64> {
        self.due.first().map(|(at, _)| *at)
    }

    /// Looks at an object again at this time.
    pub(super) fn later(&mut self, at: u64, kind: usize, key: &str) {
        self.due.insert((at, (kind, key.into())));
    }

    pub(super) fn push(&mut self, item: Item) {
        if self.queued.insert(item.clone()) {
            self.queue.push_back(item);
        }
    }

    /// The next to look at.
    pub(super) fn next(&mut self, store: &Store, now: u64) -> Option<Item> {
        self.catch_up(store);
        while self.due().is_some_and(|at| at <= now) {
            let Some((_, (kind, key))) = self.due.pop_first() else { break };
            self.push(Item::Object { kind, key });
        }
        let item = self.queue.pop_front()?;
        self.queued.remove(&item);
        Some(item)
    }

    fn catch_up(&mut self, store: &Store) {
        let changes: Vec<_> = match store.since(self.seen) {
            Ok(changes) => changes
                .map(|change| (change.kind, change.key.clone(), change.old.clone(), change.new.clone()))
                .collect(),
            // Too much was forgotten: everything that is there is looked at.
            Err(_) => {
                let kinds = self.kinds.keys();
                kinds
                    .flat_map(|&kind| {
                        store
                            .range(kind, "", "")
                            .map(move |(key, object)| (kind, key.into(), None, Some(Arc::clone(object))))
                    })
                    .collect()
            }
        };
        self.seen = store.revision();
        for (kind, key, old, new) in changes {
            self.see(kind, &key, old.as_deref(), new.as_deref());
        }
    }

    fn see(&mut self, kind: usize, key: &str, old: Option<&Value>, new: Option<&Value>) {
        let place: Place = (kind, key.into());
        for owner in old.into_iter().flat_map(owners) {
            if let Some(dependents) = self.dependents.get_mut(&owner) {
                dependents.remove(&place);
                if dependents.is_empty() {
                    self.dependents.remove(&owner);
                }
            }
            self.wake(&owner);
        }
        for owner in new.into_iter().flat_map(owners) {
            self.wake(&owner);
            self.dependents.entry(owner).or_default().insert(place.clone());
        }
        let uid = |object: &Value| meta(object, "uid").to_owned();
        if let Some(old) = old.filter(|old| new.is_none_or(|new| uid(new) != uid(old))) {
            self.places.remove(&uid(old));
            self.push(Item::Gone { uid: uid(old), kind, namespace: meta(old, "namespace").into() });
        }
        if let Some(new) = new {
            self.places.insert(uid(new), place);
            self.push(Item::Object { kind, key: key.into() });
        }
    }

    /// An owner is looked at when what it owns changes.
    fn wake(&mut self, uid: &str) {
        if let Some((kind, key)) = self.places.get(uid).cloned() {
            self.push(Item::Object { kind, key });
        }
    }
}

/// The uids of an object's owners.
pub(super) fn owners(object: &Value) -> Vec<String> {
    let list = object.pointer("/metadata/ownerReferences").and_then(Value::as_array);
    let uids = list.into_iter().flatten().filter_map(|owner| owner.get("uid").and_then(Value::as_str));
    uids.map(str::to_owned).collect()
}
