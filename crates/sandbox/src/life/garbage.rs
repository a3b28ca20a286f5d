//! The garbage collector: what has no owner any more goes, and owners that are deleted in the foreground wait for what they own.
//!
//! Source: `pkg/controller/garbagecollector`.

use serde_json::{Value, json};

use super::hands::Hands;
use super::index::owners;
use crate::object::meta;

const WHO: &str = "kube-controller-manager";

/// An owner is there no more: what has no other one goes too.
pub(super) fn owner_gone(hands: &mut Hands<'_>, uid: &str) {
    for (kind, _, object) in hands.dependents(uid) {
        orphaned(hands, kind, &object);
    }
}

/// Looks after an object; true where it is gone, or is not to be looked at further.
pub(super) fn collect(hands: &mut Hands<'_>, kind: usize, key: &str, object: &Value) -> bool {
    if !meta(object, "deletionTimestamp").is_empty() {
        let held = |name: &str| {
            let list = object.pointer("/metadata/finalizers").and_then(Value::as_array);
            list.is_some_and(|list| list.iter().any(|one| one == name))
        };
        if held("orphan") {
            orphan(hands, object);
            release(hands, kind, object, "orphan");
        } else if held("foregroundDeletion") {
            foreground(hands, kind, object);
        }
    }
    orphaned(hands, kind, object);
    hands.get(kind, key).is_none()
}

/// Deletes an object that has owners, none of which is there.
fn orphaned(hands: &mut Hands<'_>, kind: usize, object: &Value) {
    let owners = owners(object);
    if owners.is_empty() || !meta(object, "deletionTimestamp").is_empty() {
        return;
    }
    if !owners.iter().any(|uid| hands.lives(uid)) {
        hands.delete(WHO, kind, object, &json!({"propagationPolicy": "Background"}));
    }
}

/// What an object owns is its own from now on.
fn orphan(hands: &mut Hands<'_>, owner: &Value) {
    let uid = meta(owner, "uid");
    for (kind, _, object) in hands.dependents(uid) {
        let list = object.pointer("/metadata/ownerReferences").and_then(Value::as_array);
        let others: Vec<_> = list
            .into_iter()
            .flatten()
            .filter(|one| one.get("uid").and_then(Value::as_str) != Some(uid))
            .collect();
        hands.patch(WHO, kind, &object, &json!({"metadata": {"ownerReferences": others}}));
    }
}

/// Deletes what an object owns, and then lets it go.
fn foreground(hands: &mut Hands<'_>, kind: usize, owner: &Value) {
    let uid = meta(owner, "uid");
    for (kind, _, object) in hands.dependents(uid) {
        if meta(&object, "deletionTimestamp").is_empty() {
            hands.delete(WHO, kind, &object, &json!({"propagationPolicy": "Foreground"}));
        }
    }
    let blocks = |object: &Value| {
        let list = object.pointer("/metadata/ownerReferences").and_then(Value::as_array);
        list.into_iter().flatten().any(|one| {
            one.get("uid").and_then(Value::as_str) == Some(uid)
                && one.get("blockOwnerDeletion") == Some(&Value::Bool(true))
        })
    };
    if !hands.dependents(uid).iter().any(|(_, _, object)| blocks(object)) {
        release(hands, kind, owner, "foregroundDeletion");
    }
}

fn release(hands: &mut Hands<'_>, kind: usize, object: &Value, finalizer: &str) {
    let list = object.pointer("/metadata/finalizers").and_then(Value::as_array);
    let others: Vec<_> = list.into_iter().flatten().filter(|one| *one != finalizer).collect();
    hands.patch(WHO, kind, object, &json!({"metadata": {"finalizers": others}}));
}
