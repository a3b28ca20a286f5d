//! Acting as someone else: `Impersonate-User` and its kin.
//!
//! Since 1.37 there are modes that hold for single verbs (KEP-5284), which are tried first, and whose refusal is the one that is told; then the old way, which
//! asks for `impersonate` alone.
//!
//! Source: `endpoints/filters/impersonation` in `k8s.io/apiserver`.

use std::collections::BTreeMap;

use http::HeaderMap;

use super::Attributes;
use super::forbid::{allow, forbidden};
use super::user::{
    ANONYMOUS, AUTHENTICATED, MASTERS, UNAUTHENTICATED, User, account_groups, is_subdomain, split_account,
};
use crate::object::quote;
use crate::server::Server;
use crate::wire::{Problem, Refusal, unescape};

const GROUP: &str = "authentication.k8s.io";
const EXTRA: &str = "impersonate-extra-";
const SUBDOMAIN: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
/// From so many on, the new modes first ask for all at once.
const MANY: usize = 4;

/// The user that a request acts as: whoever sends it, or whom its headers name.
///
/// # Errors
/// 400 for headers that name nobody, 403.
pub(crate) fn impersonate(
    server: &mut Server,
    user: User,
    headers: &HeaderMap,
    asked: &Attributes,
) -> Result<User, Refusal> {
    let Some(wanted) = read(headers)? else { return Ok(user) };
    let mut first = None;
    let mut modes = modes(&wanted);
    // The one that a user had luck with last is tried first, and then its refusal is told.
    let last = server.auth.modes.get(&user.name).copied();
    modes.sort_by_key(|mode| Some(*mode) != last);
    for mode in modes {
        match mode.check(server, &user, &wanted, asked) {
            Ok(actual) => {
                server.auth.modes.insert(user.name, mode);
                return Ok(actual);
            }
            Err(refusal) => first = first.or(Some(refusal)),
        }
    }
    Err(first.unwrap_or_else(|| Problem::plain("all impersonation modes failed").into()))
}

/// Whom the headers name, as they say it.
fn read(headers: &HeaderMap) -> Result<Option<User>, Refusal> {
    let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let one = |name: &str| headers.get(name).map(text).unwrap_or_default();
    let mut wanted = User { name: one("impersonate-user"), uid: one("impersonate-uid"), ..User::default() };
    wanted.groups = headers.get_all("impersonate-group").iter().map(text).collect();
    for (name, value) in headers {
        if let Some(key) = name.as_str().strip_prefix(EXTRA) {
            let key = unescape(key, false).unwrap_or_else(|| key.to_owned());
            wanted.extra.entry(key).or_default().push(text(value));
        }
    }
    let says = !wanted.uid.is_empty() || !wanted.groups.is_empty() || !wanted.extra.is_empty();
    match (wanted.name.is_empty(), says) {
        (false, _) => Ok(Some(wanted)),
        (true, false) => Ok(None),
        (true, true) => Err(Problem::bad_request(format!(
            "requested &user.DefaultInfo{{Name:\"\", UID:{}, Groups:{}, Extra:{}}} without impersonating a user name",
            quote(&wanted.uid),
            go_list(Some(&wanted.groups).filter(|groups| !groups.is_empty())),
            go_map(&wanted.extra)
        ))
        .into()),
    }
}

/// Go's `%#v` of a list.
fn go_list(texts: Option<&Vec<String>>) -> String {
    let Some(texts) = texts else { return "[]string(nil)".into() };
    format!("[]string{{{}}}", texts.iter().map(|text| quote(text)).collect::<Vec<_>>().join(", "))
}

/// Go's `%#v` of a map.
fn go_map(map: &BTreeMap<String, Vec<String>>) -> String {
    if map.is_empty() {
        return "map[string][]string(nil)".into();
    }
    let pairs: Vec<String> =
        map.iter().map(|(key, values)| format!("{}:{}", quote(key), go_list(Some(values)))).collect();
    format!("map[string][]string{{{}}}", pairs.join(", "))
}

/// A way to impersonate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Node,
    Account,
    Other,
    Old,
}

/// Those that are for such a user, in the server's order. The one for a service account's own node is left out: the sandbox knows no kubelets.
fn modes(wanted: &User) -> Vec<Mode> {
    let name_alone = wanted.uid.is_empty() && wanted.groups.is_empty() && wanted.extra.is_empty();
    let (node, account) = (node_of(&wanted.name).is_some(), split_account(&wanted.name).is_some());
    let mut modes = Vec::new();
    match (node, account) {
        (true, _) if name_alone => modes.push(Mode::Node),
        (_, true) if name_alone => modes.push(Mode::Account),
        (false, false) => modes.push(Mode::Other),
        _ => {}
    }
    modes.push(Mode::Old);
    modes
}

/// The node whose kubelet a user is.
fn node_of(user: &str) -> Option<&str> {
    user.strip_prefix("system:node:").filter(|name| is_subdomain(name))
}

