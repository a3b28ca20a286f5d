//! `kubewire sandbox`, and `--sandbox`: an API server in memory, to try things on.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::{Duration, SystemTime};

use clap::Args;
use kubewire::{Config, Now};
use kubewire_sandbox::{Life, Listener, Options, Sandbox};
use serde_json::json;

use crate::arguments::TargetArguments;
use crate::failure::Failure;
use crate::get::print;
use crate::manifest;

#[derive(Args)]
pub(crate) struct Serve {
    /// The port on 127.0.0.1; without it a free one
    #[arg(long, value_name = "PORT", default_value_t = 0, hide_default_value = true)]
    port: u16,
    /// HTTP without TLS
    #[arg(long)]
    plain: bool,
    /// What uids and generated names come from
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    seed: u64,
    /// The service account of the namespace whose pod's files are written; without it they are the administrator's
    #[arg(long, value_name = "NAME")]
    account: Option<String>,
    /// A file of YAML or JSON whose objects are put in too; can be said again
    #[arg(long, value_name = "FILE")]
    object: Vec<PathBuf>,
}

/// The namespace that everything of the shop is in.
const SHOP: &str = "shop";
const OBJECTS: &str = include_str!("shop.yaml");
/// So many milliseconds ago the shop was opened: its pods run by now.
const OPENED: u64 = 60_000;
/// How often it looks whether it shall end.
const LOOK: Duration = Duration::from_millis(50);

/// Serves until it is told to end. The mount is written into the directory that `--mount` names, and else into one that goes with the sandbox.
pub(crate) fn run(target: &TargetArguments, serve: &Serve) -> Result<(), Failure> {
    if target.server.is_some() || target.sandbox {
        return Err(Failure::new("sandbox starts a server of its own: leave --server and --sandbox out"));
    }
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [signal_hook::consts::SIGTERM, signal_hook::consts::SIGINT] {
        signal_hook::flag::register(signal, Arc::clone(&stop)).map_err(Failure::new)?;
    }
    let mut options = Options::default().port(serve.port);
    if serve.plain {
        options = options.plain();
    }
    let sandbox = filled(serve.seed, serve.plain, &serve.object)?;
    let listener = Listener::start(sandbox, &options).map_err(|error| {
        Failure::new(format_args!("the sandbox cannot listen on port {}: {error}", serve.port))
    })?;
    let (directory, _fresh) = match &target.mount {
        Some(directory) => (PathBuf::from(directory), None),
        None => {
            let fresh =
                tempfile::Builder::new().prefix("kubewire-sandbox-").tempdir().map_err(Failure::new)?;
            (fresh.path().to_owned(), Some(fresh))
        }
    };
    let namespace = target.namespace.as_deref().unwrap_or(SHOP);
    let kubeconfig = directory.join("kubeconfig");
    let (mount, who) = match &serve.account {
        Some(account) => (
            listener.write_mount(&directory, namespace, account),
            format!("the service account {namespace}/{account}"),
        ),
        None => (listener.write_admin_mount(&directory, namespace), "the administrator".to_owned()),
    };
    let written = mount.and_then(|()| std::fs::write(&kubeconfig, listener.kubeconfig(namespace)));
    written.map_err(|error| Failure::new(format_args!("{}: {error}", directory.display())))?;
    let (url, directory, kubeconfig) = (listener.url(), directory.display(), kubeconfig.display());
    // No token goes over plain HTTP, and without one everyone is the administrator there.
    let told = if serve.plain { format!("-n {namespace}") } else { format!("--mount {directory}") };
    print(
        format!(
            "An API server in memory listens at {url}
  {directory}/token, ca.crt and namespace are a pod's mount, of {who}
  {kubeconfig} is for kubectl and other clients, of the administrator

  kubewire --server {url} {told} get configmaps
  kubectl --kubeconfig {kubeconfig} get configmaps

What is in it goes when it ends, by Ctrl-C.
"
        )
        .as_bytes(),
    )?;
    while !stop.load(Ordering::SeqCst) {
        sleep(LOOK);
    }
    Ok(())
}

/// A sandbox in this process, for one command.
pub(crate) struct Embedded {
    listener: Listener,
    token: String,
}

impl Embedded {
    pub(crate) fn start() -> Result<Self, Failure> {
        // Nobody is between this process and itself.
        let listener = Listener::start(filled(0, false, &[])?, &Options::default().plain())
            .map_err(|error| Failure::new(format_args!("the sandbox cannot listen: {error}")))?;
        let token = listener.admin_mount(SHOP).token;
        Ok(Self { listener, token })
    }

    /// How to ask it, as the administrator, in the shop.
    pub(crate) fn config(&self) -> Result<Config, Failure> {
        let config = Config::server(self.listener.url())?.token(&self.token)?;
        Ok(config.namespace(SHOP).allow_plain_http())
    }
}

/// The shop, which has lived for a while, and what the files hold; `open` to whoever shows no token.
fn filled(seed: u64, open: bool, files: &[PathBuf]) -> Result<Sandbox, Failure> {
    let wall = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let wall = u64::try_from(wall.as_millis()).unwrap_or(u64::MAX);
    let opened = Now { mono: 0, wall: wall.saturating_sub(OPENED) };
    let mut builder = Sandbox::builder().seed(seed).life(Life::all()).now(opened);
    for object in manifest::parse(OBJECTS).map_err(Failure::new)? {
        builder = builder.object(object);
    }
    if open {
        builder = builder.object(json!({
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRoleBinding",
            "metadata": {"name": "everyone"},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"},
            "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": "system:unauthenticated"}],
        }));
    }
    for file in files {
        for manifest in manifest::read(file)? {
            builder = builder.object(manifest.object);
        }
    }
    let mut sandbox = builder.build().map_err(Failure::new)?;
    sandbox.pass(Now { mono: OPENED, wall });
    Ok(sandbox)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shop_is_open() {
        let Ok(sandbox) = filled(0, false, &[]) else { panic!("the shop's objects can be put in") };
        let settings = sandbox.get("v1", "ConfigMap", SHOP, "settings").unwrap();
        assert_eq!(settings["data"]["currency"], "EUR");
        let till = sandbox.get("apps/v1", "Deployment", SHOP, "till").unwrap();
        assert_eq!(till["status"]["availableReplicas"], 2, "{till}");
    }
}
