//! The door: a sandbox is made, asked, looked into, copied.

use std::fmt;
use std::task::Poll;

use bytes::Bytes;
use http::{Method, Request, header};
use kubewire::Now;
use serde_json::{Value, json};

use crate::auth::{self, Account, Attributes, ISSUER, LONGEST, User, rbac};
use crate::crd;
use crate::discovery;
use crate::fault::Faults;
use crate::life::{Life, State};
use crate::log::{Log, Logged};
#[cfg(feature = "metrics")]
use crate::metrics::{self, Requests};
use crate::mount::Mount;
use crate::object::{Raw, meta};
use crate::registry::{Kind, Registry, aggregator};
use crate::reply::{Parked, Reply};
use crate::server::Server;
use crate::table::{self, Table};
use crate::verbs::{self, Ask};
use crate::watch::Watch;
use crate::wire::{
    Accepts, Can, Encoding, Form, Query, Refusal, Route, Shape, negotiate, of_refusals, route,
};

/// How long a request waits for a version to come, in milliseconds, as in the real server.
const PATIENCE: u64 = 3_000;

/// An API server in memory. It does no IO, asks no clock and rolls no dice: requests and time go in, answers come out, and the same ones
/// for the same requests, times and seed.
///
/// A clone is a snapshot: it shares what neither changes. To restore one, put it in the place of the other.
#[derive(Clone, Debug)]
pub struct Sandbox {
    pub(crate) server: Server,
    pub(crate) faults: Faults,
    pub(crate) life: State,
    log: Log,
    #[cfg(feature = "metrics")]
    requests: Requests,
    /// The last that was heard of the time.
    now: Now,
}

/// Makes a sandbox with things in it.
#[derive(Clone, Debug)]
pub struct Builder {
    seed: u64,
    now: Now,
    rbac: bool,
    objects: Vec<Value>,
    life: Life,
}

/// An object that cannot be put into a sandbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeedError(String);

impl fmt::Display for SeedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the object cannot be put into the sandbox: {}", self.0)
    }
}

impl std::error::Error for SeedError {}

/// The namespaces that every cluster has.
const NAMESPACES: [&str; 4] = ["default", "kube-node-lease", "kube-public", "kube-system"];

impl Builder {
    /// What uids, generated names and time-outs come from; 0 unless said.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The time at which what is there was made; 1970 unless said.
    #[must_use]
    pub fn now(mut self, now: Now) -> Self {
        self.now = now;
        self
    }

    /// What lives: nothing unless said.
    #[must_use]
    pub fn life(mut self, life: Life) -> Self {
        self.life = life;
        self
    }

    /// Whether roles and bindings say who may do what, as they do unless this is false: then everyone may do everything, and the roles and
    /// bindings that every cluster has are left out.
    #[must_use]
    pub fn rbac(mut self, rbac: bool) -> Self {
        self.rbac = rbac;
        self
    }

    /// Puts an object in, with its `apiVersion` and `kind`. A namespace must be put in before what it holds, but for the four that are
    /// always there; without one, an object goes into `default`.
    #[must_use]
    pub fn object(mut self, object: Value) -> Self {
        self.objects.push(object);
        self
    }

    /// Makes it.
    ///
    /// # Errors
    /// [`SeedError`] where an object is of no known kind, in no known namespace, or breaks a rule.
    pub fn build(self) -> Result<Sandbox, SeedError> {
        let server = Server::new(self.seed, self.rbac);
        let mut sandbox = Sandbox {
            life: State::new(self.life, &server.registry),
            server,
            faults: Faults::new(self.seed),
            log: Log::default(),
            #[cfg(feature = "metrics")]
            requests: Requests::default(),
            now: self.now,
        };
        if self.rbac {
            rbac::put_policy(&mut sandbox.server, self.now);
        }
        for name in NAMESPACES {
            let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}});
            sandbox.put(namespace, self.now)?;
        }
        for object in self.objects {
            sandbox.put(object, self.now)?;
        }
        Ok(sandbox)
    }
}

impl Default for Sandbox {
    fn default() -> Self {
        Self::new()
    }
}

impl Sandbox {
    /// A sandbox with the namespaces that every cluster has, and nothing else.
    #[must_use]
    pub fn new() -> Self {
        match Self::builder().build() {
            Ok(sandbox) => sandbox,
            // Nothing was put in that could be refused.
            Err(_) => Self {
                life: State::new(Life::none(), &Registry::new()),
                server: Server::new(0, true),
                faults: Faults::new(0),
                log: Log::default(),
                #[cfg(feature = "metrics")]
                requests: Requests::default(),
                now: Now::default(),
            },
        }
    }

    /// A sandbox to be filled.
    ///
    /// ```
    /// use kubewire_sandbox::Sandbox;
    /// use serde_json::json;
    /// let settings = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings"}, "data": {"a": "b"}});
    /// let sandbox = Sandbox::builder().seed(7).object(settings).build()?;
    /// assert_eq!(sandbox.get("v1", "ConfigMap", "default", "settings").unwrap()["data"]["a"], "b");
    /// # Ok::<(), kubewire_sandbox::SeedError>(())
    /// ```
    #[must_use]
    pub fn builder() -> Builder {
        Builder { seed: 0, now: Now::default(), rbac: true, objects: Vec::new(), life: Life::none() }
    }

