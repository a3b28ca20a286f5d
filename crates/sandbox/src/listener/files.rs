//! What clients read to find a listener: a pod's mount, a kubeconfig.

use std::path::Path;
use std::{fs, io};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use crate::mount::Mount;

pub(super) fn write(directory: &Path, mount: &Mount) -> io::Result<()> {
    fs::create_dir_all(directory)?;
    for (name, text) in [("token", &mount.token), ("ca.crt", &mount.ca), ("namespace", &mount.namespace)] {
        fs::write(directory.join(name), text)?;
    }
    Ok(())
}

/// One cluster, one user, one context. Nothing in it needs quoting but the namespace, which is the caller's word.
pub(super) fn kubeconfig(url: &str, authority: Option<&str>, mount: &Mount) -> String {
    let authority = authority.map(|pem| {
        let encoded = BASE64_STANDARD.encode(pem);
        format!("\n    certificate-authority-data: {encoded}")
    });
    let authority = authority.unwrap_or_default();
    let namespace = serde_json::Value::from(mount.namespace.as_str());
    let token = &mount.token;
    format!(
        "apiVersion: v1
kind: Config
clusters:
- name: sandbox
  cluster:
    server: {url}{authority}
users:
- name: sandbox
  user:
    token: {token}
contexts:
- name: sandbox
  context:
    cluster: sandbox
    user: sandbox
    namespace: {namespace}
current-context: sandbox
"
    )
}
