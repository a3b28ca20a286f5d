//! Lists, pages, watches, subresources and paths.

use k8s_openapi::api::core::v1::{ConfigMap, PodTemplate};
use kubewire::{Api, Builtin, Catalog, MetricKind, Metrics, Object, Sample, WatchEvent, get_path};
use kubewire_apiserver::Front;
use kubewire_conformance::{World, eventually, pod_at};
use serde_json::{Value, json};

#[test]
fn lists_come_in_pages_with_their_kinds_filled_in() {
    let world = World::new("pages");
    let run = &world.admin;
    let maps = Api::<Object>::dynamic(Builtin.find(None, "configmaps").unwrap()).within(&world.namespace);
    for index in 0..5 {
        let object = json!({"metadata": {"name": format!("map-{index}"), "labels": {"mine": "yes"}}});
        run.run(maps.create(&object)).unwrap();
    }
    let mut names = Vec::new();
    let mut page = run.run(maps.list().labels("mine=yes").limit(2)).unwrap();
    assert_eq!(page.items.len(), 2);
    loop {
        for map in &page {
            assert_eq!((map.api_version.as_str(), map.kind.as_str()), ("v1", "ConfigMap"));
            names.push(map.name().to_owned());
        }
        let Some(token) = &page.continue_token else { break };
        page = run.run(maps.list().labels("mine=yes").limit(2).continue_token(token)).unwrap();
    }
    assert_eq!(names, ["map-0", "map-1", "map-2", "map-3", "map-4"]);
}

#[test]
fn views_come_as_tables_and_as_metadata() {
    let world = World::new("views");
    let run = &world.admin;
    let maps = Api::<ConfigMap>::namespaced(&world.namespace);
    let object = json!({"metadata": {"name": "a", "labels": {"mine": "yes"}}, "data": {"k": "v"}});
    run.run(maps.create(&object)).unwrap();
    let table = run.run(maps.list().labels("mine=yes").table()).unwrap();
    let columns: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(columns, ["Name", "Data", "Age"]);
    assert_eq!(table.rows[0].cells[..2], [json!("a"), json!(1)]);
    assert_eq!(table.rows[0].object.name(), "a");
    let one = run.run(maps.get("a").table()).unwrap();
    assert_eq!(one.rows.len(), 1);
    let metadata = run.run(maps.get("a").metadata_only()).unwrap();
    assert_eq!(
        (metadata.kind.as_str(), metadata.name(), metadata.at(&["data"])),
        ("PartialObjectMetadata", "a", None)
    );
    let all = run.run(maps.list().labels("mine=yes").metadata_only_items()).unwrap();
    assert_eq!((all.items[0].kind.as_str(), all.items[0].rest.len()), ("PartialObjectMetadata", 0));
}

#[test]
fn a_watch_brings_changes_and_ends_with_its_iterator() {
    let world = World::new("watch");
    let run = &world.admin;
    let templates = Api::<PodTemplate>::namespaced(&world.namespace);
    let list = run.run(templates.list()).unwrap();
    let mut watch = run.watch(templates.watch().resource_version(&list.resource_version)).unwrap();
    let containers = json!([{"name": "c", "image": "é\n\"}{"}]);
    let object = json!({"metadata": {"name": "t"}, "template": {"spec": {"containers": containers}}});
    run.run(templates.create(&object)).unwrap();
    run.run(templates.patch_merge("t", &json!({"metadata": {"labels": {"a": "b"}}}))).unwrap();
    run.run(templates.delete("t")).unwrap();

    let mut seen = Vec::new();
    for event in watch.by_ref().take(3) {
        let (word, template) = match event.unwrap() {
            WatchEvent::Added(template) => ("added", template),
            WatchEvent::Modified(template) => ("modified", template),
            WatchEvent::Deleted(template) => ("deleted", template),
            other => panic!("{other:?}"),
        };
        seen.push((word, template.metadata.name.unwrap()));
    }
    assert_eq!(seen, ["added", "modified", "deleted"].map(|word| (word, "t".to_owned())));

    // The controllers' own watches are of the whole cluster.
    let open = || {
        let metrics = run.run(get_path("/metrics").unwrap()).unwrap();
        let line = metrics.text().unwrap().lines().find(|line| {
            line.starts_with("apiserver_longrunning_requests{")
                && ["resource=\"podtemplates\"", "scope=\"namespace\"", "verb=\"WATCH\""]
                    .iter()
                    .all(|part| line.contains(part))
        });
        line.and_then(|line| line.rsplit(' ').next()?.parse::<u32>().ok()).unwrap_or_default()
    };
    assert_eq!(open(), 1);
    drop(watch);
    eventually("the server sees the watch end", || (open() == 0).then_some(()));
}

