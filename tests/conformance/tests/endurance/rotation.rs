//! Tokens that are replaced, and refused from then on.

use std::time::{Duration, Instant};

use k8s_openapi::api::core::v1::Secret;
use kubewire::{Api, Config, get_path};
use kubewire_conformance::{Mount, World, text};
use serde_json::json;

/// Replaces a mount's token every so often. Each is bound to a Secret, and ends with it.
pub(crate) struct Rotation {
    every: Duration,
    last: Instant,
    count: u32,
    /// The first one of all.
    first: String,
}

impl Rotation {
    pub(crate) fn new(world: &World, mount: &Mount, every: Duration) -> Self {
        let mut rotation = Self { every, last: Instant::now(), count: 0, first: String::new() };
        rotation.first = rotation.rotate(world, mount);
        rotation
    }

    /// Rotates when it is time.
    pub(crate) fn turn(&mut self, world: &World, mount: &Mount) {
        if self.last.elapsed() >= self.every {
            self.rotate(world, mount);
        }
    }

    pub(crate) fn count(&self) -> u32 {
        self.count
    }

    fn rotate(&mut self, world: &World, mount: &Mount) -> String {
        let secrets = Api::<Secret>::namespaced(&world.namespace);
        let name = |count: u32| format!("token-{count}");
        let secret = world.admin.run(secrets.create(&json!({"metadata": {"name": name(self.count + 1)}})));
        let uid = secret.unwrap().metadata.uid.unwrap();
        let token = world.token_bound_to(&mount.account, &name(self.count + 1), &uid);
        mount.write("token", &token);
        if self.count > 0 {
            world.admin.run(secrets.delete(&name(self.count))).unwrap();
        }
        self.count += 1;
        self.last = Instant::now();
        token
    }

    /// Whether the server has noticed that the first token of all is no more: else nothing is tried here.
    pub(crate) fn old_token_is_refused(&self, port: u16, mount: &Mount) -> bool {
        let old = tempfile::tempdir().unwrap();
        std::fs::write(old.path().join("token"), &self.first).unwrap();
        std::fs::copy(mount.directory.join("ca.crt"), old.path().join("ca.crt")).unwrap();
        let config = Config::server(&format!("https://127.0.0.1:{port}")).unwrap().mount(text(old.path()));
        let client = kubewire_ureq::Client::new(config).unwrap();
        let answer = client.run(get_path("/version").unwrap());
        answer.is_err_and(|error| error.status().is_some_and(|status| status.code == 401))
    }
}
