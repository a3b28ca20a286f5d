//! The probes of a container, and what it does at its start and end.

use super::super::common::port;
use super::super::fault::Fault;
use super::super::part::Part;

/// All that a container has.
pub(super) fn all(container: &Part<'_>, spec: &Part<'_>, faults: &mut Vec<Fault>) {
    for field in ["postStart", "preStop"] {
        let handler = container.field("lifecycle").field(field);
        if handler.is_there() {
            self::handler(&handler, faults);
            sleep(&handler.field("sleep"), spec.field("terminationGracePeriodSeconds").number(), faults);
        }
    }
    for (field, once) in [("livenessProbe", true), ("readinessProbe", false), ("startupProbe", true)] {
        let probe = container.field(field);
        if !probe.is_there() {
            continue;
        }
        self::probe(&probe, faults);
        let (successes, grace) =
            (probe.field("successThreshold"), probe.field("terminationGracePeriodSeconds"));
        if once && successes.number() != 1 {
            faults.push(successes.invalid("must be 1"));
        }
        if !once && grace.is_there() {
            faults.push(grace.invalid("must not be set for readinessProbes"));
        }
    }
}

fn sleep(sleep: &Part<'_>, grace: i64, faults: &mut Vec<Fault>) {
    let seconds = sleep.field("seconds");
    if !(0..=grace).contains(&seconds.number()) && sleep.is_there() {
        let why = format!("must be non-negative and less than terminationGracePeriodSeconds ({grace})");
        faults.push(Fault::invalid_value(&sleep.path, seconds.number().to_string(), why));
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
                headers(&part.field("httpHeaders"), faults);
            }
            "tcpSocket" | "grpc" => faults.extend(port(&part.field("port"))),
            _ => {}
        }
    }
    if !seen {
        faults.push(handler.required("must specify a handler type"));
    }
}

fn headers(headers: &Part<'_>, faults: &mut Vec<Fault>) {
    const WHY: &str = "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')";
    let names = headers.items().into_iter().map(|header| header.field("name").text());
    let good = |name: &str| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    faults.extend(names.filter(|name| !good(name)).map(|name| Fault::invalid(&headers.path, name, WHY)));
}