impl Mode {
    fn name(self) -> &'static str {
        match self {
            Self::Node => "arbitrary-node",
            Self::Account => "serviceaccount",
            Self::Other => "user-info",
            Self::Old => "",
        }
    }

    fn is_new(self) -> bool {
        self != Self::Old
    }

    fn check(self, server: &Server, user: &User, wanted: &User, asked: &Attributes) -> Result<User, Refusal> {
        if self.is_new() {
            let verb = format!("impersonate-on:{}:{}", self.name(), asked.verb);
            allow(server, user, &Attributes { verb, ..asked.clone() })?;
        }
        let gate = Gate { server, user, mode: self };
        let mut actual = wanted.clone();
        gate.user(wanted, &mut actual)?;
        if !wanted.uid.is_empty() {
            gate.allow(&gate.asks(GROUP, "uids", &wanted.uid))?;
        }
        gate.groups(&wanted.groups)?;
        gate.extra(&wanted.extra)?;
        let has = |group: &str| actual.groups.iter().any(|own| own == group);
        let group = match actual.name.as_str() {
            ANONYMOUS => Some(UNAUTHENTICATED).filter(|group| !has(group)),
            _ => Some(AUTHENTICATED).filter(|group| !has(group) && !has(UNAUTHENTICATED)),
        };
        actual.groups.extend(group.map(str::to_owned));
        Ok(actual)
    }
}

/// What one who impersonates is asked for.
struct Gate<'s> {
    server: &'s Server,
    user: &'s User,
    mode: Mode,
}

impl Gate<'_> {
    fn asks(&self, group: &str, resource: &str, name: &str) -> Attributes {
        let verb = match self.mode {
            Mode::Old => "impersonate".to_owned(),
            mode => format!("impersonate:{}", mode.name()),
        };
        // Users and groups were of the core group once.
        let old = self.mode == Mode::Old && matches!(resource, "users" | "groups" | "serviceaccounts");
        let group = if old { "" } else { group };
        Attributes {
            verb,
            group: group.into(),
            resource: resource.into(),
            name: name.into(),
            ..Attributes::default()
        }
    }

    fn allow(&self, asked: &Attributes) -> Result<(), Refusal> {
        allow(self.server, self.user, asked)
    }

    fn refuse(&self, asked: &Attributes, why: &str) -> Refusal {
        forbidden(self.user, asked, why).into()
    }

    fn user(&self, wanted: &User, actual: &mut User) -> Result<(), Refusal> {
        let mut asked = self.asks(GROUP, "users", &wanted.name);
        if self.mode == Mode::Node {
            let node = node_of(&wanted.name).unwrap_or_default();
            asked = self.asks(GROUP, "nodes", node);
            actual.groups = vec!["system:nodes".into()];
        } else if let Some((namespace, name)) = split_account(&wanted.name) {
            asked = Attributes { namespace: namespace.into(), ..self.asks(GROUP, "serviceaccounts", name) };
            if wanted.groups.is_empty() {
                actual.groups = account_groups(namespace);
            }
        }
        self.allow(&asked)
    }

    fn groups(&self, groups: &[String]) -> Result<(), Refusal> {
        let asks = |name: &str| self.asks(GROUP, "groups", name);
        if self.mode.is_new() {
            if groups.iter().any(String::is_empty) {
                return Err(self.refuse(&asks(""), "impersonating the empty string group is not allowed"));
            }
            if groups.iter().any(|group| group == MASTERS) {
                let why = "impersonating the system:masters group is not allowed";
                return Err(self.refuse(&asks(MASTERS), why));
            }
            if groups.len() >= MANY && self.allow(&asks("*")).is_ok() {
                return Ok(());
            }
        }
        groups.iter().try_for_each(|group| self.allow(&asks(group)))
    }

    fn extra(&self, extra: &BTreeMap<String, Vec<String>>) -> Result<(), Refusal> {
        let asks = |key: &str, value: &str| Attributes {
            subresource: key.into(),
            ..self.asks(GROUP, "userextras", value)
        };
        if self.mode.is_new() {
            for (key, values) in extra {
                let fault = extra_fault(key, values);
                fault.map_or(Ok(()), |why| Err(self.refuse(&asks("", ""), &why)))?;
            }
            let large = extra.values().map(Vec::len).sum::<usize>() >= MANY;
            if large && self.allow(&asks("*", "*")).is_ok() {
                return Ok(());
            }
        }
        let mut all = extra.iter().flat_map(|(key, values)| values.iter().map(move |value| (key, value)));
        all.try_for_each(|(key, value)| self.allow(&asks(key, value)))
    }
}

/// What is wrong with one of the new modes' extra values.
fn extra_fault(key: &str, values: &[String]) -> Option<String> {
    if key.is_empty() {
        return Some("impersonating the empty string key in extra is not allowed".into());
    }
    if let Some((value, why)) = path_fault(key) {
        let shown = format!("extra.key: Invalid value: {}: {why}", quote(value));
        return Some(format!("impersonating an invalid key in extra is not allowed: {shown}"));
    }
    let empty = values.iter().any(String::is_empty);
    empty.then(|| "impersonating the empty string value in extra is not allowed".into())
}

/// apimachinery's `IsDomainPrefixedPath`, as far as a header can say it.
fn path_fault(key: &str) -> Option<(&str, &'static str)> {
    match key.split_once('/') {
        None | Some((_, "") | ("", _)) => {
            Some((key, "must be a domain-prefixed path (such as \"acme.io/foo\")"))
        }
        Some((domain, _)) if !is_subdomain(domain) => Some((domain, SUBDOMAIN)),
        Some(_) => None,
    }
}
