//! The command lines of the three programs.

use crate::{State, certificates::Serving};
use std::path::Path;

pub(crate) fn etcd(dir: &Path, client: u16, peer: u16) -> Vec<String> {
    vec![
        format!("--data-dir={}", dir.join("etcd").display()),
        format!("--listen-client-urls=http://127.0.0.1:{client}"),
        format!("--advertise-client-urls=http://127.0.0.1:{client}"),
        format!("--listen-peer-urls=http://127.0.0.1:{peer}"),
        format!("--initial-advertise-peer-urls=http://127.0.0.1:{peer}"),
        format!("--initial-cluster=default=http://127.0.0.1:{peer}"),
        // The data need not outlive the machine's power.
        "--unsafe-no-fsync".into(),
        "--log-level=warn".into(),
    ]
}

/// An API server in `dir` of the cluster in `state`.
pub(crate) fn api_server(state: &State, dir: &Path, port: u16, serving: &Serving) -> Vec<String> {
    vec![
        format!("--etcd-servers={}", state.etcd),
        "--bind-address=127.0.0.1".into(),
        "--advertise-address=127.0.0.1".into(),
        format!("--secure-port={port}"),
        format!("--cert-dir={}", dir.display()),
        format!("--tls-cert-file={}", serving.certificate.display()),
        format!("--tls-private-key-file={}", serving.key.display()),
        "--service-account-issuer=https://kubernetes.default.svc".into(),
        format!("--service-account-key-file={}", state.service_account_public_key.display()),
        format!("--service-account-signing-key-file={}", state.service_account_key.display()),
        format!("--token-auth-file={}", state.tokens.display()),
        "--authorization-mode=RBAC".into(),
        "--service-cluster-ip-range=10.0.0.0/24".into(),
        // As in all clusters that an installer makes.
        "--allow-privileged=true".into(),
        // It would publish the advertised address as an Endpoints object, which refuses a loopback address.
        "--endpoint-reconciler-type=none".into(),
    ]
}

pub(crate) fn controller_manager(kubeconfig: &Path, service_account_key: &Path, ca: &Path) -> Vec<String> {
    vec![
        format!("--kubeconfig={}", kubeconfig.display()),
        format!("--service-account-private-key-file={}", service_account_key.display()),
        format!("--root-ca-file={}", ca.display()),
        "--leader-elect=false".into(),
        // Nobody asks it anything: it needs no port.
        "--secure-port=0".into(),
    ]
}
