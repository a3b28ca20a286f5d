//! `wait`, `rollout status` and `get -w` beside the real kubectl.

use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{ConfigMap, Pod};
use kubewire::{Api, PatchType};
use kubewire_conformance::{Kubectl, World, program, text};
use serde_json::json;

fn pod(name: &str) -> serde_json::Value {
    json!({"metadata": {"name": name, "labels": {"app": "web"}}, "spec": {"containers": [{"name": "c", "image": "i"}]}})
}

#[test]
fn waits_say_what_kubectl_says() {
    let world = World::new("wait");
    let kubectl = Kubectl::new(&world);
    let pods = Api::<Pod>::namespaced(&world.namespace);
    for name in ["ready", "later"] {
        world.admin.run(pods.create(&pod(name))).unwrap();
    }
    let status = json!({"status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}});
    world.admin.run(pods.subresource("ready", "status").patch(PatchType::Merge, &status)).unwrap();
    for words in [
        "wait --for=condition=Ready pod/ready",
        "wait --for=condition=ready=true pod ready",
        "wait --for=condition=Ready=False pod/ready --timeout=1s",
        "wait --for=condition=Ready pod/later --timeout=1s",
        "wait --for=condition=Ready pod/none --timeout=1s",
        "wait --for=delete pod/none --timeout=1s",
        "wait --for=delete pod/ready --timeout=1s",
        "wait --for=create pod/ready --timeout=1s",
        "wait --for=create pod/none --timeout=1s",
        "wait --for=jsonpath={.status.phase}=Running pod/ready",
        "wait --for=jsonpath={.status.phase}=Gone pod/ready --timeout=1s",
        "wait --for=jsonpath={.metadata.labels.app} pod/ready",
        "wait --for=jsonpath={.status.phase} pod -l app=web",
        "wait --for=jsonpath={.spec.containers[0].name}=c pods --all",
        "wait --for=condition=Ready pod -l app=none --timeout=1s",
        "wait --for=condition=Ready deploy/none --timeout=1s",
    ] {
        let words: Vec<&str> = words.split(' ').collect();
        let (ours, theirs) = (kubectl.ours(&words), kubectl.theirs(&words));
        // kubectl's cache logs, or not, that the watch ends with the waiting: whichever it hears of first.
        let logged = |line: &&str| line.contains("\"Warning: watch ended with error\"");
        let err: String = theirs.err.split_inclusive('\n').filter(|line| !logged(line)).collect();
        assert_eq!((ours.out, ours.err, ours.code), (theirs.out, err, theirs.code), "{words:?}");
    }
}

#[test]
fn a_rollout_is_told_as_kubectl_tells_it() {
    let world = World::new("rollout");
    let kubectl = Kubectl::new(&world);
    let deployments = Api::<Deployment>::namespaced(&world.namespace);
    let object = json!({"metadata": {"name": "web"}, "spec": {"replicas": 2, "selector": {"matchLabels": {"a": "b"}},
        "template": {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "c", "image": "i"}]}}}});
    world.admin.run(deployments.create(&object)).unwrap();
    let same = |words: &[&str]| {
        let (ours, theirs) = (kubectl.ours(words), kubectl.theirs(words));
        assert_eq!((&ours.out, &ours.err, ours.code), (&theirs.out, &theirs.err, theirs.code), "{words:?}");
        ours.out
    };
    // The controller sees it, and no pod ever runs: there is no kubelet.
    kubewire_conformance::eventually("the controller has seen it", || {
        let status = world.admin.run(deployments.get("web")).unwrap().status?;
        (status.observed_generation == Some(1) && status.updated_replicas == Some(2)).then_some(())
    });
    let waiting = same(&["rollout", "status", "deploy/web", "--timeout=1s"]);
    assert!(waiting.contains("0 of 2 updated replicas are available"), "{waiting}");
    same(&["rollout", "status", "deploy/none"]);
    let scale = json!({"spec": {"replicas": 0}});
    world.admin.run(deployments.patch("web", PatchType::Merge, &scale)).unwrap();
    kubewire_conformance::eventually("it is scaled", || {
        let status = world.admin.run(deployments.get("web")).unwrap().status?;
        (status.observed_generation == Some(2) && status.replicas.unwrap_or(0) == 0).then_some(())
    });
    assert_eq!(same(&["rollout", "status", "deploy/web"]), "deployment \"web\" successfully rolled out\n");
}

/// A command that goes on until it is killed.
struct Follower(Child);

impl Follower {
    fn stop(mut self) -> String {
        self.0.kill().unwrap();
        String::from_utf8(self.0.wait_with_output().unwrap().stdout).unwrap()
    }
}

#[test]
fn changes_are_shown_as_kubectl_shows_them() {
    let world = World::new("follow");
    let kubectl = Kubectl::new(&world);
    let maps = Api::<ConfigMap>::namespaced(&world.namespace);
    let make =
        |name: &str| json!({"metadata": {"name": name, "labels": {"mine": "yes"}}, "data": {"a": "b"}});
    world.admin.run(maps.create(&make("first"))).unwrap();
    let flags =
        ["--server", &world.state.server, "--mount", text(&world.state.admin_mount), "-n", &world.namespace];
    let ways = [
        "cm -l mine=yes -w",
        "cm first -w",
        "cm -w -o name -l mine=yes",
        "cm -l mine=yes --watch-only --show-labels",
    ];
    let followers: Vec<_> = ways
        .iter()
        .map(|way| {
            let words: Vec<&str> = ["get"].into_iter().chain(way.split(' ')).collect();
            let start = |command: &mut Command| Follower(command.stdout(Stdio::piped()).spawn().unwrap());
            let ours = start(Command::new(program()).args(&words).args(flags));
            let theirs = start(kubectl.command().args(&words));
            (way, ours, theirs)
        })
        .collect();
    // Until each has its watch open.
    sleep(Duration::from_secs(3));
    world.admin.run(maps.create(&make("a-longer-name"))).unwrap();
    world.admin.run(maps.patch("first", PatchType::Merge, &json!({"data": {"c": "d"}}))).unwrap();
    world.admin.run(maps.delete("first")).unwrap();
    sleep(Duration::from_secs(1));
    for (way, ours, theirs) in followers {
        // Ages differ by what each took to start.
        let plain = |text: String| -> Vec<Vec<String>> {
            let age = |word: &str| word.ends_with('s') && word[..word.len() - 1].parse::<u32>().is_ok();
            text.lines()
                .map(|line| {
                    line.split(' ')
                        .filter(|word| !word.is_empty() && !age(word))
                        .map(ToOwned::to_owned)
                        .collect()
                })
                .collect()
        };
        let (ours, theirs) = (plain(ours.stop()), plain(theirs.stop()));
        assert_eq!(ours, theirs, "{way}");
        assert!(ours.len() >= 3, "{way}: {ours:?}");
    }
}
