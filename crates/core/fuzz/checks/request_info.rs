//! The API server's own reading of a request, written anew from its `RequestInfoFactory`, so that it can judge ours.
//!
//! Source: `k8s.io/apiserver/pkg/endpoints/request/requestinfo.go`.

use kubewire::Attributes;

/// What the server would ask its authorization about.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct RequestInfo {
    pub verb: String,
    pub group: String,
    pub version: String,
    pub resource: String,
    pub subresource: String,
    pub namespace: String,
    pub name: String,
    /// For what is no resource.
    pub path: String,
}

impl From<&Attributes> for RequestInfo {
    fn from(attributes: &Attributes) -> Self {
        Self {
            verb: attributes.verb.rbac().into(),
            group: attributes.group.clone(),
            version: attributes.version.clone(),
            resource: attributes.resource.clone(),
            subresource: attributes.subresource.clone(),
            namespace: attributes.namespace.clone(),
            name: attributes.name.clone(),
            path: attributes.path.clone(),
        }
    }
}

/// Reads a request's method and target. `None` for what the server refuses, or no longer has (the verb `proxy`).
pub fn read(method: &str, target: &str) -> Option<RequestInfo> {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let decoded = decode(path, false);
    let plain = RequestInfo { verb: verb_of(method).into(), path: decoded.clone(), ..RequestInfo::default() };
    // The server splits the path after it was decoded: an encoded slash would be one.
    let parts: Vec<&str> = decoded.trim_matches('/').split('/').collect();
    let (group, mut parts) = match parts.as_slice() {
        ["api", rest @ ..] if rest.len() >= 2 => ("", rest),
        ["apis", group, rest @ ..] if rest.len() >= 2 => (*group, rest),
        _ => return Some(plain),
    };
    let version = parts.first()?;
    parts = parts.get(1..)?;
    let mut verb = verb_of(method);
    match parts.first().copied() {
        Some("proxy") => return None,
        Some("watch") if parts.len() < 2 => return None,
        Some("watch") => {
            verb = "watch";
            parts = parts.get(1..)?;
        }
        _ => {}
    }
    let mut namespace = "";
    if let ["namespaces", of, rest @ ..] = parts {
        namespace = of;
        if rest.first().is_some_and(|next| !matches!(*next, "status" | "finalize")) {
            parts = rest;
        }
    }
    let part = |index: usize| parts.get(index).copied().unwrap_or_default().to_owned();
    let mut name = part(1);
    if name.is_empty() {
        verb = match verb {
            "get" if watches(query) => "watch",
            "get" => "list",
            "delete" => "deletecollection",
            verb => verb,
        };
        // Only where it was a GET, and its path did not say `watch`.
        if method == "GET" && parts.len() == 1 && !decoded.contains("/watch/") {
            name = exact_name(query);
        }
    }
    Some(RequestInfo {
        verb: verb.into(),
        group: group.into(),
        version: (*version).into(),
        resource: part(0),
        subresource: part(2),
        namespace: namespace.into(),
        name,
        path: String::new(),
    })
}

fn verb_of(method: &str) -> &'static str {
    match method {
        "POST" => "create",
        "PUT" => "update",
        "PATCH" => "patch",
        "DELETE" => "delete",
        "OPTIONS" => "",
        _ => "get",
    }
}

fn watches(query: &str) -> bool {
    let watch = pairs(query).into_iter().find(|(key, _)| key == "watch");
    watch.is_some_and(|(_, value)| value != "0" && !value.eq_ignore_ascii_case("false"))
}

/// The name that the first of the sorted terms `metadata.name=NAME` demands. (No name that can stand in a path needs an escape.)
fn exact_name(query: &str) -> String {
    let selector = pairs(query).into_iter().find(|(key, _)| key == "fieldSelector").unwrap_or_default().1;
    let mut terms: Vec<&str> = selector.split(',').collect();
    terms.sort_unstable();
    let value = terms.iter().find_map(|term| term.strip_prefix("metadata.name=")).unwrap_or_default();
    let value = value.strip_prefix('=').unwrap_or(value);
    let name = !matches!(value, "." | "..") && !value.contains(['/', '%', '=', '\\']);
    if name { value.to_owned() } else { String::new() }
}

/// The pairs of a query, decoded.
pub fn pairs(query: &str) -> Vec<(String, String)> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(key, true), decode(value, true))
        })
        .collect()
}

/// Percent-decodes; in a form a plus is a space.
pub fn decode(text: &str, form: bool) -> String {
    let mut bytes = text.bytes();
    let mut out = Vec::new();
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'%' => {
                let digits = [bytes.next().expect("a digit"), bytes.next().expect("a digit")];
                let digits = std::str::from_utf8(&digits).expect("digits");
                u8::from_str_radix(digits, 16).expect("hexadecimal digits")
            }
            b'+' if form => b' ',
            byte => byte,
        });
    }
    String::from_utf8(out).expect("UTF-8")
}
