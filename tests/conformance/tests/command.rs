//! The command, and the curl commands that it prints.

use kubewire_conformance::{World, bash, kubewire, text};
use serde_json::Value;

/// The flags that make the command the admin, in the test's namespace.
fn flags(world: &World) -> Vec<String> {
    let mount = text(&world.state.admin_mount);
    ["--server", &world.state.server, "--mount", mount, "-n", &world.namespace].map(str::to_owned).to_vec()
}

fn run(world: &World, words: &[&str]) -> kubewire_conformance::Ran {
    let flags = flags(world);
    let words: Vec<&str> = words.iter().copied().chain(flags.iter().map(String::as_str)).collect();
    kubewire(&words, &[])
}

#[test]
fn apply_get_delete_in_kubectls_words() {
    let world = World::new("command");
    let file = world.files.path().join("maps.yaml");
    let path = text(&file);
    let map = |name: &str| {
        format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\ndata: {{a: \"1\"}}\n")
    };
    std::fs::write(&file, format!("---\n{}---\n{}", map("one"), map("two"))).unwrap();

    let applied = run(&world, &["apply", "-f", path]);
    assert_eq!(
        applied.out, "configmap/one serverside-applied\nconfigmap/two serverside-applied\n",
        "{applied:?}"
    );
    let got = run(&world, &["get", "cm", "one", "two"]);
    let lines: Vec<Vec<&str>> = got.out.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(
        (lines[0].as_slice(), lines[1][0], lines[2][0]),
        (&["NAME", "DATA", "AGE"][..], "one", "two"),
        "{got:?}"
    );
    let labelled = run(&world, &["get", "cm", "two", "--show-labels", "--no-headers"]);
    let cells: Vec<&str> = labelled.out.split_whitespace().collect();
    assert_eq!((cells[0], cells[1], cells[3]), ("two", "1", "<none>"), "{labelled:?}");
    let names = run(&world, &["get", "configmaps/two", "-o", "name"]);
    assert_eq!(names.out, "configmap/two\n");
    let json: Value = serde_json::from_str(&run(&world, &["get", "cm", "one", "-o", "json"]).out).unwrap();
    assert_eq!((&json["kind"], &json["data"]["a"]), (&"ConfigMap".into(), &"1".into()));
    let yaml = run(&world, &["get", "cm", "one", "-o", "yaml"]).out;
    assert!(yaml.starts_with("apiVersion: v1\ndata:\n  a: \"1\"\nkind: ConfigMap\n"), "{yaml}");

    let other = run(&world, &["apply", "-f", path, "--field-manager", "other"]);
    assert_eq!(other.code, Some(0), "equal values are no conflict: {other:?}");
    std::fs::write(&file, map("one").replace("\"1\"", "\"2\"")).unwrap();
    let conflict = run(&world, &["apply", "-f", path]);
    assert_eq!(conflict.code, Some(1));
    assert!(conflict.err.contains("conflict with \"other\": .data.a"), "{conflict:?}");
    assert!(conflict.err.contains("--force-conflicts"), "{conflict:?}");
    assert_eq!(run(&world, &["apply", "-f", path, "--force-conflicts"]).code, Some(0));

    let chosen = run(&world, &["get", "cm", "--field-selector", "metadata.name=two", "-o", "name"]);
    assert_eq!(chosen.out, "configmap/two\n");
    assert_eq!(run(&world, &["get", "cm", "-l", "no=such", "-o", "name"]).out, "");

    let deleted = run(&world, &["delete", "cm", "one", "two"]);
    let said = |name| format!("configmap \"{name}\" deleted from {} namespace\n", world.namespace);
    assert_eq!(deleted.out, said("one") + &said("two"));
    let gone = run(&world, &["get", "cm", "one"]);
    assert_eq!(
        (gone.code, gone.err.as_str()),
        (Some(1), "Error from server (NotFound): configmaps \"one\" not found\n")
    );
    let none = run(&world, &["get", "deploy"]);
    assert_eq!(none.err, format!("No resources found in {} namespace.\n", world.namespace));
    assert_eq!(none.code, Some(0));
}

#[test]
fn custom_resources_are_found_by_asking() {
    let world = World::new("custom");
    let group = format!("{}.example.com", world.namespace);
    let file = world.files.path().join("crd.yaml");
    let crd = format!(
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {{name: widgets.{group}}}\n\
         spec:\n  group: {group}\n  scope: Namespaced\n  names: {{kind: Widget, plural: widgets, singular: widget}}\n  versions:\n  \
         - {{name: v1, served: true, storage: true, schema: {{openAPIV3Schema: {{type: object, x-kubernetes-preserve-unknown-fields: true}}}}}}\n"
    );
    std::fs::write(&file, crd).unwrap();
    assert_eq!(run(&world, &["apply", "-f", text(&file)]).code, Some(0));
    let widget = world.files.path().join("widget.json");
    let object = serde_json::json!({"apiVersion": format!("{group}/v1"), "kind": "Widget", "metadata": {"name": "w"}, "size": 3});
    std::fs::write(&widget, object.to_string()).unwrap();
    kubewire_conformance::eventually("the definition is served", || {
        (run(&world, &["apply", "-f", text(&widget)]).code == Some(0)).then_some(())
    });
    let names = run(&world, &["get", &format!("widgets.{group}"), "-o", "name"]);
    assert_eq!(names.out, format!("widget.{group}/w\n"), "{names:?}");
    assert_eq!(run(&world, &["delete", "-f", text(&file)]).code, Some(0));
}

#[test]
fn a_printed_curl_command_gives_the_same_answer() {
    let world = World::new("curl");
    let file = world.files.path().join("it's.yaml");
    let path = text(&file);
    std::fs::write(&file, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {k: \"it's\"}\n")
        .unwrap();
    let token = std::fs::read_to_string(world.state.admin_mount.join("token")).unwrap();
    let paste = |words: &[&str]| {
        let mut words = words.to_vec();
        words.insert(0, "curl");
        let printed = run(&world, &words);
        assert_eq!(printed.code, Some(0), "{printed:?}");
        assert!(!printed.out.contains(token.trim()));
        let ran = bash(&printed.out);
        assert_eq!(ran.code, Some(0), "{} {ran:?}", printed.out);
        ran.out
    };
    let applied: Value = serde_json::from_str(&paste(&["apply", "-f", path])).unwrap();
    assert_eq!(applied["data"]["k"], "it's");
    assert_eq!(paste(&["get", "--raw", "/version"]), run(&world, &["get", "--raw", "/version"]).out);
    let raw = format!("/api/v1/namespaces/{}/configmaps?limit=1&labelSelector=a%21%3Db", world.namespace);
    let items = |text: &str| serde_json::from_str::<Value>(text).unwrap()["items"].clone();
    assert_eq!(items(&paste(&["get", "--raw", &raw])), items(&run(&world, &["get", "--raw", &raw]).out));
    let got: Value = serde_json::from_str(&paste(&["get", "cm", "a", "-o", "json"])).unwrap();
    assert_eq!(got["metadata"]["uid"], applied["metadata"]["uid"]);
    paste(&["delete", "cm", "a"]);
    assert_eq!(run(&world, &["get", "cm", "a"]).code, Some(1));
    let missing: Value = serde_json::from_str(&paste(&["get", "cm", "a", "-o", "json"])).unwrap();
    assert_eq!(missing["reason"], "NotFound");
}

#[test]
fn secrets_stay_out_of_printed_commands() {
    let world = World::new("secret");
    let file = world.files.path().join("two.yaml");
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {p: hunter2}\n";
    std::fs::write(&file, format!("{secret}---\n{secret}")).unwrap();
    let printed = run(&world, &["curl", "apply", "-f", text(&file)]);
    assert_eq!(printed.code, Some(1));
    assert!(printed.err.contains("put it into a file of its own"), "{printed:?}");
    assert!(!printed.err.contains("hunter2") && !printed.out.contains("hunter2"));
    std::fs::write(&file, secret).unwrap();
    let printed = run(&world, &["curl", "apply", "-f", text(&file)]);
    assert!(!printed.out.contains("hunter2"));
    assert_eq!(bash(&printed.out).code, Some(0));
}

#[test]
fn a_pods_environment_is_enough() {
    let world = World::new("inpod");
    let mount = world.account("reader");
    world.allow("reader", false, &["list"], &["configmaps"]);
    let port = world.state.port.to_string();
    let env = [("KUBERNETES_SERVICE_HOST", "127.0.0.1"), ("KUBERNETES_SERVICE_PORT", port.as_str())];
    let mount = text(&mount.directory);
    let got = kubewire_conformance::eventually("the Role takes effect", || {
        let got = kubewire(&["get", "cm", "--mount", mount, "-o", "name"], &env);
        (got.code == Some(0)).then_some(got)
    });
    assert_eq!(got.out, "configmap/kube-root-ca.crt\n");
    let refused = kubewire(&["get", "secrets", "--mount", mount], &env);
    assert_eq!(refused.code, Some(1));
    assert!(
        refused.err.starts_with("Error from server (Forbidden): secrets is forbidden: User"),
        "{refused:?}"
    );
    let nowhere = kubewire(&["get", "pods"], &[]);
    assert_eq!(nowhere.code, Some(1));
    assert_eq!(nowhere.err.lines().count(), 2, "{nowhere:?}");
}
