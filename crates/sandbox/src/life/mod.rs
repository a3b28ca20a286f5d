//! Life: what controllers, a scheduler and a node make of the objects of a cluster. Off unless it is switched on.
//!
//! Each controller looks at one object at a time, as the real ones do, and brings it nearer to what it should be. They run after each request, and when
//! time goes by, until none has anything left to do: a test sees no state that is only halfway.

mod accounts;
mod budgets;
mod daemon_sets;
mod deployments;
mod endpoints;
mod garbage;
mod hands;
mod index;
mod jobs;
mod pods;
mod quotas;
mod replica_sets;
mod rollout;
mod stateful_sets;
mod status;
mod template;

use std::time::Duration;

use kubewire::Now;

use crate::object::meta;
use crate::registry::Registry;
use crate::sandbox::Sandbox;
use hands::Hands;
use index::{Index, Item};

/// So many objects are looked at after a request at most: controllers that work against each other go on at the next.
const STEPS: usize = 20_000;

/// Which parts of a cluster live.
///
/// ```
/// use kubewire_sandbox::{Life, Sandbox};
/// let sandbox = Sandbox::builder().life(Life::all()).build()?;
/// assert!(sandbox.get("v1", "ServiceAccount", "default", "default").is_some());
/// # Ok::<(), kubewire_sandbox::SeedError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Life {
    accounts: bool,
    garbage: bool,
    workloads: bool,
    pods: bool,
    endpoints: bool,
    budgets: bool,
    quotas: bool,
    start: Duration,
    run: Duration,
}

impl Life {
    /// Nothing lives: an API server alone.
    pub const fn none() -> Self {
        Self {
            accounts: false,
            garbage: false,
            workloads: false,
            pods: false,
            endpoints: false,
            budgets: false,
            quotas: false,
            start: Duration::from_secs(1),
            run: Duration::from_secs(1),
        }
    }

    /// Everything lives.
    pub const fn all() -> Self {
        Self {
            accounts: true,
            garbage: true,
            workloads: true,
            pods: true,
            endpoints: true,
            budgets: true,
            quotas: true,
            ..Self::none()
        }
    }

    /// Each namespace gets its service account `default`, and the ConfigMap `kube-root-ca.crt`.
    pub const fn accounts(mut self, lives: bool) -> Self {
        self.accounts = lives;
        self
    }

    /// Objects whose owners are gone go too; foreground deletion and orphaning.
    pub const fn garbage(mut self, lives: bool) -> Self {
        self.garbage = lives;
        self
    }

    /// Deployments make replica sets; these, stateful sets, daemon sets and jobs make pods.
    pub const fn workloads(mut self, lives: bool) -> Self {
        self.workloads = lives;
        self
    }

    /// Pods come to the one node there is, run, become ready, end if they are a job's, and go when they are deleted.
    pub const fn pods(mut self, lives: bool) -> Self {
        self.pods = lives;
        self
    }

    /// Services have endpoint slices.
    pub const fn endpoints(mut self, lives: bool) -> Self {
        self.endpoints = lives;
        self
    }

    /// Disruption budgets say how many of their pods may be evicted.
    pub const fn budgets(mut self, lives: bool) -> Self {
        self.budgets = lives;
        self
    }

    /// Resource quotas say what is used of them.
    pub const fn quotas(mut self, lives: bool) -> Self {
        self.quotas = lives;
        self
    }

    /// So long a pod takes until it runs and is ready; a second unless said.
    pub const fn start(mut self, after: Duration) -> Self {
        self.start = after;
        self
    }

    /// So long a pod runs that ends by itself, as those of jobs do; a second unless said.
    pub const fn run(mut self, after: Duration) -> Self {
        self.run = after;
        self
    }

    fn is_none(self) -> bool {
        let parts = [
            self.accounts,
            self.garbage,
            self.workloads,
            self.pods,
            self.endpoints,
            self.budgets,
            self.quotas,
        ];
        !parts.contains(&true)
    }
}

impl Default for Life {
    fn default() -> Self {
        Self::none()
    }
}

/// What the controllers know.
#[derive(Clone, Debug)]
pub(crate) struct State {
    life: Life,
    index: Index,
}

impl State {
    pub(crate) fn new(life: Life, registry: &Registry) -> Self {
        Self { life, index: Index::new(registry) }
    }

    /// Hears of what is served now.
    pub(crate) fn learn(&mut self, registry: &Registry) {
        self.index.learn(registry);
    }
}

impl Sandbox {
    /// Lets time go by: what lives goes on up to `now`. [`handle`](Self::handle) does so too; a host calls this at the time that [`next`](Self::next) says.
    pub fn pass(&mut self, now: Now) {
        if self.life.life.is_none() {
            return;
        }
        for _ in 0..STEPS {
            let Self { life, server, .. } = self;
            let Some(item) = life.index.next(&server.store, now.mono) else { return };
            let settings = life.life;
            reconcile(&mut Hands::new(self, now), settings, &item);
        }
    }

    /// When something will live on by itself, in milliseconds of [`Now::mono`]; `None` where nothing will.
    #[must_use]
    pub fn next(&self) -> Option<u64> {
        self.life.index.due().filter(|_| !self.life.life.is_none())
    }
}

fn reconcile(hands: &mut Hands<'_>, life: Life, item: &Item) {
    match item {
        Item::Gone { uid, kind, namespace } => {
            if life.garbage {
                garbage::owner_gone(hands, uid);
            }
            if hands.id("", "pods") == Some(*kind) {
                pod_changed(hands, life, namespace);
            }
            if life.quotas {
                quotas::changed(hands, namespace);
            }
        }
        Item::Object { kind, key } => {
            let Some(object) = hands.get(*kind, key) else { return };
            if life.garbage && garbage::collect(hands, *kind, key, &object) {
                return;
            }
            let Some(kind) = hands.kind(*kind).cloned() else { return };
            if life.quotas {
                quotas::changed(hands, meta(&object, "namespace"));
            }
            match (kind.group.as_str(), kind.plural.as_str()) {
                ("", "namespaces") if life.accounts => accounts::reconcile(hands, &object),
                ("apps", "deployments") if life.workloads => deployments::reconcile(hands, &object),
                ("apps", "replicasets") if life.workloads => replica_sets::reconcile(hands, &object),
                ("apps", "statefulsets") if life.workloads => stateful_sets::reconcile(hands, &object),
                ("apps", "daemonsets") if life.workloads => daemon_sets::reconcile(hands, &object),
                ("batch", "jobs") if life.workloads => jobs::reconcile(hands, &object),
                ("", "pods") => {
                    if life.pods {
                        pods::reconcile(hands, life, key, &object);
                    }
                    pod_changed(hands, life, meta(&object, "namespace"));
                }
                ("", "services") if life.endpoints => endpoints::reconcile(hands, &object),
                ("policy", "poddisruptionbudgets") if life.budgets => budgets::reconcile(hands, key, &object),
                _ => {}
            }
        }
    }
}

/// A pod of a namespace changed, or is gone: who counts pods there counts them again.
fn pod_changed(hands: &mut Hands<'_>, life: Life, namespace: &str) {
    if life.endpoints {
        endpoints::pods_changed(hands, namespace);
    }
    if life.budgets {
        budgets::pods_changed(hands, namespace);
    }
}
