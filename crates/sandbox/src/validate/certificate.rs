//! Requests for certificates.
//!
//! Source: `k8s.io/kubernetes/pkg/apis/certificates/validation`.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::fault::Fault;
use super::metadata;
use super::names;
use super::part::Part;
use crate::object::{conditions, quote, text};
use crate::registry::Kind;

const USAGES: [&str; 23] = [
    "any",
    "cert sign",
    "client auth",
    "code signing",
    "content commitment",
    "crl sign",
    "data encipherment",
    "decipher only",
    "digital signature",
    "email protection",
    "encipher only",
    "ipsec end system",
    "ipsec tunnel",
    "ipsec user",
    "key agreement",
    "key encipherment",
    "microsoft sgc",
    "netscape sgc",
    "ocsp signing",
    "s/mime",
    "server auth",
    "signing",
    "timestamping",
];
/// Conditions that are only ever true.
const DECISIONS: [&str; 3] = ["Approved", "Denied", "Failed"];
const LEGACY: &str = "kubernetes.io/legacy-unknown";
const SHORTEST: i64 = 600;

/// What a write may set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum May {
    /// Neither of the others.
    Nothing,
    /// Whether the request is approved.
    Decide,
    /// The certificate.
    Sign,
}

pub(super) fn create(object: &Value) -> Vec<Fault> {
    own(object, None)
}

pub(super) fn update(kind: &Kind, object: &Value, old: &Value, may: May) -> Vec<Fault> {
    let mut faults = metadata::create(kind, object);
    faults.extend(own(object, Some(old)));
    let count = |object: &Value, decision: &str| conditions(object).filter(|one| is(one, decision)).count();
    let path = Part::of(object, "status").field("conditions");
    for decision in DECISIONS {
        if count(object, decision) < count(old, decision) {
            let why = format!("updates may not remove a condition of type {}", quote(decision));
            faults.push(path.forbidden(&why));
        }
    }
    for decision in ["Approved", "Denied"].into_iter().filter(|_| may != May::Decide) {
        let change = |word: &str| format!("updates may not {word} a condition of type {}", quote(decision));
        let of = |object| conditions(object).filter(|one| is(one, decision)).collect::<Vec<_>>();
        if count(object, decision) > count(old, decision) {
            faults.push(path.forbidden(&change("add")));
        } else if count(object, decision) == count(old, decision) && of(object) != of(old) {
            faults.push(path.forbidden(&format!("{}\n", change("modify"))));
        }
    }
    let (new, before) = (text(object, "/status/certificate"), text(old, "/status/certificate"));
    let path = Part::of(object, "status").field("certificate");
    if new != before {
        if may != May::Sign {
            faults.push(path.forbidden("updates may not set certificate content"));
        } else if !before.is_empty() {
            faults.push(path.forbidden("updates may not modify existing certificate content"));
        }
    }
    faults.extend(metadata::update(kind, object, old));
    faults
}

fn is(condition: &Value, decision: &str) -> bool {
    text(condition, "/type") == decision
}

/// What is wrong with a request itself; what was wrong before may stay so.
fn own(object: &Value, old: Option<&Value>) -> Vec<Fault> {
    let spec = Part::of(object, "spec");
    let mut faults = Vec::new();
    let request = spec.field("request");
    if block(request.text()).as_deref() != Some("CERTIFICATE REQUEST") {
        // The server shows the bytes, as its JSON has them.
        faults.push(request.invalid("PEM block type must be CERTIFICATE REQUEST"));
    }
    let usages = spec.field("usages");
    if usages.is_empty() {
        faults.push(usages.required(""));
    }
    if old.is_none() {
        let mut seen = BTreeSet::new();
        faults.extend(usages.items().iter().filter_map(|usage| usage.one_of(&USAGES)));
        faults.extend(usages.items().iter().filter(|usage| !seen.insert(usage.text())).map(Part::duplicate));
    }
    let signer = spec.field("signerName");
    if signer.text() == LEGACY && old.is_none() {
        faults.push(signer.invalid("the legacy signerName is not allowed via this API version"));
    } else if signer.text() != LEGACY {
        faults.extend(self::signer(&signer));
    }
    let expires = spec.field("expirationSeconds");
    if expires.is_there() && expires.number() < SHORTEST {
        let why = "may not specify a duration less than 600 seconds (10 minutes)";
        faults.push(expires.invalid(why));
    }
    faults.extend(judged(object, old));
    let certificate = Part::of(object, "status").field("certificate");
    if let Some(why) = certificate_fault(certificate.text()) {
        faults.push(Fault::invalid(&certificate.path, "<certificate data>", why));
    }
    faults
}

