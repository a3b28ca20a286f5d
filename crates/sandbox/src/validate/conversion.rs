//! What a definition says of how its objects become those of another version.
//!
//! Source: `validateCustomResourceConversion` in `k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation`, and `webhook` in `k8s.io/apiserver/pkg/util`.

use serde_json::Value;

use super::fault::Fault;
use super::names;
use super::part::Part;
use crate::registry::NameRule;

/// The versions of a review that the server can write.
const REVIEWS: [&str; 2] = ["v1", "v1beta1"];

/// What is wrong with it.
pub(crate) fn conversion(definition: &Value) -> Vec<Fault> {
    let (own, mut faults) = (Part::of(definition, "spec").field("conversion"), Vec::new());
    let webhook = own.field("webhook");
    // The server's own form has both beside the strategy.
    let part = |name: &str, path: &str| Part {
        path: format!("{}.{path}", own.path),
        value: webhook.field(name).value,
    };
    let (client, reviews) = (
        part("clientConfig", "webhookClientConfig"),
        part("conversionReviewVersions", "conversionReviewVersions"),
    );
    let strategy = own.field("strategy");
    match strategy.text() {
        "" => faults.push(strategy.required("")),
        "Webhook" => {
            let (url, service) = (client.field("url"), client.field("service"));
            match (url.is_there(), service.is_there()) {
                _ if !client.is_there() => {
                    faults.push(client.required("required when strategy is set to Webhook"));
                }
                (true, false) => address(&url, &mut faults),
                (false, true) => served(&service, &mut faults),
                _ => faults.push(client.required("exactly one of url or service is required")),
            }
            reviewed(&reviews, &mut faults);
        }
        "None" => {
            let said = [client, reviews].into_iter().filter(Part::is_there);
            faults.extend(
                said.map(|part| part.forbidden("should not be set when strategy is not set to Webhook")),
            );
        }
        _ => faults.push(strategy.not_supported(&["None", "Webhook"])),
    }
    faults
}

/// A URL of its own. The parts that may not be there are told alone, so that no password is said again with the rest.
fn address(url: &Part<'_>, faults: &mut Vec<Fault>) {
    const FORM: &str = "; desired format: https://host[/path]";
    let (scheme, rest) = url.text().split_once("://").unwrap_or_default();
    let (rest, fragment) = rest.split_once('#').unwrap_or((rest, ""));
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let authority = rest.split('/').next().unwrap_or_default();
    let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    let mut fault = |part: &str, why: String| faults.push(Fault::invalid(&url.path, part, why));
    if scheme != "https" {
        fault(scheme, format!("'https' is the only allowed URL scheme{FORM}"));
    }
    if host.is_empty() {
        fault("", format!("host must be specified{FORM}"));
    }
    let rest = [(user, "user information is"), (fragment, "fragments are"), (query, "query parameters are")];
    for (part, what) in rest.into_iter().filter(|(part, _)| !part.is_empty()) {
        fault(part, format!("{what} not permitted in the URL"));
    }
}

/// A service of the cluster.
fn served(service: &Part<'_>, faults: &mut Vec<Fault>) {
    for field in ["name", "namespace"].map(|field| service.field(field)) {
        faults.extend(field.is_empty().then(|| field.required("")));
    }
    let port = service.field("port");
    if !(1..=65535).contains(&port.number()) {
        faults.push(port.invalid("port is not valid: must be between 1 and 65535, inclusive"));
    }
    let path = service.field("path");
    if path.is_empty() || path.text() == "/" {
        return;
    }
    if !path.text().starts_with('/') {
        faults.push(path.invalid("must start with a '/'"));
    }
    let inner = path.text().get(1..).unwrap_or_default();
    for (at, segment) in inner.strip_suffix('/').unwrap_or(inner).split('/').enumerate() {
        if segment.is_empty() {
            faults.push(path.invalid(format!("segment[{at}] may not be empty")));
            continue;
        }
        let whys = names::name(NameRule::Subdomain, segment, false).into_iter();
        faults.extend(path.all_invalid(whys.map(|why| format!("segment[{at}]: {why}")).collect()));
    }
}

/// The versions of a review that a webhook understands.
fn reviewed(versions: &Part<'_>, faults: &mut Vec<Fault>) {
    if versions.is_empty() {
        faults.push(versions.required(""));
        return;
    }
    let (mut seen, mut known) = (Vec::new(), false);
    for version in versions.items() {
        if seen.contains(&version.text()) {
            faults.push(version.invalid("duplicate version"));
            continue;
        }
        seen.push(version.text());
        if !names::is_dns_1035_label(version.text()) {
            faults.push(version.invalid(names::NOT_DNS_1035_LABEL));
        }
        known |= REVIEWS.contains(&version.text());
    }
    if !known {
        faults.push(versions.invalid(format!("must include at least one of {}", REVIEWS.join(", "))));
    }
}
