//! The command's other words: operations in place of answers, logs, tokens and metrics.

use kubewire::{Builtin, Operation};
use kubewire_conformance::{Kubectl, World, bash, eventually, kubewire, text};
use serde_json::{Value, json};

#[test]
fn every_word_can_be_an_operation_or_a_curl_command() {
    let world = World::new("words");
    let kubectl = Kubectl::new(&world);
    let file = world.files.path().join("map.json");
    std::fs::write(
        &file,
        r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"k":"v"}}"#,
    )
    .unwrap();
    let file = text(&file);
    // In an order in which each finds what it needs.
    let lines: [(&[&str], &str); 12] = [
        (&["create", "-f", file], "a"),
        (&["get", "cm", "a", "-o", "json"], "a"),
        (&["replace", "-f", file], "a"),
        (&["apply", "-f", file, "--force-conflicts"], "a"),
        (&["patch", "cm", "a", "--type", "merge", "-p", "data: {k: w}"], "a"),
        (&["label", "cm", "a", "x=y"], "a"),
        (&["annotate", "cm", "a", "x=y"], "a"),
        (&["auth", "can-i", "list", "pods"], ""),
        (&["auth", "whoami"], ""),
        (&["create", "token", "default", "--duration", "10m"], "default"),
        (&["metrics"], ""),
        (&["delete", "cm", "a", "--dry-run=server"], ""),
    ];
    eventually("the default service account is made", || {
        (kubectl.ours(&["get", "sa", "default"]).code == Some(0)).then_some(())
    });
    for (words, name) in lines {
        let printed = kubectl.ours(&[words, &["--as-operation"]].concat());
        let operation: Operation = serde_json::from_str(&printed.out)
            .unwrap_or_else(|error| panic!("{words:?}: {error}: {printed:?}"));
        let answer = world.admin.run(operation.call(&Builtin).unwrap());
        // The map is there already when curl makes it a second time.
        let answer = answer.unwrap_or_else(|error| panic!("{words:?}: {error}"));
        if !name.is_empty() {
            let answer: Value = answer.json().unwrap();
            assert_eq!(answer["metadata"]["name"], name, "{words:?}");
        }
        let curl = kubectl.ours(&[&["curl"], words].concat());
        let ran = bash(&curl.out);
        assert_eq!((curl.code, ran.code), (Some(0), Some(0)), "{words:?}: {curl:?}");
        let status = serde_json::from_str::<Value>(&ran.out).ok().filter(|answer| answer["kind"] == "Status");
        let again = status.is_none_or(|status| {
            status["status"] == "Success" || (words[0] == "create" && status["reason"] == "AlreadyExists")
        });
        assert!(again, "{words:?}: {}", ran.out);
    }
    let secret = world.files.path().join("secret.json");
    std::fs::write(
        &secret,
        r#"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"s"},"stringData":{"p":"hunter2"}}"#,
    )
    .unwrap();
    let refused = kubectl.ours(&["create", "-f", text(&secret), "--as-operation"]);
    assert_eq!(refused.code, Some(1));
    assert!(!refused.out.contains("hunter2") && !refused.err.contains("hunter2"), "{refused:?}");
}

#[test]
fn what_is_a_conversation_is_no_operation() {
    let world = World::new("conversations");
    let kubectl = Kubectl::new(&world);
    let cases: [(&[&str], &str); 4] = [
        (&["wait", "pod/web", "--for=delete"], "client.waitFor (JavaScript)"),
        (&["rollout", "status", "deploy/web"], "in code it is client.wait"),
        (&["elect", "lock", "--as-operation", "--", "true"], "in code it is client.elect"),
        (&["curl", "get", "pods"], "either curl or --as-operation"),
    ];
    for (words, wanted) in cases {
        let flag: &[&str] = if words[0] == "elect" { &[] } else { &["--as-operation"] };
        let refused = kubectl.ours(&[words, flag].concat());
        assert_eq!((refused.code, &*refused.out), (Some(1), ""), "{words:?}");
        assert!(refused.err.starts_with("error: ") && refused.err.contains(wanted), "{refused:?}");
    }
    // What they advise.
    let advised = ["get", "pods", "--field-selector", "metadata.name=web", "--as-operation"];
    let list: Value = serde_json::from_str(&kubectl.ours(&advised).out).unwrap();
    assert_eq!((&list["verb"], &list["fieldSelector"]), (&json!("list"), &json!("metadata.name=web")));
}

