//! What is asked, as an authorizer sees it. It is read from the path alone, before anyone looks whether there is such a resource.
//!
//! Source: `endpoints/request/requestinfo.go` in `k8s.io/apiserver`.

use http::Method;

use crate::select::{Fields, Labels};
use crate::wire::{Query, unescape};

/// A request, or the question whether one may be made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Attributes {
    pub(crate) verb: String,
    /// Where a path is asked for, and no resource.
    pub(crate) path: Option<String>,
    pub(crate) group: String,
    pub(crate) resource: String,
    pub(crate) subresource: String,
    pub(crate) namespace: String,
    pub(crate) name: String,
}

impl Attributes {
    /// Reads a request's method, path and query.
    pub(crate) fn of(method: &Method, path: &str, query: &str) -> Self {
        let path = unescape(path, false).unwrap_or_else(|| path.to_owned());
        let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
        let (group, rest) = match parts.as_slice() {
            ["api", _, rest @ ..] => ("", rest),
            ["apis", group, _, rest @ ..] => (*group, rest),
            _ => ("", [].as_slice()),
        };
        let (special, rest) = match rest {
            [] => return Self { verb: method.as_str().to_lowercase(), path: Some(path), ..Self::default() },
            [verb @ ("watch" | "proxy"), rest @ ..] => (*verb, rest),
            rest => ("", rest),
        };
        let verb = match *method {
            _ if !special.is_empty() => special,
            Method::POST => "create",
            Method::GET | Method::HEAD => "get",
            Method::PUT => "update",
            Method::PATCH => "patch",
            Method::DELETE => "delete",
            _ => "",
        };
        let mut found = Self { verb: verb.into(), group: group.into(), ..Self::default() };
        found.place(rest);
        if found.name.is_empty() {
            match verb {
                "get" => found.collection(query),
                "delete" => found.verb = "deletecollection".into(),
                _ => {}
            }
        }
        found
    }

    /// The resource with its part, such as `pods/log`.
    pub(crate) fn combined(&self) -> String {
        if self.subresource.is_empty() {
            self.resource.clone()
        } else {
            format!("{}/{}", self.resource, self.subresource)
        }
    }

    fn place(&mut self, mut rest: &[&str]) {
        if let ["namespaces", namespace, below @ ..] = rest {
            self.namespace = (*namespace).to_owned();
            // A namespace has parts of its own; all else below it is a resource within.
            if !matches!(below, [] | ["status" | "finalize", ..]) {
                rest = below;
            }
        }
        let mut parts = rest.iter().map(|&part| part.to_owned());
        self.resource = parts.next().unwrap_or_default();
        self.name = parts.next().unwrap_or_default();
        if self.verb != "proxy" {
            self.subresource = parts.next().unwrap_or_default();
        }
    }

    /// A list or a watch, which is of one object where a selector says so.
    fn collection(&mut self, query: &str) {
        let query = Query::parse(query);
        let watch = query.flag("watch").unwrap_or_default();
        self.verb = if watch { "watch" } else { "list" }.into();
        let numbers = ["limit", "timeoutSeconds"].iter().all(|name| query.number(name).is_ok());
        let fields = Fields::parse(query.text("fieldSelector"));
        let labels = Labels::parse(query.text("labelSelector"));
        // Of options that cannot be read, none counts.
        if let (true, Ok(fields), Ok(_)) = (numbers, fields, labels)
            && let Some(name) = fields.exact("metadata.name")
            && !name.contains(['/', '%'])
            && !matches!(name, "." | "..")
        {
            self.name = name.to_owned();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A request, and `VERB GROUP RESOURCE/SUBRESOURCE NAMESPACE NAME`, or `VERB PATH`.
    const CASES: [(&str, &str, &str); 20] = [
        ("GET", "/api/v1/pods", "list  pods  "),
        ("GET", "/api/v1/namespaces/a/pods?watch=1", "watch  pods a "),
        ("GET", "/api/v1/namespaces/a/pods?watch=False", "list  pods a "),
        ("GET", "/api/v1/namespaces/a/pods?fieldSelector=metadata.name%3Db", "list  pods a b"),
        (
            "GET",
            "/api/v1/namespaces/a/pods?fieldSelector=metadata.name%3Db&limit=x&watch=1",
            "watch  pods a ",
        ),
        ("GET", "/api/v1/namespaces/a/pods/b/log", "get  pods/log a b"),
        ("HEAD", "/api/v1/namespaces/a/pods/b", "get  pods a b"),
        ("POST", "/apis/none/v1/things", "create none things  "),
        ("PUT", "/apis/apps/v1/namespaces/a/deployments/d/scale", "update apps deployments/scale a d"),
        ("PATCH", "/api/v1/namespaces/a/status", "patch  namespaces/status a a"),
        ("GET", "/api/v1/namespaces/a", "get  namespaces a a"),
        ("DELETE", "/api/v1/namespaces/a/pods", "deletecollection  pods a "),
        ("GET", "/api/v1/watch/namespaces/a/configmaps", "watch  configmaps a "),
        ("BREW", "/api/v1/pods", "  pods  "),
        ("GET", "/api/v1/namespaces/a%2Fb/pods", "get  b a pods"),
        ("GET", "/api", "get /api"),
        ("GET", "/apis/apps/v1", "get /apis/apps/v1"),
        ("OPTIONS", "/api/v1/", "options /api/v1/"),
        ("GET", "/healthz/ping", "get /healthz/ping"),
        ("GET", "/", "get /"),
    ];

    #[test]
    fn requests_are_seen_as_the_server_does() {
        for (method, target, wanted) in CASES {
            let (path, query) = target.split_once('?').unwrap_or((target, ""));
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            let found = Attributes::of(&method, path, query);
            let Attributes { verb, group, namespace, name, .. } = &found;
            let shown = match &found.path {
                None => format!("{verb} {group} {} {namespace} {name}", found.combined()),
                Some(path) => format!("{verb} {path}"),
            };
            assert_eq!(shown, wanted, "{method} {target}");
        }
    }
}
