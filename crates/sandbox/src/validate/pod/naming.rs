//! What names a pod knows its hosts by.
//!
//! Source: `validatePodDNSConfig` and `ValidateHostAliases` in `k8s.io/kubernetes/pkg/apis/core/validation`.

use super::super::address::address;
use super::super::common::subdomain;
use super::super::fault::Fault;
use super::super::part::Part;

pub(super) fn aliases(aliases: &Part<'_>, faults: &mut Vec<Fault>) {
    for alias in aliases.items() {
        faults.extend(address(&alias.field("ip")));
        alias.field("hostnames").items().iter().for_each(|name| faults.extend(subdomain(name)));
    }
}

pub(super) fn resolver(config: &Part<'_>, policy: &str, faults: &mut Vec<Fault>) {
    let (servers, searches) = (config.field("nameservers"), config.field("searches"));
    if policy == "None" && !config.is_there() {
        return faults.push(config.required("must provide `dnsConfig` when `dnsPolicy` is None"));
    }
    if policy == "None" && servers.is_empty() {
        let why = "must provide at least one DNS nameserver when `dnsPolicy` is None";
        return faults.push(servers.required(why));
    }
    let (list, paths) = (servers.items(), searches.items());
    if list.len() > 3 {
        faults.push(servers.invalid("must not have more than 3 nameservers"));
    }
    list.iter().for_each(|server| faults.extend(address(server)));
    if paths.len() > 32 {
        faults.push(searches.invalid("must not have more than 32 search paths"));
    }
    let long: usize = paths.iter().map(|path| path.text().len() + 1).sum();
    if long > 2049 {
        faults.push(
            searches.invalid("must not have more than 2048 characters (including spaces) in the search list"),
        );
    }
    paths.iter().filter(|path| path.text() != ".").for_each(|path| faults.extend(search(path)));
    for option in config.field("options").items() {
        if option.field("name").is_empty() {
            faults.push(option.required("must not be empty"));
        }
    }
}

/// A domain, which may have underscores.
fn search(path: &Part<'_>) -> Vec<Fault> {
    const WHY: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?(\\._?[a-z0-9]([-_a-z0-9]*[a-z0-9])?)*')";
    let name = path.text().strip_suffix('.').unwrap_or(path.text());
    let edge = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let label = |label: &str| {
        let label = label.strip_prefix('_').unwrap_or(label);
        let inner = |byte: u8| edge(Some(byte)) || b"-_".contains(&byte);
        edge(label.bytes().next()) && edge(label.bytes().last()) && label.bytes().all(inner)
    };
    let long = (name.len() > 253).then_some("must be no more than 253 characters");
    let odd = (!name.split('.').all(label)).then_some(WHY);
    long.into_iter().chain(odd).map(|why| Fault::invalid(&path.path, name, why)).collect()
}
