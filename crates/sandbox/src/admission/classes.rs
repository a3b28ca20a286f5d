//! What says no class gets the one that is the default: claims of storage, and ingresses.
//!
//! Source: `plugin/pkg/admission/storage/storageclass/setdefault` and `plugin/pkg/admission/network/defaultingressclass` of Kubernetes.

use std::cmp::Reverse;

use serde_json::Value;

use crate::object::{annotation, meta, spec_mut};
use crate::server::Server;

const STORAGE: [&str; 2] =
    ["storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class"];
const INGRESS: [&str; 1] = ["ingressclass.kubernetes.io/is-default-class"];

pub(super) fn storage(server: &Server, claim: &mut Value) {
    if annotation(claim, "volume.beta.kubernetes.io/storage-class").is_none() {
        fill(claim, "storageClassName", || main(server, "storage.k8s.io", "storageclasses", &STORAGE));
    }
}

pub(super) fn ingress(server: &Server, ingress: &mut Value) {
    if annotation(ingress, "kubernetes.io/ingress.class").is_none() {
        fill(ingress, "ingressClassName", || main(server, "networking.k8s.io", "ingressclasses", &INGRESS));
    }
}

fn fill(object: &mut Value, field: &str, class: impl FnOnce() -> Option<String>) {
    let Some(spec) = spec_mut(object).filter(|spec| !spec.contains_key(field)) else { return };
    if let Some(class) = class() {
        spec.insert(field.to_owned(), class.into());
    }
}

/// The class that an annotation makes the default one: of several the newest, and of those the first by name.
fn main(server: &Server, group: &str, plural: &str, annotations: &[&str]) -> Option<String> {
    let classes = server.within(group, plural, "");
    let is_main =
        |class: &Value| annotations.iter().any(|name| annotation(class, name).is_some_and(|is| is == "true"));
    let mains = classes.iter().filter(|class| is_main(class));
    let first = mains.min_by_key(|class| (Reverse(meta(class, "creationTimestamp")), meta(class, "name")))?;
    Some(meta(first, "name").to_owned())
}
