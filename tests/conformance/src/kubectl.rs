//! The real kubectl, as the test's admin in the test's namespace.

use std::path::PathBuf;
use std::process::Command;

use serde_json::json;

use crate::command::{Ran, run};
use crate::{World, kubewire, text};

/// kubectl beside our own command: the same words, the same server, the same rights.
pub struct Kubectl<'a> {
    world: &'a World,
    config: PathBuf,
}

impl<'a> Kubectl<'a> {
    /// Writes its kubeconfig into the test's own files.
    ///
    /// # Panics
    /// Where that cannot be written.
    #[must_use]
    pub fn new(world: &'a World) -> Self {
        let config = world.files.path().join("kubeconfig");
        let mount = &world.state.admin_mount;
        let cluster =
            json!({"server": world.state.server, "certificate-authority": text(&mount.join("ca.crt"))});
        let object = json!({
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "c", "cluster": cluster}],
            "users": [{"name": "u", "user": {"tokenFile": text(&mount.join("token"))}}],
            "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u", "namespace": world.namespace}}],
            "current-context": "x",
        });
        std::fs::write(&config, object.to_string()).expect("the kubeconfig is written");
        Self { world, config }
    }

    /// What kubectl says to these words.
    ///
    /// # Panics
    /// Where it cannot be run.
    #[must_use]
    pub fn theirs(&self, words: &[&str]) -> Ran {
        run(self.command().args(words))
    }

    /// The real kubectl without words.
    #[must_use]
    pub fn command(&self) -> Command {
        let files = self.world.files.path();
        let mut command = Command::new(&self.world.state.binaries.kubectl);
        // Its caches and preferences stay among the test's files.
        command.env("KUBECONFIG", &self.config).env("HOME", files).env("KUBECACHEDIR", files.join("cache"));
        command
    }

    /// What `kubewire` says to them.
    #[must_use]
    pub fn ours(&self, words: &[&str]) -> Ran {
        let state = &self.world.state;
        let flags =
            ["--server", &state.server, "--mount", text(&state.admin_mount), "-n", &self.world.namespace];
        let everywhere = words.contains(&"-A");
        let flags = if everywhere { &flags[..4] } else { &flags[..] };
        kubewire(&words.iter().chain(flags).copied().collect::<Vec<_>>(), &[])
    }
}
