//! Who may talk to whom.
//!
//! Source: `ValidateNetworkPolicySpec` in `k8s.io/kubernetes/pkg/apis/networking/validation`.

use serde_json::Value;

use super::address::network;
use super::common::{port, port_number, selector};
use super::fault::Fault;
use super::part::Part;

pub(super) fn judge(object: &Value) -> Vec<Fault> {
    let spec = Part::of(object, "spec");
    let mut faults = selector(&spec.field("podSelector"));
    for (rules, peers) in [("ingress", "from"), ("egress", "to")] {
        for rule in spec.field(rules).items() {
            rule.field("ports").items().iter().for_each(|port| faults.extend(ports(port)));
            rule.field(peers).items().iter().for_each(|peer| faults.extend(self::peer(peer)));
        }
    }
    let types = spec.field("policyTypes");
    if types.items().len() > 2 {
        faults.push(types.invalid("may not specify more than two policyTypes"));
        return faults;
    }
    faults.extend(types.items().iter().filter_map(|one| one.one_of(&["Ingress", "Egress"])));
    faults
}

fn ports(part: &Part<'_>) -> Vec<Fault> {
    let (first, last) = (part.field("port"), part.field("endPort"));
    let mut faults: Vec<Fault> = part.field("protocol").one_of(&["TCP", "UDP", "SCTP"]).into_iter().collect();
    if !first.is_there() {
        if last.is_there() {
            faults.push(last.invalid("may not be specified when `port` is not specified"));
        }
        return faults;
    }
    match (first.value.is_string(), last.is_there()) {
        (true, true) => faults.push(last.invalid("may not be specified when `port` is non-numeric")),
        (false, true) => {
            if last.number() < first.number() {
                faults.push(last.invalid("must be greater than or equal to `port`"));
            }
            faults.extend(port_number(&last));
        }
        _ => {}
    }
    faults.extend(port(&first));
    faults
}

fn peer(peer: &Part<'_>) -> Vec<Fault> {
    let (pods, namespaces, block) =
        (peer.field("podSelector"), peer.field("namespaceSelector"), peer.field("ipBlock"));
    let mut faults = selector(&pods);
    faults.extend(selector(&namespaces));
    if block.is_there() {
        faults.extend(self::block(&block));
    }
    match (pods.is_there() || namespaces.is_there(), block.is_there()) {
        (false, false) => faults.push(peer.required("must specify a peer")),
        (true, true) => faults.push(peer.forbidden("may not specify both ipBlock and another peer")),
        _ => {}
    }
    faults
}

fn block(block: &Part<'_>) -> Vec<Fault> {
    let whole = block.field("cidr");
    if whole.is_empty() {
        return vec![whole.required("")];
    }
    let own = match network(&whole) {
        Ok(own) => own,
        Err(fault) => return vec![fault],
    };
    let mut faults = Vec::new();
    for part in block.field("except").items() {
        match network(&part) {
            Ok(other) if own.has(other) => {}
            Ok(_) => faults.push(part.invalid("must be a strict subset of `cidr`")),
            Err(fault) => faults.push(fault),
        }
    }
    faults
}