    /// Puts an object in, as a test wants it: past the API and most of its rules, but of its type, and with a good name. It has the
    /// defaults of its kind, and the status that it comes with.
    ///
    /// # Errors
    /// As [`Builder::build`].
    pub fn put(&mut self, object: Value, now: Now) -> Result<(), SeedError> {
        let text = |field: &str| object.get(field).and_then(Value::as_str).unwrap_or_default();
        let (api_version, kind) = (text("apiVersion"), text("kind"));
        let found = self.server.registry.by_kind(api_version, kind).filter(|kind| kind.is_stored());
        let kind = found.ok_or_else(|| SeedError(format!("there is no kind {kind:?} in {api_version:?}")))?;
        let namespace = match meta(&object, "namespace") {
            "" => "default",
            namespace => namespace,
        };
        if kind.namespaced && self.server.namespace(namespace).is_none() {
            return Err(SeedError(format!("there is no namespace {namespace:?}")));
        }
        verbs::seed(&mut self.server, &kind, object, now).map_err(SeedError)?;
        self.follow(&kind, now);
        self.pass(now);
        Ok(())
    }

    /// An object as it is stored; `namespace` is empty for kinds without one.
    #[must_use]
    pub fn get(&self, api_version: &str, kind: &str, namespace: &str, name: &str) -> Option<&Value> {
        let kind = self.server.registry.by_kind(api_version, kind)?;
        self.server.store.get(kind.id, &kind.key(namespace, name)).map(|object| &**object)
    }

    /// The files of a pod that runs as a service account, which is made where it is not there, and so is its namespace. Its token is good for as
    /// long as the API gives any, 136 years, or until the account is deleted.
    pub fn mount(&mut self, namespace: &str, account: &str) -> Mount {
        let now = self.now;
        for (kind, missing) in [
            ("Namespace", self.server.namespace(namespace).is_none()),
            ("ServiceAccount", self.server.object("ServiceAccount", namespace, account).is_none()),
        ] {
            let (name, within) = if kind == "Namespace" { (namespace, "") } else { (account, namespace) };
            let object =
                json!({"apiVersion": "v1", "kind": kind, "metadata": {"name": name, "namespace": within}});
            // A name that is none makes no account, and then the token is nobody's.
            let _ = if missing { self.put(object, now) } else { Ok(()) };
        }
        let uid = self.server.object("ServiceAccount", namespace, account).map(|object| meta(object, "uid"));
        let issued = now.wall / 1000;
        let account = Account {
            namespace: namespace.to_owned(),
            name: account.to_owned(),
            uid: uid.unwrap_or_default().to_owned(),
            audiences: vec![ISSUER.to_owned()],
            issued,
            expires: issued.saturating_add_signed(LONGEST),
            bound: Vec::new(),
        };
        Mount::new(self.server.auth.tokens.of_account(account), namespace)
    }

    /// The token of an administrator, `admin` of the group `system:masters`, who may do everything. It is the same at each call.
    #[must_use]
    pub fn admin(&self) -> &str {
        &self.server.auth.admin
    }

    /// A token of a user by name, who is in these groups and in `system:authenticated`. It does not end.
    pub fn user(&mut self, name: &str, groups: &[&str]) -> String {
        self.server.auth.tokens.of_user(User::named(name, "", groups))
    }

