//! The four programs, built from the Go module beside this crate and kept in the user's cache.

use crate::{Error, Result, cache_home, certificates::hex, on_path};
use ring::digest::{Context, SHA256};
use serde::{Deserialize, Serialize};
use std::{
    env,
    fs::{self, File},
    path::{Path, PathBuf},
    process::{self, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// Takes a line that says how far a long piece of work is.
pub type Progress<'a> = &'a mut dyn FnMut(&str);

/// Each program, the Go package that it is, and what a first build takes on two cores.
const PROGRAMS: [(&str, &str, &str); 4] = [
    ("etcd", "go.etcd.io/etcd/server/v3", "1 min"),
    ("kube-apiserver", "k8s.io/kubernetes/cmd/kube-apiserver", "7 min"),
    ("kube-controller-manager", "k8s.io/kubernetes/cmd/kube-controller-manager", "3 min"),
    ("kubectl", "k8s.io/kubernetes/cmd/kubectl", "2 min"),
];
const SAY_SO_EVERY: Duration = Duration::from_secs(30);

/// The paths of the programs that make a cluster, and of the client that ours is compared with.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Binaries {
    /// `etcd`.
    pub etcd: PathBuf,
    /// `kube-apiserver`.
    pub kube_apiserver: PathBuf,
    /// `kube-controller-manager`.
    pub kube_controller_manager: PathBuf,
    /// `kubectl`, to compare with.
    pub kubectl: PathBuf,
}

impl Binaries {
    /// The programs, if an earlier run has built them: needs no Go.
    ///
    /// # Errors
    /// When there is no cache folder, or the Go module cannot be read.
    pub fn cached() -> Result<Option<Self>> {
        let dir = Module::read()?.dir()?;
        Ok(PROGRAMS.iter().all(|(name, ..)| dir.join(name).is_file()).then(|| Self::within(&dir)))
    }

    /// The programs, built if need be. That takes minutes the first time; `progress` hears of it.
    ///
    /// # Errors
    /// [`Error::NoGo`] when there is something to build and no Go; else when a build fails.
    pub fn build(progress: Progress<'_>) -> Result<Self> {
        let module = Module::read()?;
        let dir = module.dir()?;
        fs::create_dir_all(&dir).map_err(|cause| Error::file("make", &dir, cause))?;
        // Who comes second waits, and finds them built. The lock ends with the file's handle.
        let lock = dir.join("lock");
        let lock = File::create(&lock).map_err(|cause| Error::file("make", &lock, cause))?;
        if lock.try_lock().is_err() {
            progress("waiting for another build of the same programs");
            lock.lock().map_err(|cause| Error::file("lock", &dir, cause))?;
        }
        for (name, package, expected) in PROGRAMS {
            let path = dir.join(name);
            if !path.is_file() {
                let go = on_path("go").ok_or_else(|| Error::NoGo { needed: module.go.clone() })?;
                progress(&format!("building {name} (up to {expected} the first time)"));
                module.build(&go, package, &path, &mut |spent| {
                    progress(&format!("building {name}: {spent} s"));
                })?;
            }
        }
        Ok(Self::within(&dir))
    }

    /// The program called `name`, if it is one of these.
    pub(crate) fn program(&self, name: &str) -> Option<&Path> {
        match name {
            "etcd" => Some(&self.etcd),
            "kube-apiserver" => Some(&self.kube_apiserver),
            "kube-controller-manager" => Some(&self.kube_controller_manager),
            _ => None,
        }
    }

    fn within(dir: &Path) -> Self {
        Self {
            etcd: dir.join("etcd"),
            kube_apiserver: dir.join("kube-apiserver"),
            kube_controller_manager: dir.join("kube-controller-manager"),
            kubectl: dir.join("kubectl"),
        }
    }
}

/// The Go module beside this crate.
struct Module {
    dir: PathBuf,
    /// The Go version that it asks for.
    go: String,
    /// The version of Kubernetes in it.
    kubernetes: String,
    key: String,
}

impl Module {
    fn read() -> Result<Self> {
        let dir = module_dir();
        let [go_mod, go_sum] = ["go.mod", "go.sum"].map(|name| {
            let path = dir.join(name);
            fs::read_to_string(&path).map_err(|cause| Error::file("read", &path, cause))
        });
        let (go_mod, go_sum) = (go_mod?, go_sum?);
        let version = |of: &str| {
            version(&go_mod, of)
                .ok_or_else(|| Error::failed(format!("go.mod in {} does not name {of}", dir.display())))
        };
        let mut digest = Context::new(&SHA256);
        digest.update(go_mod.as_bytes());
        digest.update(go_sum.as_bytes());
        let key = hex(&digest.finish().as_ref()[..8]);
        Ok(Self { go: version("go")?, kubernetes: version("k8s.io/kubernetes")?, key, dir })
    }

    /// Where its programs are kept. They change with the module, and with nothing else.
    fn dir(&self) -> Result<PathBuf> {
        Ok(cache_home()?.join("apiserver").join(&self.key))
    }

    fn build(&self, go: &Path, package: &str, to: &Path, still_at_it: &mut dyn FnMut(u64)) -> Result<()> {
        // Built under a name of its own and renamed when whole: what has the final name can be trusted.
        let unfinished = to.with_extension(format!("{}.unfinished", process::id()));
        let log = to.with_extension("log");
        let output = File::create(&log).map_err(|cause| Error::file("write", &log, cause))?;
        let mut child = Command::new(go)
            .current_dir(&self.dir)
            .args(["build", "-trimpath", "-ldflags", &self.linker_flags(), "-o"])
            .arg(&unfinished)
            .arg(package)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(output)
            .spawn()
            .map_err(|cause| Error::file("run", go, cause))?;
        let start = Instant::now();
        let mut said = start;
        let status = loop {
            match child.try_wait() {
                Ok(Some(status)) => break status,
                Ok(None) => thread::sleep(Duration::from_millis(200)),
                Err(cause) => return Err(Error::file("wait for", go, cause)),
            }
            if said.elapsed() >= SAY_SO_EVERY {
                said = Instant::now();
                still_at_it(start.elapsed().as_secs());
            }
        };
        if !status.success() {
            let text = fs::read_to_string(&log).unwrap_or_default();
            return Err(Error::failed(format!(
                "`go build {package}` failed ({status}):\n{}",
                text.trim_end()
            )));
        }
        fs::rename(&unfinished, to).map_err(|cause| Error::file("write", to, cause))
    }

    /// Without these `/version` says v0.0.0.
    fn linker_flags(&self) -> String {
        let mut parts = self.kubernetes.trim_start_matches('v').split('.');
        let (major, minor) = (parts.next().unwrap_or("0"), parts.next().unwrap_or("0"));
        let x = "-X k8s.io/component-base/version.git";
        format!("-s -w {x}Version={} {x}Major={major} {x}Minor={minor}", self.kubernetes)
    }
}

/// This crate's folder: below the workspace of what cargo runs, since the folder that we were compiled in is another one
/// where checkouts share their build output.
fn module_dir() -> PathBuf {
    let running = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap_or_default();
    let mut near = running.ancestors().map(|dir| dir.join("tests/apiserver"));
    near.find(|dir| dir.join("go.mod").is_file()).unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")))
}

/// The version beside `name` in a go.mod: `go 1.26.0`, or `k8s.io/kubernetes v1.37.2` in a block.
fn version(go_mod: &str, name: &str) -> Option<String> {
    go_mod.lines().find_map(|line| {
        let mut words = line.trim().trim_start_matches("require ").split_whitespace();
        (words.next() == Some(name)).then(|| words.next().map(String::from)).flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found() {
        let text = "module m\n\ngo 1.26.0\n\nrequire (\n\tk8s.io/kubernetes v1.37.2 // indirect\n)\nrequire a.b/c v2\n";
        assert_eq!(version(text, "go").as_deref(), Some("1.26.0"));
        assert_eq!(version(text, "k8s.io/kubernetes").as_deref(), Some("v1.37.2"));
        assert_eq!(version(text, "a.b/c").as_deref(), Some("v2"));
        assert_eq!(version(text, "k8s.io/api"), None);
    }

    #[test]
    fn the_module_says_what_it_is() {
        let module = Module::read().unwrap();
        assert!(module.linker_flags().contains("gitVersion=v1."), "{}", module.linker_flags());
        assert_eq!(module.key.len(), 16);
    }
}
