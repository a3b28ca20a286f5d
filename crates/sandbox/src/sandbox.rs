//! The door: a sandbox is made, asked, looked into, copied.

use std::fmt;
use std::task::Poll;

use bytes::Bytes;
use http::{Method, Request, header};
use kubewire::Now;
use serde_json::{Value, json};

use crate::discovery;
use crate::log::{Log, Logged};
use crate::mount::{Mount, Tokens};
use crate::object::meta;
use crate::reply::{Parked, Reply};
use crate::server::Server;
use crate::table::{self, Table};
use crate::verbs::{self, Ask};
use crate::watch::Watch;
use crate::wire::{Accepts, Form, Problem, Query, Refusal, Route, Shape, negotiate, route};

/// How long a request waits for a version to come, in milliseconds, as in the real server.
const PATIENCE: u64 = 3_000;

/// An API server in memory. It does no IO, asks no clock and rolls no dice: requests and time go in, answers come out, and the same ones
/// for the same requests, times and seed.
///
/// A clone is a snapshot: it shares what neither changes. To restore one, put it in the place of the other.
#[derive(Clone, Debug)]
pub struct Sandbox {
    server: Server,
    tokens: Tokens,
    log: Log,
}

/// Makes a sandbox with things in it.
#[derive(Clone, Debug)]
pub struct Builder {
    seed: u64,
    now: Now,
    objects: Vec<Value>,
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
        let mut sandbox =
            Sandbox { server: Server::new(self.seed), tokens: Tokens::default(), log: Log::default() };
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
            Err(_) => Self { server: Server::new(0), tokens: Tokens::default(), log: Log::default() },
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
        Builder { seed: 0, now: Now::default(), objects: Vec::new() }
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
        verbs::seed(&mut self.server, &kind, object, now).map_err(SeedError)
    }

    /// An object as it is stored; `namespace` is empty for kinds without one.
    #[must_use]
    pub fn get(&self, api_version: &str, kind: &str, namespace: &str, name: &str) -> Option<&Value> {
        let kind = self.server.registry.by_kind(api_version, kind)?;
        self.server.store.get(kind.id, &kind.key(namespace, name)).map(|object| &**object)
    }

    /// The files of a pod that runs as a service account. Its token is accepted from now on.
    pub fn mount(&mut self, namespace: &str, account: &str) -> Mount {
        let number = self.server.random.next();
        self.tokens.issue(number, namespace, account)
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
        self.answer(now, request, None)
    }

    /// Tries a parked request again.
    #[must_use = "the answer is all that comes of it"]
    pub fn resume(&mut self, now: Now, parked: Parked) -> Reply {
        if self.revision() < parked.revision && now.mono < parked.until {
            return Reply::Parked(parked);
        }
        self.answer(now, parked.request, Some(parked.until))
    }

    /// The next event of a watch, as a line of JSON: `Ready(None)` at its end, `Pending` where nothing has happened.
    /// [`Watch::timeout`] says when something will happen by itself.
    pub fn poll(&self, watch: &mut Watch, now: Now) -> Poll<Option<Bytes>> {
        watch.poll(&self.server, now)
    }

    fn answer(&mut self, now: Now, request: Request<Bytes>, parked: Option<u64>) -> Reply {
        let late = parked.is_some_and(|until| now.mono >= until);
        let reply = match self.route(now, &request, late) {
            Ok(reply) => reply,
            Err(Refusal::Later { revision }) => {
                let until = parked.unwrap_or_else(|| now.mono.saturating_add(PATIENCE));
                return Reply::Parked(Parked { request, revision, until });
            }
            Err(refusal) => Reply::refused(&refusal, &[]),
        };
        let target = request.uri().path_and_query().map(ToString::to_string).unwrap_or_default();
        let status = reply.status().map_or(0, |status| status.as_u16());
        self.log.push(Logged { at: now.mono, method: request.method().to_string(), target, status });
        reply
    }

    fn route(&mut self, now: Now, request: &Request<Bytes>, late: bool) -> Result<Reply, Refusal> {
        let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
        self.authenticate(header(header::AUTHORIZATION))?;
        let accept = header(header::ACCEPT);
        let method = request.method().clone();
        match route(&self.server.registry, request.uri().path())? {
            Route::Discovery(parts) => discovery::answer(&self.server.registry, &method, &parts, accept),
            Route::Other(path) => discovery::other(&method, &path),
            Route::Resource(place) => {
                let query = Query::parse(request.uri().query().unwrap_or_default());
                let collection = method == Method::GET && (place.name.is_empty() || place.watch);
                let registry = self.server.registry.clone();
                let mut ask = Ask {
                    now,
                    method,
                    place: &place,
                    registry: &registry,
                    query,
                    form: Form::Whole,
                    content_type: header(header::CONTENT_TYPE).unwrap_or_default().to_owned(),
                    user_agent: header(header::USER_AGENT).unwrap_or_default().to_owned(),
                    body: request.body(),
                    late,
                    warnings: Vec::new(),
                };
                let accepts = if collection { Accepts::Collection } else { Accepts::One };
                let shape = negotiate(accept, accepts, table::is_known(&place.kind))?;
                if let Shape::As(form) = shape {
                    ask.form = form;
                }
                let done = verbs::perform(&mut self.server, &mut ask);
                match done
                    .and_then(|reply| if shape == Shape::Table { tabled(&ask, reply) } else { Ok(reply) })
                {
                    Err(Refusal::Later { revision }) => Err(Refusal::Later { revision }),
                    Err(refusal) => Ok(Reply::refused(&refusal, &ask.warnings)),
                    done => done,
                }
            }
        }
    }

    /// Who may is not asked yet: whoever has no token, or one that was handed out, may do everything.
    fn authenticate(&self, authorization: Option<&str>) -> Result<(), Refusal> {
        let token = authorization.and_then(|value| value.strip_prefix("Bearer "));
        match token {
            Some(token) if !self.tokens.knows(token.trim()) => Err(Problem::unauthorized().into()),
            _ => Ok(()),
        }
    }
}

/// What was done, as a table.
fn tabled(ask: &Ask<'_>, reply: Reply) -> Result<Reply, Refusal> {
    let table = Table::new(&ask.place.kind, ask.query.text("includeObject"))?;
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