/// What is wrong with the conditions.
fn judged(object: &Value, old: Option<&Value>) -> Vec<Fault> {
    let list = Part::of(object, "status").field("conditions");
    let has = |object: &Value, decision: &str| conditions(object).any(|one| is(one, decision));
    let both = old.is_some_and(|old| has(old, "Approved") && has(old, "Denied"));
    let (mut seen, mut faults) = (BTreeSet::new(), Vec::new());
    for one in list.items() {
        let (kind, status) = (one.field("type"), one.field("status"));
        if kind.is_empty() {
            faults.push(kind.required(""));
        }
        if status.is_empty() {
            faults.push(status.required(""));
        } else if DECISIONS.contains(&kind.text()) {
            faults.extend(status.one_of(&["True"]));
        } else {
            faults.extend(status.one_of(&["False", "True", "Unknown"]));
        }
        if !seen.insert(kind.text()) {
            faults.push(kind.duplicate());
        }
    }
    if !both && has(object, "Approved") && has(object, "Denied") {
        let [one, other] =
            ["Approved", "Denied"].map(|kind| format!("conditions[{{\"type\": {}}}]", quote(kind)));
        let why = format!("must specify at most one of: `{one}`, `{other}`");
        faults.push(Fault::invalid(&list.path, &format!("{{{one}, {other}}}"), why));
    }
    faults
}

/// Source: `ValidateSignerName` in `pkg/apis/core/validation`.
fn signer(signer: &Part<'_>) -> Vec<Fault> {
    if signer.is_empty() {
        return vec![signer.required("")];
    }
    let mut parts = signer.text().split('/');
    let (Some(domain), Some(path), None) = (parts.next(), parts.next(), parts.next()) else {
        let why = "must be a fully qualified domain and path of the form 'example.com/signer-name'";
        return vec![signer.invalid(why)];
    };
    let mut faults = Vec::new();
    let judge = |whole: &str, rule: fn(&str) -> Vec<String>| {
        let wrong = whole.split('.').map(|label| (label, rule(label))).find(|(_, whys)| !whys.is_empty());
        let told = |(label, whys): (&str, Vec<String>)| {
            let of = |why| format!("validating label {}: {why}", quote(label));
            whys.into_iter().map(|why| Fault::invalid(&signer.path, whole, of(why))).collect::<Vec<_>>()
        };
        wrong.map(told).unwrap_or_default()
    };
    faults.extend(judge(domain, |label| names::name(crate::registry::NameRule::Label, label, false)));
    if !domain.contains('.') {
        let why = "should be a domain with at least two segments separated by dots";
        faults.push(Fault::invalid(&signer.path, domain, why));
    }
    faults.extend(judge(path, |label| names::name(crate::registry::NameRule::Subdomain, label, false)));
    faults
}

/// What the first PEM block of a text in base64 is of (RFC 7468).
fn block(encoded: &str) -> Option<String> {
    let text = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
    let kind = text.split_once("-----BEGIN ")?.1.split_once("-----")?.0;
    text.contains(&format!("-----END {kind}-----")).then(|| kind.to_owned())
}

/// What is wrong with a certificate. What is in its blocks is not looked at.
fn certificate_fault(encoded: &str) -> Option<String> {
    if encoded.is_empty() {
        return None;
    }
    match block(encoded).as_deref() {
        None => Some("must contain at least one CERTIFICATE PEM block".to_owned()),
        Some("CERTIFICATE") => None,
        Some(other) => Some(format!("only CERTIFICATE PEM blocks are allowed, found {}", quote(other))),
    }
}
