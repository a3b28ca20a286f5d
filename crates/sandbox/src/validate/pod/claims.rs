//! The devices that a pod claims.
//!
//! Source: `validatePodResourceClaims` and `validateResourceClaimNames` in `k8s.io/kubernetes/pkg/apis/core/validation`.

use std::collections::BTreeSet;

use super::super::common::{label, subdomain};
use super::super::fault::Fault;
use super::super::part::Part;
use crate::object::{as_go, quote};

/// Judges the claims of a pod, and gives the names of them.
pub(super) fn all<'v>(claims: &Part<'v>, faults: &mut Vec<Fault>) -> BTreeSet<&'v str> {
    let mut seen = BTreeSet::new();
    for claim in claims.items() {
        let name = claim.field("name");
        if name.is_empty() {
            faults.push(name.required(""));
        } else if seen.contains(name.text()) {
            faults.push(name.duplicate());
        } else {
            faults.extend(label(&name));
            seen.insert(name.text());
        }
        let sources = ["resourceClaimName", "resourceClaimTemplateName"].map(|field| claim.field(field));
        let why = match sources.iter().filter(|source| source.is_there()).count() {
            0 => "must specify one of: `resourceClaimName`, `resourceClaimTemplateName`",
            1 => "",
            _ => "at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified",
        };
        if !why.is_empty() {
            faults.push(Fault::invalid_value(&claim.path, shown(&claim), why));
        }
        sources.iter().filter(|source| source.is_there()).for_each(|source| faults.extend(subdomain(source)));
    }
    claims.items().iter().map(|claim| claim.field("name").text()).collect()
}

fn shown(claim: &Part<'_>) -> String {
    let field = |name: &str| as_go(claim.field(name).value);
    format!(
        "{{\"Name\":{},\"ResourceClaimName\":{},\"ResourceClaimTemplateName\":{}}}",
        quote(claim.field("name").text()),
        field("resourceClaimName"),
        field("resourceClaimTemplateName")
    )
}

/// Judges what a container has of the claims of its pod.
pub(super) fn of_container(claims: &Part<'_>, known: &BTreeSet<&str>, faults: &mut Vec<Fault>) {
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let among = if known.is_empty() {
        " which is empty".to_owned()
    } else {
        format!(": {}", known.iter().copied().collect::<Vec<_>>().join(", "))
    };
    let mut room = 1_usize << 20;
    for claim in claims.items() {
        let (name, request) = (claim.field("name").text(), claim.field("request"));
        if name.is_empty() {
            faults.push(claim.required(""));
            continue;
        }
        let whole = if request.is_empty() { name.to_owned() } else { format!("{name}/{}", request.text()) };
        if !request.is_empty() {
            faults.extend(label(&request));
        }
        // Whoever has all of a claim has its parts already.
        let there = [name, whole.as_str()].into_iter().find(|one| seen.contains(*one)).map(quote);
        seen.insert(whole);
        if let Some(there) = there {
            faults.push(Fault::duplicate(&claim.path, &there));
        } else if !known.contains(name) && room > 0 {
            room = room.saturating_sub(among.len());
            let shown =
                format!("{}: must be one of the names in pod.spec.resourceClaims{among}", quote(name));
            faults.push(Fault::not_found(&claim.path, &shown));
        }
    }
}
