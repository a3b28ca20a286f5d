//! The files that the kubelet would mount.

use std::path::PathBuf;

use k8s_openapi::api::core::v1::ServiceAccount;
use kubewire::Api;
use serde_json::{Value, json};

use crate::{World, eventually};

/// A directory with `token`, `ca.crt` and `namespace` of a real service account.
pub struct Mount {
    /// The directory.
    pub directory: PathBuf,
    /// The service account's name.
    pub account: String,
}

impl World {
    /// Makes a service account, asks for a token of it, and writes the files.
    ///
    /// # Panics
    /// Where the server refuses, or a file cannot be written.
    #[must_use]
    pub fn account(&self, account: &str) -> Mount {
        let accounts = Api::<ServiceAccount>::namespaced(&self.namespace);
        let object = json!({"metadata": {"name": account}});
        self.admin.run(accounts.create(&object)).expect("the service account is made");
        self.mount(account)
    }

    /// The files of the service account that every namespace has.
    ///
    /// # Panics
    /// As [`World::account`].
    #[must_use]
    pub fn default_account(&self) -> Mount {
        let accounts = Api::<ServiceAccount>::namespaced(&self.namespace);
        eventually("the default account is there", || self.admin.run(accounts.get("default")).ok());
        self.mount("default")
    }

    fn mount(&self, account: &str) -> Mount {
        let directory = self.files.path().join(account);
        std::fs::create_dir(&directory).expect("the mount's directory is made");
        let mount = Mount { directory, account: account.to_owned() };
        mount.write("token", &self.token(account));
        mount.write("namespace", &self.namespace);
        let ca = std::fs::read_to_string(&self.state.ca).expect("the authority is there");
        mount.write("ca.crt", &ca);
        mount
    }

    /// A token of a service account, by TokenRequest.
    ///
    /// # Panics
    /// Where the server refuses.
    #[must_use]
    pub fn token(&self, account: &str) -> String {
        self.request_token(account, &json!({"expirationSeconds": 600}))
    }

    /// A token that ends with a Secret of this namespace: within the ten seconds for which the server remembers that it was good.
    ///
    /// # Panics
    /// Where the server refuses.
    #[must_use]
    pub fn token_bound_to(&self, account: &str, secret: &str, uid: &str) -> String {
        let bound = json!({"kind": "Secret", "apiVersion": "v1", "name": secret, "uid": uid});
        self.request_token(account, &json!({"expirationSeconds": 600, "boundObjectRef": bound}))
    }

    fn request_token(&self, account: &str, spec: &Value) -> String {
        let accounts = Api::<ServiceAccount>::namespaced(&self.namespace);
        let request = json!({"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": spec});
        let answer = self.admin.run(accounts.subresource(account, "token").create(&request));
        let answer: Value = answer.and_then(|answer| answer.json()).expect("the token is given");
        answer["status"]["token"].as_str().expect("the token is text").to_owned()
    }

    /// Deletes a service account: its tokens are refused from then on.
    ///
    /// # Panics
    /// Where the server refuses.
    pub fn delete_account(&self, account: &str) {
        let accounts = Api::<ServiceAccount>::namespaced(&self.namespace);
        self.admin.run(accounts.delete(account)).expect("the service account is deleted");
    }
}

impl Mount {
    /// Replaces a file at once, as the kubelet does: by a rename.
    ///
    /// # Panics
    /// Where it cannot be written.
    pub fn write(&self, file: &str, content: &str) {
        let new = self.directory.join(format!(".{file}"));
        std::fs::write(&new, content).expect("the file is written");
        std::fs::rename(&new, self.directory.join(file)).expect("the file is replaced");
    }
}
