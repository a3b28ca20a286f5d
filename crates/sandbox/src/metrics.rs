//! `/metrics`: the few metrics of the real server's that mean something here, by its names and in its words.
//!
//! Source: `metrics.go` in `k8s.io/apiserver/pkg/endpoints/metrics`, and <https://prometheus.io/docs/instrumenting/exposition_formats/>.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Weak};

use bytes::Bytes;
use http::{Method, Request, header};

use crate::auth::Attributes;
use crate::registry::Registry;
use crate::reply::Reply;
use crate::server::Server;
use crate::wire::Query;

/// How often what was asked, by the labels of `apiserver_request_total`. They are those of resources that are served, so that there is an end of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Requests {
    counts: BTreeMap<String, u64>,
    /// Watches, by the labels of `apiserver_longrunning_requests`.
    open: Vec<(String, Weak<()>)>,
}

impl Requests {
    pub(crate) fn count(&mut self, registry: &Registry, request: &Request<Bytes>, code: u16, reply: &Reply) {
        let found = labels(registry, request);
        if let (Some(labels), Reply::Watch(answer)) = (&found, reply) {
            self.open.retain(|(_, open)| open.strong_count() > 0);
            self.open.push((labels.of_watch(), Arc::downgrade(&answer.body().open)));
        }
        let labels = found.map(|labels| labels.of_request(code)).or_else(|| path(request, code));
        if let Some(labels) = labels {
            *self.counts.entry(labels).or_default() += 1;
        }
    }

    /// How many watches are open, by their labels.
    fn watches(&self) -> BTreeMap<String, u64> {
        let mut counts = BTreeMap::new();
        for (labels, _) in self.open.iter().filter(|(_, open)| open.strong_count() > 0) {
            *counts.entry(labels.clone()).or_default() += 1;
        }
        counts
    }
}

/// What is asked of a resource.
struct Labels {
    asked: Attributes,
    version: String,
    scope: &'static str,
    verb: String,
    dry: &'static str,
}

impl Labels {
    fn of_request(&self, code: u16) -> String {
        let Self { asked, version, scope, verb, dry } = self;
        let Attributes { group, resource, subresource, .. } = asked;
        format!(
            "code=\"{code}\",component=\"apiserver\",dry_run=\"{dry}\",group=\"{group}\",resource=\"{resource}\",scope=\"{scope}\",subresource=\"{subresource}\",verb=\"{verb}\",version=\"{version}\""
        )
    }

    fn of_watch(&self) -> String {
        let Self { asked, version, scope, .. } = self;
        let Attributes { group, resource, .. } = asked;
        format!(
            "component=\"apiserver\",group=\"{group}\",resource=\"{resource}\",scope=\"{scope}\",subresource=\"\",verb=\"WATCH\",version=\"{version}\""
        )
    }
}

fn labels(registry: &Registry, request: &Request<Bytes>) -> Option<Labels> {
    let (path, query) = (request.uri().path(), request.uri().query().unwrap_or_default());
    let asked = Attributes::of(request.method(), path, query);
    let mut parts = path.trim_start_matches('/').split('/');
    let version = if parts.next() == Some("api") { parts.next() } else { parts.nth(1) }?;
    let kind = registry.find(&asked.group, version, &asked.resource)?;
    if !asked.subresource.is_empty() {
        kind.subresource(&asked.subresource)?;
    }
    let applies = || {
        let media = request.headers().get(header::CONTENT_TYPE).and_then(|media| media.to_str().ok());
        media.is_some_and(|media| media.starts_with("application/apply-patch"))
    };
    let verb = match asked.verb.as_str() {
        "create" => "POST".to_owned(),
        "update" => "PUT".to_owned(),
        "patch" if applies() => "APPLY".to_owned(),
        verb @ ("get" | "list" | "watch" | "patch" | "delete" | "deletecollection") => verb.to_uppercase(),
        _ => return None,
    };
    let dry = match Query::parse(query).text("dryRun") {
        "" => "",
        "All" => "All",
        _ => "invalid",
    };
    let scope = match (asked.name.is_empty(), asked.namespace.is_empty()) {
        _ if *request.method() == Method::POST => "resource",
        (false, _) => "resource",
        (true, false) => "namespace",
        (true, true) => "cluster",
    };
    Some(Labels { version: version.to_owned(), asked, scope, verb, dry })
}

/// The same of paths that are no resources.
fn path(request: &Request<Bytes>, code: u16) -> Option<String> {
    let path = request.uri().path();
    let known = matches!(path, "/healthz" | "/livez" | "/readyz" | "/metrics" | "/version");
    (known && *request.method() == Method::GET).then(|| {
        format!("code=\"{code}\",component=\"\",dry_run=\"\",group=\"\",resource=\"\",scope=\"\",subresource=\"{path}\",verb=\"GET\",version=\"\"")
    })
}

/// The document.
pub(crate) fn text(server: &Server, requests: &Requests) -> String {
    let mut out = String::new();
    let mut metric =
        |name: &str, kind: &str, help: &str, samples: &mut dyn Iterator<Item = (String, u64)>| {
            // Writing to memory does not fail.
            let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}");
            for (labels, value) in samples {
                let _ = writeln!(out, "{name}{{{labels}}} {value}");
            }
        };
    let help = "[STABLE] Counter of apiserver requests broken out for each verb, dry run value, group, version, resource, scope, component, and HTTP response code.";
    let samples = requests.counts.iter().map(|(labels, count)| (labels.clone(), *count));
    metric("apiserver_request_total", "counter", help, &mut samples.into_iter());
    let help = "[STABLE] Gauge of all active long-running apiserver requests broken out by verb, group, version, resource, scope and component. Not all requests are tracked this way.";
    metric("apiserver_longrunning_requests", "gauge", help, &mut requests.watches().into_iter());
    let mut stored = BTreeMap::new();
    for kind in server.registry.kinds() {
        if kind.is_stored() {
            let labels = format!("group=\"{}\",resource=\"{}\"", kind.group, kind.plural);
            let count = server.store.range(kind.id, "", "").count();
            stored.insert(labels, u64::try_from(count).unwrap_or(u64::MAX));
        }
    }
    let help = "[ALPHA] Number of stored objects at the time of last check split by kind. In case of a fetching error, the value will be -1.";
    metric("apiserver_resource_objects", "gauge", help, &mut stored.into_iter());
    let help = "[ALPHA] A metric with a constant '1' value labeled by major, minor, git version, git commit, git tree state, build date, Go version, and compiler from which Kubernetes was built, and platform on which it is running.";
    let build = "build_date=\"1970-01-01T00:00:00Z\",compiler=\"gc\",git_commit=\"\",git_tree_state=\"\",git_version=\"v1.37.2\",go_version=\"\",major=\"1\",minor=\"37\",platform=\"linux/amd64\"";
    metric("kubernetes_build_info", "gauge", help, &mut std::iter::once((build.to_owned(), 1)));
    out
}
