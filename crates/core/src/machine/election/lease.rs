//! The Lease as the server has it, and as we want it.

use alloc::borrow::Cow;

use bytes::Bytes;

use super::Candidate;
use crate::date;
use crate::json::{self, Elements};
use crate::prelude::*;
use crate::text::digits;

/// A Lease as it was read.
pub(super) struct Lease {
    json: Bytes,
}

/// The fields that are ours to write. All others, and the object's metadata, stay as they are.
const OURS: [&[u8]; 5] =
    [b"holderIdentity", b"leaseDurationSeconds", b"acquireTime", b"renewTime", b"leaseTransitions"];

impl Lease {
    pub(super) fn new(json: Bytes) -> Self {
        Self { json }
    }

    /// Who holds it; empty for nobody.
    pub(super) fn holder(&self) -> String {
        json::text(&self.json, &["spec", "holderIdentity"]).map(Into::into).unwrap_or_default()
    }

    /// How long its holder may lead after a renewal that was seen (milliseconds), where it says.
    pub(super) fn duration(&self) -> Option<u64> {
        json::number(&self.json, &["spec", "leaseDurationSeconds"])
            .map(|seconds| seconds.saturating_mul(1000))
    }

    /// Whether its holder has given it back, as client-go and we do: nobody holds it, for a second.
    pub(super) fn is_given_back(&self) -> bool {
        self.holder().is_empty() && self.duration() == Some(1000)
    }

    pub(super) fn transitions(&self) -> u64 {
        // What was written by hand may be more than the field holds.
        json::number(&self.json, &["spec", "leaseTransitions"]).unwrap_or_default().min(i32::MAX as u64 - 1)
    }

    fn record(&self) -> &[u8] {
        json::find(&self.json, &["spec"]).unwrap_or_default()
    }

    /// Whether nobody has written it between this and that. The version tells, and not the record alone: written by hand it may be again what
    /// it was, with renewals in between.
    pub(super) fn is_still(&self, earlier: &Self) -> bool {
        let version =
            |lease: &Self| json::text(&lease.json, &["metadata", "resourceVersion"]).map(Cow::into_owned);
        version(self) == version(earlier) && self.record() == earlier.record()
    }

    /// When its holder acquired it, as it stands there.
    fn acquired(&self) -> &[u8] {
        json::find(&self.json, &["spec", "acquireTime"]).unwrap_or_default()
    }
}

/// What is written.
pub(super) enum Write {
    /// We hold it from now on.
    Acquire,
    /// We still hold it.
    Renew,
    /// Nobody holds it any more.
    Release,
}

/// The body of a create, where there is no lease, or of an update of the one that was read: at its version, so that a lease that has changed
/// since is a conflict.
pub(super) fn body(candidate: &Candidate, old: Option<&Lease>, write: &Write, wall: u64) -> Vec<u8> {
    let now = quoted(&date::print_micro(i64::try_from(wall.saturating_mul(1000)).unwrap_or(i64::MAX)));
    let transitions = old.map(Lease::transitions).unwrap_or_default();
    let kept = old.map(Lease::acquired).and_then(|time| core::str::from_utf8(time).ok());
    let (holder, seconds, acquired, transitions) = match write {
        Write::Acquire => {
            (&*candidate.identity, candidate.lease / 1000, &*now, transitions + u64::from(old.is_some()))
        }
        Write::Renew => {
            let kept = kept.filter(|time| time.starts_with('"')).unwrap_or(&now);
            (&*candidate.identity, candidate.lease / 1000, kept, transitions)
        }
        // client-go's way: whoever looks next finds a lease that is over.
        Write::Release => ("", 1, &*now, transitions),
    };
    let ours = [
        ("holderIdentity", quoted(holder)),
        ("leaseDurationSeconds", digits(seconds)),
        ("acquireTime", acquired.to_owned()),
        ("renewTime", now.clone()),
        ("leaseTransitions", digits(transitions)),
    ];
    let mut out = b"{".to_vec();
    let mut member = |name: &[u8], value: &[u8], end: &str| {
        out.push(b'"');
        out.extend_from_slice(name);
        out.extend_from_slice(b"\":");
        out.extend_from_slice(value);
        out.extend_from_slice(end.as_bytes());
    };
    match old {
        Some(old) => {
            for (name, value) in members(&old.json) {
                if name != b"spec" {
                    member(name, value, ",");
                }
            }
        }
        None => {
            let name = ["{\"name\":", &quoted(&candidate.name), "}"].concat();
            member(b"metadata", name.as_bytes(), ",");
        }
    }
    member(b"spec", b"{", "");
    for (name, value) in members(old.map(Lease::record).unwrap_or_default()) {
        if !OURS.contains(&name) {
            member(name, value, ",");
        }
    }
    for (number, (name, value)) in ours.iter().enumerate() {
        member(name.as_bytes(), value.as_bytes(), if number + 1 < ours.len() { "," } else { "}" });
    }
    out.push(b'}');
    out
}

fn members(json: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    Elements::open(json).into_iter().flatten()
}

fn quoted(text: &str) -> String {
    let mut out = String::new();
    json::push_string(&mut out, text);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn written(old: Option<&Value>, write: &Write) -> Value {
        let candidate = Candidate::new("shop", "lock", "me \"x\"");
        let old = old.map(|old| Lease::new(old.to_string().into()));
        serde_json::from_slice(&body(&candidate, old.as_ref(), write, 1_500)).unwrap()
    }

    #[test]
    fn what_is_not_ours_stays() {
        let old = json!({"metadata": {"name": "lock", "resourceVersion": "7", "labels": {"a": "b"}},
            "spec": {"strategy": "OldestEmulationVersion", "leaseTransitions": 3, "acquireTime": "then", "holderIdentity": "you"}});
        let now = "1970-01-01T00:00:01.500000Z";
        let wanted = |holder: &str, seconds: u64, acquired: &str, transitions: u64| {
            json!({"metadata": old["metadata"], "spec": {"strategy": "OldestEmulationVersion", "leaseTransitions": transitions,
                "acquireTime": acquired, "holderIdentity": holder, "renewTime": now, "leaseDurationSeconds": seconds}})
        };
        assert_eq!(written(Some(&old), &Write::Acquire), wanted("me \"x\"", 15, now, 4));
        assert_eq!(written(Some(&old), &Write::Renew), wanted("me \"x\"", 15, "then", 3));
        assert_eq!(written(Some(&old), &Write::Release), wanted("", 1, now, 3));
        let new = written(None, &Write::Acquire);
        assert_eq!((&new["metadata"]["name"], &new["spec"]["leaseTransitions"]), (&json!("lock"), &json!(0)));
    }

    #[test]
    fn a_lease_written_by_hand_is_mended() {
        for odd in [
            json!({"spec": null}),
            json!({"spec": []}),
            json!({}),
            json!({"spec": {"acquireTime": null, "leaseTransitions": -1}}),
            json!({"spec": {"acquireTime": 7, "leaseTransitions": 1e30, "leaseDurationSeconds": "x"}}),
            json!({"spec": {"leaseTransitions": u64::MAX}}),
        ] {
            let new = written(Some(&odd), &Write::Renew);
            assert_eq!(new["spec"]["acquireTime"], "1970-01-01T00:00:01.500000Z", "{odd}");
            assert!(new["spec"]["leaseTransitions"].as_u64().unwrap() < i32::MAX as u64, "{odd}");
        }
    }
}
