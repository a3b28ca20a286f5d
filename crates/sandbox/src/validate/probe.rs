//! The probes of a container, and what it does at its start and end.

use super::common::port;
use super::fault::Fault;
use super::part::Part;

/// All that a container has.
pub(super) fn all(container: &Part<'_>, faults: &mut Vec<Fault>) {
    for (field, once) in [("livenessProbe", true), ("readinessProbe", false), ("startupProbe", true)] {
        let probe = container.field(field);
        if probe.is_there() {
            self::probe(&probe, faults);
            let successes = probe.field("successThreshold");
            if once && successes.number() != 1 {
                faults.push(successes.invalid("must be 1"));
            }
        }
    }
    for field in ["postStart", "preStop"] {
        let handler = container.field("lifecycle").field(field);
        if handler.is_there() {
            self::handler(&handler, faults);
        }
    }
}

fn probe(probe: &Part<'_>, faults: &mut Vec<Fault>) {
    handler(probe, faults);
    for field in
        ["initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"]
    {
        faults.extend(probe.field(field).not_negative());
    }
    let grace = probe.field("terminationGracePeriodSeconds");
    if grace.is_there() && grace.number() <= 0 {
        faults.push(grace.invalid("must be greater than 0"));
    }
}

fn handler(handler: &Part<'_>, faults: &mut Vec<Fault>) {
    let mut seen = false;
    for name in ["exec", "httpGet", "tcpSocket", "grpc", "sleep"] {
        let part = handler.field(name);
        if !part.is_there() {
            continue;
        }
        if seen {
            faults.push(part.forbidden("may not specify more than 1 handler type"));
            continue;
        }
        seen = true;
        match name {
            "exec" if part.field("command").is_empty() => faults.push(part.field("command").required("")),
            "httpGet" => {
                if part.field("path").is_empty() {
                    faults.push(part.field("path").required(""));
                }
                faults.extend(port(&part.field("port")));
                faults.extend(part.field("scheme").one_of(&["HTTP", "HTTPS"]));
            }
            "tcpSocket" | "grpc" => faults.extend(port(&part.field("port"))),
            _ => {}
        }
    }
    if !seen {
        faults.push(handler.required("must specify a handler type"));
    }
}