#[test]
fn a_token_is_its_service_accounts() {
    let world = World::new("token");
    let kubectl = Kubectl::new(&world);
    let made = eventually("the default service account is made", || {
        let made = kubectl.ours(&["create", "token", "default"]);
        (made.code == Some(0)).then_some(made)
    });
    let mount = world.files.path().join("mount");
    std::fs::create_dir(&mount).unwrap();
    std::fs::write(mount.join("token"), made.out.trim()).unwrap();
    std::fs::copy(world.state.admin_mount.join("ca.crt"), mount.join("ca.crt")).unwrap();
    let as_account = |words: &[&str]| {
        let flags = ["--server", &world.state.server, "--mount", text(&mount), "-n", &world.namespace];
        kubewire(&words.iter().chain(&flags).copied().collect::<Vec<_>>(), &[])
    };
    let who = as_account(&["auth", "whoami"]);
    assert!(who.out.contains(&format!("system:serviceaccount:{}:default", world.namespace)), "{who:?}");
    let no = as_account(&["auth", "can-i", "list", "pods"]);
    assert_eq!((no.code, no.out.as_str(), no.err.as_str()), (Some(1), "no\n", ""));
    let quiet = as_account(&["auth", "can-i", "list", "pods", "-q"]);
    assert_eq!((quiet.code, quiet.out.as_str()), (Some(1), ""));
}

#[test]
fn logs_of_a_pod_that_never_ran_say_why() {
    let world = World::new("logs");
    let kubectl = Kubectl::new(&world);
    let pod = world.files.path().join("pod.yaml");
    std::fs::write(
        &pod,
        "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{name: c, image: i}]}}",
    )
    .unwrap();
    eventually("the default service account is made", || {
        (kubectl.ours(&["apply", "-f", text(&pod)]).code == Some(0)).then_some(())
    });
    // No kubelet runs here, so what can be shown is that the server takes the words, and that ours are kubectl's.
    for words in [
        &["logs", "nobody"][..],
        &["logs", "p", "-c", "other"],
        &[
            "logs",
            "p",
            "-c",
            "c",
            "--tail",
            "5",
            "--timestamps",
            "--since",
            "1h",
            "--limit-bytes",
            "10",
            "--previous",
        ],
    ] {
        let (theirs, ours) = (kubectl.theirs(words), kubectl.ours(words));
        assert_eq!((ours.code, &ours.out), (theirs.code, &theirs.out), "{words:?}: {ours:?} {theirs:?}");
    }
    let printed = kubectl.ours(&["logs", "p", "--since", "1h30m", "--tail", "5", "--as-operation"]);
    let operation: Value = serde_json::from_str(&printed.out).unwrap();
    assert_eq!(operation["query"], serde_json::json!({"sinceSeconds": "5400", "tailLines": "5"}));
}

#[test]
fn metrics_can_be_chosen_by_their_beginning() {
    let world = World::new("metrics");
    let kubectl = Kubectl::new(&world);
    let some = kubectl.ours(&["metrics", "apiserver_request_total"]);
    assert!(some.out.starts_with("# HELP apiserver_request_total "), "{some:?}");
    let other = some.out.lines().find(|line| !line.contains("apiserver_request_total"));
    assert_eq!(other, None);
    assert!(kubectl.ours(&["metrics"]).out.lines().count() > some.out.lines().count());
}

#[test]
fn shells_can_complete_the_words() {
    for shell in ["bash", "zsh", "fish"] {
        let script = kubewire(&["completion", shell], &[]);
        assert_eq!(script.code, Some(0), "{script:?}");
        assert!(script.out.contains("api-resources") && script.out.contains("can-i"), "{shell}");
    }
}
