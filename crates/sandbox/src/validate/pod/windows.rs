//! What only containers of Windows have.
//!
//! Source: `validateWindowsSecurityContextOptions` and `validateWindowsHostProcessPod` in `k8s.io/kubernetes/pkg/apis/core/validation`.

use super::super::common::subdomain;
use super::super::fault::Fault;
use super::super::part::Part;
use crate::object::as_go;

/// What an account's name cannot have in it.
const NOT_IN_USERS: &str = "\"/\\:;|=,+*?<>@[]";

pub(super) fn options(options: &Part<'_>, faults: &mut Vec<Fault>) {
    let (name, text, user) = (
        options.field("gmsaCredentialSpecName"),
        options.field("gmsaCredentialSpec"),
        options.field("runAsUserName"),
    );
    if name.is_there() {
        faults.extend(subdomain(&name));
    }
    if text.is_there() && text.is_empty() {
        faults.push(text.invalid("gmsaCredentialSpec cannot be an empty string"));
    } else if text.text().len() > 64 * 1024 {
        faults.push(text.invalid("gmsaCredentialSpec size must be under 64 KiB"));
    }
    if user.is_there() {
        faults.extend(
            self::user(user.text()).into_iter().map(|why| {
                Fault::invalid_value(&user.path, as_go(user.value), format!("runAsUserName{why}"))
            }),
        );
    }
}

/// What is wrong with the name of an account.
fn user(name: &str) -> Vec<String> {
    if name.is_empty() {
        return vec![" cannot be an empty string".into()];
    }
    if name.chars().any(char::is_control) {
        return vec![" cannot contain control characters".into()];
    }
    let (domain, user) = match name.split('\\').collect::<Vec<_>>().as_slice() {
        [user] => (None, *user),
        [domain, user] => (Some(*domain), *user),
        _ => return vec![" cannot contain more than one backslash".into()],
    };
    let mut whys = Vec::new();
    if let Some(domain) = domain {
        if domain.len() >= 256 {
            whys.push("'s Domain length must be under 256 characters".into());
        }
        if !is_domain(domain) {
            whys.push("'s Domain doesn't match the NetBios nor the DNS format".into());
        }
    }
    if user.is_empty() {
        whys.push("'s User cannot be empty".into());
    } else if user.len() > 104 {
        whys.push("'s User length must not be longer than 104 characters".into());
    }
    if user.contains(|c| NOT_IN_USERS.contains(c)) {
        whys.push(format!("'s User cannot contain the following characters: {NOT_IN_USERS}"));
    }
    if !user.is_empty() && user.chars().all(|c| ". ".contains(c)) {
        whys.push("'s User cannot contain only periods or spaces".into());
    }
    whys
}

/// A name of NetBIOS, or of the DNS.
fn is_domain(domain: &str) -> bool {
    let short = (1..=15).contains(&domain.chars().count())
        && !domain.starts_with('.')
        && !domain.contains(|c| "\\/:*?\"<>|".contains(c));
    let label = |label: &str| {
        let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
        edge(label.chars().next())
            && edge(label.chars().last())
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    short || domain.split('.').all(label)
}

/// Containers that are processes of the host: all of a pod, or none.
pub(super) fn on_host(spec: &Part<'_>, faults: &mut Vec<Fault>) {
    let whole = host(spec);
    let (mut all, mut on_host) = (0, 0);
    for container in super::containers(spec) {
        all += 1;
        let own = host(&container);
        if whole.is_there() && own.is_there() && whole.flag() != own.flag() {
            let why = format!(
                "pod hostProcess value must be identical if both are specified, was {}",
                whole.flag()
            );
            faults.push(own.invalid(why));
        }
        on_host += u32::from(if own.is_there() { own.flag() } else { whole.flag() });
    }
    if on_host == 0 {
        return;
    }
    if on_host != all {
        let why =
            "If pod contains any hostProcess containers then all containers must be HostProcess containers";
        faults.push(Fault::invalid(&spec.path, "", why));
    }
    let network = spec.field("hostNetwork");
    if !network.flag() {
        let why = "hostNetwork must be true if pod contains any hostProcess containers";
        faults.push(Fault::invalid_value(&network.path, "false", why));
    }
}

fn host<'v>(part: &Part<'v>) -> Part<'v> {
    part.field("securityContext").field("windowsOptions").field("hostProcess")
}
