//! What would use more than a quota of its namespace allows is refused; what it uses is written into the quota's status.
//!
//! Source: `CheckRequest` in `k8s.io/apiserver/pkg/admission/plugin/resourcequota`.

use kubewire::Now;
use serde_json::Value;

use super::Write;
use crate::fields;
use crate::object::{Amount, Amounts, called, meta, put, timestamp};
use crate::quota;
use crate::server::Server;
use crate::wire::{Problem, Refusal};

/// Who counts.
const MANAGER: &str = "kube-apiserver";

pub(super) fn judge(server: &mut Server, write: &Write<'_>) -> Result<(), Refusal> {
    let Write { kind, object, old, .. } = write;
    let quotas = server.within("", "resourcequotas", meta(object, "namespace"));
    if quotas.is_empty() || !quota::looks_at(kind, write.subresource, old.is_none()) {
        return Ok(());
    }
    let name = called(object);
    let refused = |why: &str| Refusal::from(Problem::forbidden(&kind.group, &kind.plural, name, why));
    let mut counting = Vec::new();
    for quota in quotas {
        let mut hard = quota::hard(&quota);
        hard.0.retain(|name, _| quota::counts(kind, name));
        if hard.0.is_empty() || !quota::covers(&quota, kind, object) {
            continue;
        }
        let name = meta(&quota, "name");
        if let Some(why) = quota::lacks(kind, object, &hard) {
            return Err(refused(&format!("failed quota: {name}: {why}")));
        }
        let used = quota::used(&quota);
        if hard.0.keys().any(|name| used.get(name).is_none()) {
            let names: Vec<_> = hard.0.into_keys().collect();
            return Err(refused(&format!(
                "status unknown for quota: {name}, resources: {}",
                names.join(",")
            )));
        }
        counting.push((quota, hard, used));
    }
    let mut more = quota::uses(kind, object);
    let before = old.map(|old| quota::uses(kind, old)).unwrap_or_default();
    // What is given back is not counted here.
    for (name, amount) in &mut more.0 {
        *amount = amount.minus(before.get(name).unwrap_or(Amount::ZERO));
    }
    more.0.retain(|_, amount| amount.nanos() > 0);
    let mut counted = Vec::new();
    for (quota, hard, used) in counting {
        let requested = more.only(&hard);
        let mut sum = used.clone();
        sum.add(&requested);
        let exceeds = |name: &str| {
            let nanos = |amounts: &Amounts| amounts.get(name).map(Amount::nanos);
            nanos(&sum) > nanos(&hard)
        };
        let mut exceeded = requested.clone();
        exceeded.0.retain(|name, _| exceeds(name));
        if !exceeded.0.is_empty() {
            return Err(refused(&format!(
                "exceeded quota: {}, requested: {exceeded}, used: {}, limited: {}",
                meta(&quota, "name"),
                used.only(&exceeded),
                hard.only(&exceeded)
            )));
        }
        if !requested.0.is_empty() {
            counted.push((quota, sum));
        }
    }
    if !write.dry {
        for (quota, sum) in counted {
            keep(server, &quota, &sum, write.now);
        }
    }
    Ok(())
}

/// Writes what is used now.
fn keep(server: &mut Server, quota: &Value, used: &Amounts, now: Now) {
    let Some(kind) = server.registry.find("", "v1", "resourcequotas") else { return };
    let mut object = quota.clone();
    if let Some(status) = object.get_mut("status") {
        put(status, "used", Value::from(used));
    }
    let (version, time) = (kind.api_version(), timestamp(now));
    let writer = fields::Writer {
        manager: MANAGER,
        version: &version,
        now: time.as_str().unwrap_or_default(),
        subresource: "status",
        versions: &kind.versions(),
        reset: &["spec"],
    };
    fields::track(fields::Type::of(kind.shape()), Some(quota), &mut object, &writer);
    let key = kind.key(meta(quota, "namespace"), meta(quota, "name"));
    server.write(&kind, &key, object);
}
