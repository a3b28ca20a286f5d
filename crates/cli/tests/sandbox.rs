//! `--sandbox` and `kubewire sandbox`, as a newcomer tries them: nothing is installed, and no server is there.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

fn kubewire(words: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kubewire"));
    command.args(words.split_whitespace());
    command.env_remove("KUBERNETES_SERVICE_HOST").env_remove("KUBERNETES_SERVICE_PORT");
    command
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

fn ran(words: &str) -> Output {
    kubewire(words).output().unwrap()
}

#[test]
fn one_command_has_a_server_of_its_own() {
    let cases = [
        (
            "get configmaps -n shop -o name",
            "configmap/kube-root-ca.crt\nconfigmap/prices\nconfigmap/settings\n",
        ),
        ("get cm settings -o jsonpath={.data.opens}", "09:00"),
        // The shop lives.
        ("get pods -l app=till -o jsonpath={.items[*].status.phase}", "Running Running"),
        ("rollout status deployment/till", "deployment \"till\" successfully rolled out\n"),
        ("get cm -l app=till --no-headers", "prices     4     60s\nsettings   3     60s\n"),
        ("delete secret card-reader", "secret \"card-reader\" deleted from shop namespace\n"),
    ];
    for (words, wanted) in cases {
        let ran = ran(&format!("--sandbox {words}"));
        assert!(ran.status.success(), "{words}: {}", text(&ran.stderr));
        // A second may go by.
        assert_eq!(text(&ran.stdout).replace("61s", "60s"), wanted, "{words}");
    }
    let pods = ran("--sandbox get pods");
    let words: Vec<&str> = text(&pods.stdout).split_whitespace().collect();
    let [headers, pod] = [&words[..5], &words[5..9]];
    assert_eq!(headers, ["NAME", "READY", "STATUS", "RESTARTS", "AGE"], "{}", text(&pods.stderr));
    assert!(pod[0].starts_with("till-") && pod[1..] == ["1/1", "Running", "0"], "{pod:?}");
    let curl = ran("--sandbox curl get pods");
    assert!(
        !curl.status.success() && text(&curl.stderr).contains("kubewire sandbox"),
        "{}",
        text(&curl.stderr)
    );
    let both = ran("--sandbox --server https://127.0.0.1 get pods");
    assert!(!both.status.success() && text(&both.stderr).contains("cannot be used with"));
}

/// What is served, until the test is over.
struct Served {
    child: Child,
    url: String,
    mount: String,
}

impl Served {
    fn start(words: &str) -> Self {
        let mut child = kubewire(&format!("sandbox {words}")).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let mut word = |line: &str, at: usize| {
            let found = lines.find(|one| one.contains(line)).unwrap();
            found.split_whitespace().nth(at).unwrap().to_owned()
        };
        let token = word("/token, ca.crt and namespace", 0);
        let url = word("  kubewire --server ", 2);
        Self { child, url, mount: token.trim_end_matches("/token,").to_owned() }
    }

    fn ask(&self, words: &str) -> Output {
        ran(&format!("--server {} --mount {} {words}", self.url, self.mount))
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_server_stays_until_it_is_told_to_end() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("objects.yaml");
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: mine, namespace: shop}\n";
    std::fs::write(&file, map).unwrap();
    let mut served = Served::start(&format!("--seed 7 --object {}", file.display()));
    assert!(served.url.starts_with("https://127.0.0.1:"));
    let names = served.ask("get cm -o name");
    assert_eq!(
        text(&names.stdout),
        "configmap/kube-root-ca.crt\nconfigmap/mine\nconfigmap/prices\nconfigmap/settings\n",
        "{}",
        text(&names.stderr)
    );
    assert!(served.ask("delete cm mine").status.success());
    assert!(text(&served.ask("get cm mine").stderr).contains("configmaps \"mine\" not found"));
    let mount = served.mount.clone();
    let kubeconfig = std::fs::read_to_string(Path::new(&mount).join("kubeconfig")).unwrap();
    assert!(kubeconfig.contains(&format!("server: {}\n", served.url)), "{kubeconfig}");

    let pid = rustix::process::Pid::from_child(&served.child);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    assert!(served.child.wait().unwrap().success());
    assert!(!Path::new(&mount).exists(), "the folder was the sandbox's own");
}

#[test]
fn a_mount_goes_where_it_is_wanted() {
    let folder = tempfile::tempdir().unwrap();
    let mount = folder.path().join("mount");
    let served = Served::start(&format!("--plain --mount {}", mount.display()));
    assert!(served.url.starts_with("http://127.0.0.1:") && Path::new(&served.mount) == mount);
    let namespace = std::fs::read_to_string(mount.join("namespace")).unwrap();
    assert_eq!(namespace, "shop");
    let names = ran(&format!("--server {} -n shop get cm -o name", served.url));
    assert!(text(&names.stdout).contains("configmap/prices\n"), "{}", text(&names.stderr));
    let port = served.url.rsplit(':').next().unwrap();
    let taken = ran(&format!("sandbox --port {port}"));
    assert!(!taken.status.success());
    assert!(text(&taken.stderr).starts_with(&format!("error: the sandbox cannot listen on port {port}: ")));
}

/// What runs in a pod finds the server in its environment, and itself in three files.
fn in_pod(served: &Served, words: &str) -> Command {
    let port = served.url.rsplit(':').next().unwrap();
    let mut command = kubewire(&format!("--mount {} {words}", served.mount));
    command.env("KUBERNETES_SERVICE_HOST", "127.0.0.1").env("KUBERNETES_SERVICE_PORT", port);
    command
}

#[test]
fn a_pod_lists_applies_and_watches_and_is_told_what_it_may_not() {
    let served = Served::start("--account till");
    let namespace = std::fs::read_to_string(Path::new(&served.mount).join("namespace")).unwrap();
    assert_eq!(namespace, "shop");
    let told = |words: &str| {
        let ran = in_pod(&served, words).output().unwrap();
        assert!(ran.status.success(), "{words}: {}", text(&ran.stderr));
        text(&ran.stdout).to_owned()
    };
    assert!(told("auth whoami").contains("system:serviceaccount:shop:till"));
    assert_eq!(told("get cm -o name"), "configmap/kube-root-ca.crt\nconfigmap/prices\nconfigmap/settings\n");

    let mut watch = in_pod(&served, "get cm settings -w -o jsonpath={.data.closes}{\"\\n\"}");
    let mut watch = watch.stdout(Stdio::piped()).spawn().unwrap();
    let mut closes = BufReader::new(watch.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert_eq!(closes.next().unwrap(), "18:00");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("settings.yaml");
    let applied = |name: &str, data: &str| {
        let object = format!("{{apiVersion: v1, kind: ConfigMap, metadata: {{name: {name}}}, data: {data}}}");
        std::fs::write(&file, object).unwrap();
        format!("apply --force-conflicts -f {}", file.display())
    };
    assert_eq!(told(&applied("settings", "{closes: \"20:00\"}")), "configmap/settings serverside-applied\n");
    assert_eq!(closes.next().unwrap(), "20:00");
    watch.kill().unwrap();
    watch.wait().unwrap();

    let refused = |words: &str, wanted: &str| {
        let ran = in_pod(&served, words).output().unwrap();
        let said = text(&ran.stderr);
        let wanted = format!("User \"system:serviceaccount:shop:till\" cannot {wanted}\n");
        assert!(
            said.starts_with("Error from server (Forbidden): ") && said.ends_with(&wanted),
            "{words}: {said}"
        );
        assert_eq!(ran.status.code(), Some(1), "{words}");
    };
    let within = "in API group \"\" in the namespace \"shop\"";
    refused("get secret card-reader", &format!("get resource \"secrets\" {within}"));
    refused("get secrets", &format!("list resource \"secrets\" {within}"));
    refused("get cm -A", "list resource \"configmaps\" in API group \"\" at the cluster scope");
    refused("delete cm prices", &format!("delete resource \"configmaps\" {within}"));
    let wanted = format!("create resource \"configmaps\" {within}");
    let ran = in_pod(&served, &applied("new", "{}")).output().unwrap();
    assert!(text(&ran.stderr).contains(&wanted), "{}", text(&ran.stderr));
    for (question, wanted) in [("patch cm", "yes\n"), ("list secrets", "no\n")] {
        let asked = in_pod(&served, &format!("auth can-i {question}")).output().unwrap();
        assert_eq!(text(&asked.stdout), wanted, "{}", text(&asked.stderr));
    }
    // The kubeconfig beside it is the administrator's.
    let kubeconfig = std::fs::read_to_string(Path::new(&served.mount).join("kubeconfig")).unwrap();
    let token = std::fs::read_to_string(Path::new(&served.mount).join("token")).unwrap();
    assert!(kubeconfig.contains("token: ") && !kubeconfig.contains(&token));
}
