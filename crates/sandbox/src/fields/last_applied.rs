//! From kubectl's own apply to that of the server: what its annotation says that it applied is no conflict, and the annotation is kept up.
//!
//! Source: `lastappliedmanager.go` and `lastappliedupdater.go` in `k8s.io/apimachinery/pkg/util/managedfields/internal`.

use serde_json::Value;

use super::apply::{Refused, apply};
use super::compare::compare;
use super::schema::Type;
use super::set::Set;
use super::track::{Writer, plain};
use super::walk::{faults, field_set};
use crate::object::{as_go, meta_mut, text};

const ANNOTATION: &str = "/metadata/annotations/kubectl.kubernetes.io~1last-applied-configuration";
/// Of all annotations of an object.
const LARGEST: usize = 256 << 10;

/// Applies as `kubectl`, whose name the writer has.
///
/// # Errors
/// As for others.
pub(crate) fn apply_as_kubectl(
    kind: Type<'_>,
    live: Option<&Value>,
    wanted: &Value,
    writer: &Writer<'_>,
    force: bool,
) -> Result<Value, Refused> {
    let mut applied = match (apply(kind, live, wanted, writer, force), live) {
        (Err(Refused::Conflicts(mut found)), Some(object)) => {
            let Some(own) = said(kind, object, writer.version) else { return Err(Refused::Conflicts(found)) };
            let own = own.paths();
            found.retain(|conflict| !own.contains(&conflict.path));
            if !found.is_empty() {
                return Err(Refused::Conflicts(found));
            }
            apply(kind, live, wanted, writer, true)?
        }
        (other, _) => other?,
    };
    if !text(&applied, ANNOTATION).is_empty() {
        keep(&mut applied, wanted);
    }
    Ok(applied)
}

/// The fields that the annotation says were applied, and that are still so. `None` where it says nothing.
fn said(kind: Type<'_>, live: &Value, version: &str) -> Option<Set> {
    let last: Value = serde_json::from_str(text(live, ANNOTATION)).ok()?;
    if text(&last, "/apiVersion") != version || !faults(kind, &last, "").is_empty() {
        return None;
    }
    let found = compare(kind, &last, &plain(live));
    let gone = found.modified.union(&found.added).union(&found.removed);
    Some(field_set(kind, &last).difference(&gone))
}

/// Writes down what was applied.
fn keep(applied: &mut Value, wanted: &Value) {
    let name = "kubectl.kubernetes.io/last-applied-configuration";
    let mut last = wanted.clone();
    if let Some(annotations) = last.pointer_mut("/metadata/annotations").and_then(Value::as_object_mut) {
        annotations.remove(name);
    }
    let annotations = meta_mut(applied).and_then(|metadata| metadata.get_mut("annotations")?.as_object_mut());
    let Some(annotations) = annotations else { return };
    annotations.insert(name.to_owned(), format!("{}\n", as_go(&last)).into());
    let size = |(name, value): (&String, &Value)| name.len() + value.as_str().unwrap_or_default().len();
    if annotations.iter().map(size).sum::<usize>() > LARGEST {
        annotations.remove(name);
    }
}
