//! Where a webhook is asked, and in which versions of a review: those of admission, and those that convert.
//!
//! Source: `k8s.io/apiserver/pkg/util/webhook`.

use std::collections::BTreeSet;

use super::common::port_number;
use super::fault::Fault;
use super::names;
use super::part::Part;
use super::url::Url;
use crate::registry::NameRule;

/// The versions of a review that the server can write.
const REVIEWS: [&str; 2] = ["v1", "v1beta1"];

/// A URL, or a service of the cluster.
pub(super) fn client(client: &Part<'_>, faults: &mut Vec<Fault>) {
    let (url, service) = (client.field("url"), client.field("service"));
    match (url.is_there(), service.is_there()) {
        (true, false) => self::url(&url, faults),
        (false, true) => self::service(&service, faults),
        _ => faults.push(client.required("exactly one of url or service is required")),
    }
}

/// The parts that may not be there are told alone, so that no password is said again with the rest.
fn url(part: &Part<'_>, faults: &mut Vec<Fault>) {
    const FORM: &str = "desired format: https://host[/path]";
    let url = match Url::parse(part.text()) {
        Ok(url) => url,
        Err(why) => {
            faults.push(part.required(&format!("url must be a valid URL: {why}; {FORM}")));
            return;
        }
    };
    let mut tell = |text: &str, why: &str| faults.push(Fault::invalid(&part.path, text, why));
    if url.scheme != "https" {
        tell(&url.scheme, &format!("'https' is the only allowed URL scheme; {FORM}"));
    }
    if url.host.is_empty() {
        tell("", &format!("host must be specified; {FORM}"));
    }
    if let Some(user) = url.user {
        tell(user, "user information is not permitted in the URL");
    }
    if !url.fragment.is_empty() {
        tell(&url.fragment, "fragments are not permitted in the URL");
    }
    if !url.query.is_empty() {
        tell(url.query, "query parameters are not permitted in the URL");
    }
}

/// Who lacks a namespace is told of the name, and the other way round: the server has them mixed up.
fn service(service: &Part<'_>, faults: &mut Vec<Fault>) {
    for (lacks, told) in [("namespace", "name"), ("name", "namespace")] {
        if service.field(lacks).is_empty() {
            faults.push(service.field(told).required(""));
        }
    }
    faults.extend(port(&service.field("port")));
    let path = service.field("path");
    if matches!(path.text(), "" | "/") {
        return;
    }
    if path.text() == "//" {
        faults.push(path.invalid("segment[0] may not be empty"));
        return;
    }
    if !path.text().starts_with('/') {
        faults.push(path.invalid("must start with a '/'"));
    }
    let mut rest = path.text().chars();
    rest.next();
    let rest = rest.as_str();
    let segments = rest.strip_suffix('/').unwrap_or(rest).split('/').enumerate();
    let whys = segments.flat_map(|(index, segment)| match segment {
        "" => vec![format!("segment[{index}] may not be empty")],
        _ => {
            let whys = names::name(NameRule::Subdomain, segment, false).into_iter();
            whys.map(|why| format!("segment[{index}]: {why}")).collect()
        }
    });
    // Each shows the whole path.
    faults.extend(Fault::bounded(whys.map(|why| path.invalid(why))));
}

/// A port of the service that somebody is asked through.
pub(super) fn port(port: &Part<'_>) -> Option<Fault> {
    port_number(port).map(|_| port.invalid("port is not valid: must be between 1 and 65535, inclusive"))
}

/// The versions of a review that a webhook understands.
pub(super) fn versions(list: &Part<'_>, hint: &str, faults: &mut Vec<Fault>) {
    if list.is_empty() {
        faults.push(list.required(hint));
        return;
    }
    let (mut seen, mut known) = (BTreeSet::new(), false);
    for version in list.items() {
        if !seen.insert(version.text()) {
            faults.push(version.invalid("duplicate version"));
            continue;
        }
        faults.extend(version.all_invalid(names::dns_1035_label(version.text())));
        known |= REVIEWS.contains(&version.text());
    }
    if !known {
        faults.push(list.invalid(format!("must include at least one of {}", REVIEWS.join(", "))));
    }
}