#[test]
fn a_watch_from_too_old_a_version_says_so() {
    let world = World::new("expired");
    let mount = world.account("reader");
    world.allow("reader", true, &["list", "watch"], &["configmaps"]);
    let files = tempfile::tempdir().unwrap();
    // A server that has just started knows no history.
    let front = Front::start(&world.state, files.path()).unwrap();
    mount.write("ca.crt", &std::fs::read_to_string(front.ca()).unwrap());
    let client = pod_at(front.port(), &mount).unwrap();
    let maps = Api::<ConfigMap>::namespaced(&world.namespace);
    eventually("the ClusterRole takes effect", || client.run(maps.list()).ok());
    let mut watch = client.watch(maps.watch().resource_version("1")).unwrap();
    // HTTP 200, and an ERROR event in the stream.
    let Some(Ok(WatchEvent::Error(status))) = watch.next() else { panic!("an ERROR event was expected") };
    assert!(status.is_expired());
    assert_eq!((status.code, status.reason.as_str()), (410, "Expired"));
    assert!(watch.next().is_none());
}

#[test]
fn paths_that_are_no_resources() {
    let world = World::new("paths");
    let version: Value = world.admin.run(get_path("/version").unwrap()).unwrap().json().unwrap();
    assert_eq!(version["gitVersion"], "v1.37.2");
    let metrics = world.admin.run(get_path("/metrics").unwrap()).unwrap();
    assert!(metrics.text().unwrap().contains("# TYPE apiserver_request_total counter"));
    // Every line is a sample, and is read to its end.
    let read: Metrics = world.admin.run(get_path("/metrics").unwrap().answering::<Metrics>()).unwrap();
    let samples: Vec<_> = read.samples().map(Result::unwrap).collect();
    assert!(samples.len() > 60, "{}", samples.len());
    assert!(samples.iter().all(|sample| sample.kind != MetricKind::Untyped), "each metric has its type");
    let of = |sample: &&Sample<'_>| {
        sample.name == "apiserver_request_total" && sample.label("verb") == Some("GET")
    };
    let requests = samples.iter().find(of).unwrap();
    assert!(requests.kind == MetricKind::Counter && requests.value >= 1.0);
    let build = samples.iter().find(|sample| sample.name == "kubernetes_build_info").unwrap();
    assert!(build.label("git_version").unwrap().starts_with("v1."));
    let ready = world.admin.run(get_path("/readyz").unwrap()).unwrap();
    assert_eq!(ready.text().unwrap(), "ok");
    let missing = world.admin.run(get_path("/nothing").unwrap()).unwrap_err();
    assert_eq!(missing.status().unwrap().code, 404);
}

#[test]
fn warnings_come_with_the_answer() {
    let world = World::new("warnings");
    let statuses = Api::<Object>::dynamic(Builtin.find(None, "componentstatuses").unwrap());
    let answer = world.admin.run(statuses.list().with_warnings()).unwrap();
    assert_eq!(answer.warnings, ["v1 ComponentStatus is deprecated in v1.19+"]);
}

#[test]
fn subresources_are_read_and_written() {
    let world = World::new("scale");
    let run = &world.admin;
    let api = Api::<Object>::dynamic(Builtin.find(None, "deployments").unwrap()).within(&world.namespace);
    let labels = json!({"app": "web"});
    let template =
        json!({"metadata": {"labels": labels}, "spec": {"containers": [{"name": "c", "image": "i"}]}});
    let spec = json!({"replicas": 0, "selector": {"matchLabels": labels}, "template": template});
    run.run(api.create(&json!({"metadata": {"name": "web"}, "spec": spec}))).unwrap();
    let mut scale: Value = run.run(api.subresource("web", "scale").get()).unwrap().json().unwrap();
    assert_eq!((scale["kind"].as_str(), scale["spec"]["replicas"].as_u64()), (Some("Scale"), None));
    scale["spec"]["replicas"] = 2.into();
    // The deployment's controller writes too; here the last writer may win.
    scale["metadata"]["resourceVersion"].take();
    run.run(api.subresource("web", "scale").replace(&scale)).unwrap();
    let patch = json!({"status": {"observedGeneration": 7}});
    let patched = api.subresource("web", "status").patch(kubewire::PatchType::Merge, &patch);
    let patched: Value = run.run(patched).unwrap().json().unwrap();
    assert_eq!(patched["spec"]["replicas"], 2);
}
