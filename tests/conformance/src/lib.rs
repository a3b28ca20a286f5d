//! What the conformance tests share: a namespace for each, and pods' files for real service accounts.
//!
//! `cargo xtask test` starts the API server and names it to the tests. To run one by hand: `cargo xtask apiserver start`, the line that it
//! prints, and `cargo test -p kubewire-conformance`.

mod command;
mod kubectl;
mod mount;

use std::hash::{BuildHasher, RandomState};

use k8s_openapi::api::core::v1::Namespace;
use kubewire::{Api, Config, Error};
use kubewire_apiserver::State;
use kubewire_ureq::Client;
use serde_json::{Value, json};

pub use command::{Ran, bash, kubewire, program};
pub use kubectl::Kubectl;
pub use mount::Mount;

/// One test's own corner of the API server.
pub struct World {
    /// Where the server is.
    pub state: State,
    /// Its admin, who is a Kubewire client as well.
    pub admin: Client,
    /// The test's own namespace.
    pub namespace: String,
    /// The test's own files.
    pub files: tempfile::TempDir,
}

impl World {
    /// A new namespace whose name begins with `name`.
    ///
    /// # Panics
    /// Where there is no API server, or it does not make the namespace: the test cannot go on.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let state = State::from_env().unwrap_or_else(|error| panic!("{error}"));
        let config = Config::server(&state.server).map(|config| config.mount(text(&state.admin_mount)));
        let admin =
            Client::new(config.expect("the server's address is good")).expect("the admin's mount is good");
        let namespace = format!("{name}-{:08x}", RandomState::new().hash_one(0) as u32);
        let object = json!({"metadata": {"name": namespace}});
        admin.run(Api::<Namespace>::all().create(&object)).expect("the namespace is made");
        Self { state, admin, namespace, files: tempfile::tempdir().expect("a directory is made") }
    }

    /// A client as a pod of the cluster makes one: from the environment and this mount.
    ///
    /// # Errors
    /// Those of [`Client::new`].
    pub fn pod(&self, mount: &Mount) -> Result<Client, Error> {
        pod_at(self.state.port, mount)
    }

    /// Makes `account` in this namespace hold a Role (or, everywhere, a ClusterRole) that allows `verbs` on `resources`, by server-side
    /// apply through Kubewire.
    ///
    /// # Panics
    /// Where the server refuses.
    pub fn allow(&self, account: &str, everywhere: bool, verbs: &[&str], resources: &[&str]) {
        let kind = if everywhere { "ClusterRole" } else { "Role" };
        let name = format!("{account}-{}", self.namespace);
        let rule = json!({"apiGroups": [""], "resources": resources, "verbs": verbs});
        self.bind(kind, &name, account, &rule);
    }

    /// Makes `account` in this namespace hold the rights that client-go's elections need, and no others.
    ///
    /// # Panics
    /// Where the server refuses.
    pub fn allow_electing(&self, account: &str) {
        let verbs = ["get", "create", "update"];
        let rule = json!({"apiGroups": ["coordination.k8s.io"], "resources": ["leases"], "verbs": verbs});
        self.bind("Role", &format!("{account}-elects"), account, &rule);
    }

    fn bind(&self, kind: &str, name: &str, account: &str, rule: &Value) {
        self.apply(kind, name, json!({"rules": [rule]}));
        self.apply(
            &format!("{kind}Binding"),
            name,
            json!({
                "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": name},
                "subjects": [{"kind": "ServiceAccount", "name": account, "namespace": self.namespace}],
            }),
        );
    }

    /// Makes etcd forget every version until now. An API server that is running still knows them from its cache.
    ///
    /// # Panics
    /// Where etcd does not.
    pub fn compact(&self) {
        let post = |path: &str, body: Value| -> Value {
            let answer = ureq::post(format!("{}{path}", self.state.etcd)).send(body.to_string());
            let text =
                answer.and_then(|mut answer| answer.body_mut().read_to_string()).expect("etcd answers");
            serde_json::from_str(&text).expect("etcd answers JSON")
        };
        let range = post("/v3/kv/range", json!({"key": "AA==", "limit": 1}));
        post("/v3/kv/compaction", json!({"revision": range["header"]["revision"], "physical": true}));
    }

    fn apply(&self, kind: &str, name: &str, object: Value) {
        use kubewire::{Builtin, Catalog, Object};
        let resource = Builtin.find(Some("rbac.authorization.k8s.io/v1"), kind).expect("RBAC is built in");
        let api = Api::<Object>::dynamic(resource);
        let api = if kind.starts_with("Cluster") { api } else { api.within(&self.namespace) };
        let mut object = object;
        object["metadata"] = json!({"name": name});
        self.admin.run(api.apply(name, "conformance", &object)).expect("the rule is applied");
    }
}

/// A pod's client of the server at a port of loopback.
///
/// # Errors
/// Those of [`Client::new`].
pub fn pod_at(port: u16, mount: &Mount) -> Result<Client, Error> {
    Client::new(config_at(port, mount)?)
}

/// What a pod's client of the server at a port of loopback is made of.
///
/// # Errors
/// Those of [`Config::in_cluster`].
pub fn config_at(port: u16, mount: &Mount) -> Result<Config, Error> {
    let env = |name: &str| match name {
        "KUBERNETES_SERVICE_HOST" => Some("127.0.0.1".to_owned()),
        "KUBERNETES_SERVICE_PORT" => Some(port.to_string()),
        _ => None,
    };
    Ok(Config::in_cluster(&env)?.mount(text(&mount.directory)))
}

/// A path as text.
///
/// # Panics
/// Where it is not UTF-8; ours are.
#[must_use]
pub fn text(path: &std::path::Path) -> &str {
    path.to_str().expect("the path is UTF-8")
}

/// Tries until `what` is true: a change of RBAC takes effect within half a second.
///
/// # Panics
/// After half a minute: a machine under load is slow, and only a failure takes so long.
pub fn eventually<T>(what: &str, mut attempt: impl FnMut() -> Option<T>) -> T {
    for _ in 0..300 {
        if let Some(value) = attempt() {
            return value;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    panic!("not within half a minute: {what}");
}
