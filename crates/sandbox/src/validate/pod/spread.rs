//! How pods are spread over a cluster.
//!
//! Source: `validateTopologySpreadConstraints` in `k8s.io/kubernetes/pkg/apis/core/validation`.

use std::collections::BTreeMap;

use super::super::common::selector;
use super::super::fault::Fault;
use super::super::part::Part;
use super::affinity::keys_of_labels;
use crate::object::quote;

pub(super) fn judge(list: &Part<'_>, faults: &mut Vec<Fault>) {
    let all = list.items();
    // How often each still comes.
    let mut times: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for one in &all {
        *times
            .entry((one.field("topologyKey").text(), one.field("whenUnsatisfiable").text()))
            .or_default() += 1;
    }
    for one in &all {
        let (key, otherwise) = (one.field("topologyKey"), one.field("whenUnsatisfiable"));
        if one.field("maxSkew").number() <= 0 {
            faults.push(one.field("maxSkew").invalid("must be greater than zero"));
        }
        if key.is_empty() {
            faults.push(key.required("can not be empty"));
        }
        faults.extend(otherwise.one_of(&["DoNotSchedule", "ScheduleAnyway"]));
        let left = times.entry((key.text(), otherwise.text())).or_default();
        *left -= 1;
        if *left > 0 {
            let path = format!("{}.{{topologyKey, whenUnsatisfiable}}", one.path);
            faults
                .push(Fault::duplicate(&path, &quote(&format!("{{{}, {}}}", key.text(), otherwise.text()))));
        }
        domains(one, &otherwise, faults);
        for policy in ["nodeAffinityPolicy", "nodeTaintsPolicy"].map(|field| one.field(field)) {
            if policy.is_there() {
                faults.extend(policy.one_of(&["Honor", "Ignore"]));
            }
        }
        keys_of_labels(one, faults);
        faults.extend(selector(&one.field("labelSelector")));
    }
}

fn domains(one: &Part<'_>, otherwise: &Part<'_>, faults: &mut Vec<Fault>) {
    let least = one.field("minDomains");
    if !least.is_there() {
        return;
    }
    if least.number() <= 0 {
        faults.push(least.invalid("must be greater than zero"));
    }
    if otherwise.text() != "DoNotSchedule" {
        let why =
            format!("can only use minDomains if whenUnsatisfiable=DoNotSchedule, not {}", otherwise.text());
        faults.push(least.invalid(why));
    }
}
