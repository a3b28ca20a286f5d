//! One kubectl for the real server, and one for the sandbox.

use std::path::Path;
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use kubewire::Now;
use kubewire_apiserver::{Cluster, State};
use kubewire_conformance::text;
use kubewire_sandbox::{Listener, Options, Sandbox};
use serde_json::json;

struct Side {
    home: tempfile::TempDir,
    kubectl: std::path::PathBuf,
}

impl Side {
    /// A kubectl with a kubeconfig for this server, and files of its own.
    fn new(kubectl: &Path, files: &[(&str, String)], server: &str, authority: &str, token: &str) -> Self {
        let home = tempfile::tempdir().expect("a directory is made");
        let ca = home.path().join("ca.crt");
        std::fs::write(&ca, authority).expect("it is written");
        let config = json!({
            "apiVersion": "v1", "kind": "Config", "current-context": "x",
            "clusters": [{"name": "c", "cluster": {"server": server, "certificate-authority": text(&ca)}}],
            "users": [{"name": "u", "user": {"token": token}}],
            "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u", "namespace": "default"}}],
        });
        std::fs::write(home.path().join("kubeconfig"), config.to_string()).expect("it is written");
        for (name, content) in files {
            std::fs::write(home.path().join(name), content).expect("it is written");
        }
        Self { home, kubectl: kubectl.to_owned() }
    }

    /// What kubectl says: its exit code, its output, its errors.
    fn run(&self, words: &[&str]) -> (Option<i32>, String, String) {
        let home = self.home.path();
        let file = |word: &&str| match word.strip_prefix('@') {
            Some(name) => text(&home.join(name)).to_owned(),
            None => (*word).to_owned(),
        };
        let output = Command::new(&self.kubectl)
            .args(words.iter().map(file))
            .env("KUBECONFIG", home.join("kubeconfig"))
            .env("HOME", home)
            .env("KUBECACHEDIR", home.join("cache"))
            .env("KUBE_EDITOR", "sed -i s/two/three/")
            .output()
            .expect("kubectl runs");
        let is_table = words[0] == "get" && !["yaml", "json", "name"].iter().any(|form| words.contains(form));
        let alike = |bytes: &[u8]| {
            let text = self.alike(&String::from_utf8_lossy(bytes));
            if is_table { text.lines().map(row).collect::<Vec<_>>().join("\n") } else { text }
        };
        (output.status.code(), alike(&output.stdout), alike(&output.stderr))
    }

    /// Without what differs from server to server and from run to run.
    fn alike(&self, text: &str) -> String {
        const OWN: [&str; 6] =
            ["uid", "resourceVersion", "creationTimestamp", "time", "clusterIP", "lastUpdateTime"];
        let line = |line: &str| {
            let line = line.replace(&*self.home.path().to_string_lossy(), "HOME");
            // The names and times of a diff's files.
            if ["diff ", "--- ", "+++ "].iter().any(|start| line.starts_with(start)) {
                return line.split_whitespace().next().unwrap_or_default().to_owned();
            }
            let bare = line.trim_start_matches(['+', '-', ' ']);
            let indent = &line[..line.len() - bare.len()];
            let key = bare.trim_start_matches('"');
            match OWN
                .iter()
                .find(|own| key.strip_prefix(**own).is_some_and(|rest| rest.starts_with([':', '"'])))
            {
                Some(own) => format!("{indent}{own}"),
                None if key.starts_with("10.") => format!("{indent}address"),
                None => line,
            }
        };
        text.lines().map(line).collect::<Vec<_>>().join("\n")
    }
}

/// A line of a table, without what differs: how it is padded, addresses, times and how long they are past.
fn row(line: &str) -> String {
    let cell = |cell: &str| {
        if cell.starts_with("10.0.0.") {
            "address".to_owned()
        } else if cell.strip_suffix('s').is_some_and(|digits| digits.parse::<u8>().is_ok()) {
            "seconds".to_owned()
        } else if cell.parse::<kubewire::Time>().is_ok() {
            "time".to_owned()
        } else if let Some((label, _)) = cell.split_once("controller-uid=") {
            format!("{label}controller-uid")
        } else {
            cell.to_owned()
        }
    };
    line.split_whitespace().map(cell).collect::<Vec<_>>().join(" ")
}

/// Says these words to both, one after the other, each with the exit code that it brings; what begins with `@` is one of the files.
pub(crate) fn compare(name: &str, files: &[(&str, String)], words: &[(i32, &[&str])]) {
    // Without controllers: they would go on where kubectl ends.
    let state = State::from_env().unwrap_or_else(|error| panic!("{error}"));
    let cluster = Cluster::start_bare(&state.dir.join(name), &state.binaries);
    let cluster = cluster.unwrap_or_else(|error| panic!("{error}"));
    let mount = &cluster.state().admin_mount;
    let read = |name: &str| std::fs::read_to_string(mount.join(name)).expect("the mount has it");
    let kubectl = &state.binaries.kubectl;
    let real = Side::new(kubectl, files, &cluster.state().server, &read("ca.crt"), read("token").trim());
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is later than 1970");
    let now = Now { mono: 0, wall: u64::try_from(since.as_millis()).expect("it is not that late") };
    let sandbox = Sandbox::builder().now(now).build().expect("it is empty");
    let listener = Listener::start(sandbox, &Options::default()).expect("it listens");
    let authority = listener.authority().expect("it has one").to_owned();
    let ours = Side::new(kubectl, files, listener.url(), &authority, &listener.admin_mount("default").token);
    let mut different = Vec::new();
    for (code, words) in words {
        let (theirs, ours) = std::thread::scope(|scope| {
            let theirs = scope.spawn(|| real.run(words));
            let ours = ours.run(words);
            (theirs.join().expect("kubectl runs"), ours)
        });
        // Managers stand in the order of their times: it depends on whether a second went by between two commands.
        let (theirs, ours) = if words.contains(&"--show-managed-fields") {
            (sorted(theirs), sorted(ours))
        } else {
            (theirs, ours)
        };
        if theirs != ours || theirs.0 != Some(*code) {
            different.push(format!("kubectl {}\n  real: {theirs:?}\n  ours: {ours:?}", words.join(" ")));
        }
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
}

fn sorted((code, out, err): (Option<i32>, String, String)) -> (Option<i32>, String, String) {
    let mut lines: Vec<&str> = out.lines().collect();
    lines.sort_unstable();
    (code, lines.join("\n"), err)
}