    /// The number of the last write, which is what `resourceVersion` counts.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.server.store.revision()
    }

    /// Forgets all versions below this one, as etcd does every five minutes: watches and lists that want them end in 410.
    pub fn compact(&mut self, revision: u64) {
        self.server.store.compact(revision);
    }

    /// The last 10,000 requests, the oldest first.
    pub fn log(&self) -> impl DoubleEndedIterator<Item = &Logged> {
        self.log.iter()
    }

    /// Answers a request. Of its URL only path and query count.
    #[must_use = "the answer is all that comes of it"]
    pub fn handle(&mut self, now: Now, request: Request<Bytes>) -> Reply {
        self.pass(now);
        self.befall(now, request)
    }

    /// Tries a parked request again.
    #[must_use = "the answer is all that comes of it"]
    pub fn resume(&mut self, now: Now, parked: Parked) -> Reply {
        if now.mono < parked.until && parked.revision.is_none_or(|revision| self.revision() < revision) {
            return Reply::Parked(parked);
        }
        let waited = parked.revision.map(|_| parked.until);
        self.answer(now, parked.request, waited)
    }

    /// The next event of a watch, as a line of JSON, or in protobuf where that was asked for: `Ready(None)` at its end, `Pending` where nothing has happened.
    /// [`Watch::timeout`] says when something will happen by itself.
    pub fn poll(&self, watch: &mut Watch, now: Now) -> Poll<Option<Bytes>> {
        watch.poll(&self.server, now)
    }

    pub(crate) fn answer(&mut self, now: Now, request: Request<Bytes>, parked: Option<u64>) -> Reply {
        self.now = now;
        let late = parked.is_some_and(|until| now.mono >= until);
        let reply = match self.route(now, &request, late) {
            Ok(reply) => reply,
            Err(Refusal::Later { revision }) => {
                let until = parked.unwrap_or_else(|| now.mono.saturating_add(PATIENCE));
                return Reply::Parked(Parked { request, revision: Some(revision), until });
            }
            Err(refusal) => Reply::refused(&refusal, &[]),
        };
        self.note(now, &request, &reply);
        self.pass(now);
        reply
    }

    /// What a controller asks: nothing befalls it, and it is not written down.
    pub(crate) fn inside(&mut self, now: Now, request: &Request<Bytes>) -> Option<Reply> {
        self.route(now, request, false).ok()
    }

    /// What a write of a kind brings about in the server itself.
    fn follow(&mut self, kind: &Kind, now: Now) {
        match (kind.group.as_str(), kind.kind.as_str()) {
            (rbac::GROUP, "ClusterRole") => rbac::aggregate(&mut self.server),
            (aggregator::GROUP, _) => aggregator::settle(&mut self.server),
            (group, _) if group == crd::GROUP || crd::is_ending(&self.server, kind) => {
                crd::settle(&mut self.server, now);
                aggregator::settle(&mut self.server);
                self.life.learn(&self.server.registry);
            }
            _ => {}
        }
    }

    /// Writes down what came of a request.
    pub(crate) fn note(&mut self, now: Now, request: &Request<Bytes>, reply: &Reply) {
        let target = request.uri().path_and_query().map(ToString::to_string).unwrap_or_default();
        let status = reply.status().map_or(0, |status| status.as_u16());
        #[cfg(feature = "metrics")]
        self.requests.count(&self.server.registry, request, status, reply);
        self.log.push(Logged { at: now.mono, method: request.method().to_string(), target, status });
    }

    fn route(&mut self, now: Now, request: &Request<Bytes>, late: bool) -> Result<Reply, Refusal> {
        let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
        let user = auth::authenticate(&self.server, now, request.headers())?;
        let query = request.uri().query().unwrap_or_default();
        let asked = Attributes::of(request.method(), request.uri().path(), query);
        let user = auth::impersonate(&mut self.server, user, request.headers(), &asked)?;
        auth::allow(&self.server, &user, &asked)?;
        let accept = header(header::ACCEPT);
        let method = request.method().clone();
        match route(&self.server.registry, request.uri().path())? {
            Route::Discovery(parts) => discovery::answer(&self.server.registry, &method, &parts, accept),
            #[cfg(feature = "metrics")]
            Route::Other(path) if path == "/metrics" && method == Method::GET => {
                Ok(Reply::metrics(metrics::text(&self.server, &self.requests)))
            }
            Route::Other(path) => discovery::other(&self.server.registry, &method, &path),
            Route::Resource(place) => {
                let query = Query::parse(query);
                let collection = method == Method::GET && (place.name.is_empty() || place.watch);
                let registry = self.server.registry.clone();
                let mut ask = Ask {
                    now,
                    user: &user,
                    method,
                    place: &place,
                    registry: &registry,
                    query,
                    form: Form::Whole,
                    content_type: header(header::CONTENT_TYPE).unwrap_or_default().to_owned(),
                    user_agent: header(header::USER_AGENT).unwrap_or_default().to_owned(),
                    body: request.body(),
                    late,
                    raw: Raw::default(),
                    warnings: Vec::new(),
                };
                let accepts = if collection { Accepts::Collection } else { Accepts::One };
                let can = Can { table: table::is_known(&place), message: place.kind.custom.is_none() };
                let (shape, encoding) = negotiate(accept, accepts, can)?;
                if let Shape::As(form) = shape {
                    ask.form = form;
                }
                let done = verbs::perform(&mut self.server, &mut ask);
                if ask.method != Method::GET {
                    self.follow(&place.kind, now);
                }
                let done = done
                    .and_then(|reply| if shape == Shape::Table { tabled(&ask, reply) } else { Ok(reply) });
                let (reply, encoding) = match done {
                    Err(Refusal::Later { revision }) => return Err(Refusal::Later { revision }),
                    Err(refusal) => (Reply::refused(&refusal, &ask.warnings), of_refusals(accept)),
                    Ok(reply) => (reply, encoding),
                };
                Ok(if encoding == Encoding::Protobuf { reply.in_protobuf() } else { reply })
            }
        }
    }
}

/// What was done, as a table.
fn tabled(ask: &Ask<'_>, reply: Reply) -> Result<Reply, Refusal> {
    let table = Table::new(ask.place, ask.query.text("includeObject"))?;
    Ok(match reply {
        Reply::Whole(mut answer) => {
            if let Some(body) = table.answer(answer.body(), ask.now) {
                *answer.body_mut() = body;
            }
            Reply::Whole(answer)
        }
        Reply::Watch(answer) => Reply::Watch(answer.map(|watch| watch.tabled(table))),
        parked => parked,
    })
}
