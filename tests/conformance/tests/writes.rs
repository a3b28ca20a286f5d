//! Every verb that changes something.

use std::collections::BTreeMap;

use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::ConfigMap;
use k8s_openapi::api::rbac::v1::ClusterRole;
use kubewire::{Api, Deleted, Raw};
use kubewire_conformance::World;
use serde_json::json;

fn data(pairs: &[(&str, &str)]) -> Option<BTreeMap<String, String>> {
    Some(pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect())
}

#[test]
fn create_get_replace_and_the_typed_conflict() {
    let world = World::new("replace");
    let maps = Api::<ConfigMap>::namespaced(&world.namespace);
    let run = &world.admin;
    let object = json!({"metadata": {"name": "a"}, "data": {"key": "1"}});
    let created = run.run(maps.create(&object)).unwrap();
    assert_eq!(created.data, data(&[("key", "1")]));

    let again = run.run(maps.create(&object)).unwrap_err();
    assert!(again.status().unwrap().is_already_exists(), "{again}");

    let mut read = run.run(maps.get("a")).unwrap();
    assert_eq!(read, created);
    read.data = data(&[("key", "2")]);
    let replaced = run.run(maps.replace("a", &read)).unwrap();
    assert_eq!(replaced.data, data(&[("key", "2")]));

    // `read` still has the version from before.
    let stale = run.run(maps.replace("a", &read)).unwrap_err();
    let status = stale.status().unwrap();
    assert!(status.is_conflict());
    assert_eq!(
        (status.code, status.details.name.as_str(), status.details.kind.as_str()),
        (409, "a", "configmaps")
    );

    let missing = run.run(maps.get("b")).unwrap_err();
    assert!(missing.status().unwrap().is_not_found());
}

#[test]
fn the_four_patches() {
    let world = World::new("patches");
    let run = &world.admin;
    let maps = Api::<ConfigMap>::namespaced(&world.namespace);
    run.run(maps.create(&json!({"metadata": {"name": "a"}, "data": {"one": "1", "two": "2"}}))).unwrap();

    let steps =
        json!([{"op": "test", "path": "/data/one", "value": "1"}, {"op": "remove", "path": "/data/one"}]);
    assert_eq!(run.run(maps.patch_json("a", &steps)).unwrap().data, data(&[("two", "2")]));
    let failed = run.run(maps.patch_json("a", &steps)).unwrap_err();
    assert_eq!(failed.status().unwrap().reason, "Invalid", "{failed}");

    let changes = json!({"data": {"two": null, "three": "3"}});
    assert_eq!(run.run(maps.patch_merge("a", &changes)).unwrap().data, data(&[("three", "3")]));

    let applied = json!({"metadata": {"name": "a"}, "data": {"four": "4"}});
    let both = data(&[("three", "3"), ("four", "4")]);
    assert_eq!(run.run(maps.apply("a", "one-manager", &applied)).unwrap().data, both);
    let contested = json!({"metadata": {"name": "a"}, "data": {"four": "other"}});
    let conflict = run.run(maps.apply("a", "another", &contested)).unwrap_err();
    let status = conflict.status().unwrap();
    assert!(status.is_conflict());
    assert_eq!(status.details.causes[0].field, ".data.four");
    assert_eq!(status.details.causes[0].reason, "FieldManagerConflict");
    let forced = run.run(maps.apply("a", "another", &contested).force()).unwrap();
    assert_eq!(forced.data.unwrap()["four"], "other");

    let deployments = Api::<Deployment>::namespaced(&world.namespace);
    let labels = json!({"app": "web"});
    let containers = json!([{"name": "one", "image": "one"}, {"name": "two", "image": "two"}]);
    let template = json!({"metadata": {"labels": labels}, "spec": {"containers": containers}});
    let spec = json!({"replicas": 0, "selector": {"matchLabels": labels}, "template": template});
    run.run(deployments.create(&json!({"metadata": {"name": "web"}, "spec": spec}))).unwrap();
    // A strategic patch merges containers by name, where a merge patch would replace the list.
    let changes = json!({"spec": {"template": {"spec": {"containers": [{"name": "two", "image": "new"}]}}}});
    let patched = run.run(deployments.patch_strategic("web", &changes)).unwrap();
    let images: Vec<_> =
        patched.spec.template.spec.unwrap().containers.into_iter().map(|one| one.image.unwrap()).collect();
    assert_eq!(images, ["one", "new"]);
}

#[test]
fn deletions_keep_to_their_preconditions() {
    let world = World::new("delete");
    let run = &world.admin;
    let maps = Api::<ConfigMap>::namespaced(&world.namespace);
    let create = |name: &str| {
        let object = json!({"metadata": {"name": name, "labels": {"mine": "yes"}}});
        run.run(maps.create(&object).raw()).unwrap()
    };
    let first: Raw<ConfigMap> = create("a");
    let uid = first.uid().unwrap().into_owned();

    let wrong =
        run.run(maps.delete("a").precondition_uid("00000000-0000-0000-0000-000000000000")).unwrap_err();
    assert!(wrong.status().unwrap().is_conflict(), "{wrong}");
    let stale =
        run.run(maps.delete("a").precondition_uid(&uid).precondition_resource_version("1")).unwrap_err();
    assert!(stale.status().unwrap().is_conflict(), "{stale}");

    // In the query of a deletion with a body the server would not look for it, and really delete.
    run.run(maps.delete("a").precondition_uid(&uid).dry_run()).unwrap();
    run.run(maps.get("a")).unwrap();

    assert_eq!(run.run(maps.delete("a").precondition_uid(&uid)).unwrap(), Deleted::Gone);
    assert!(run.run(maps.get("a")).unwrap_err().status().unwrap().is_not_found());

    let held = json!({"metadata": {"name": "held", "finalizers": ["example.com/held"]}});
    run.run(maps.create(&held)).unwrap();
    let going = run.run(maps.delete("held")).unwrap();
    assert!(matches!(&going, Deleted::Going(object) if object.name() == "held"), "{going:?}");
    run.run(maps.patch_merge("held", &json!({"metadata": {"finalizers": null}}))).unwrap();

    ["b", "c"].iter().for_each(|name| drop(create(name)));
    run.run(maps.create(&json!({"metadata": {"name": "other"}}))).unwrap();
    run.run(maps.delete_collection().labels("mine=yes").dry_run()).unwrap();
    assert_eq!(run.run(maps.list().labels("mine=yes")).unwrap().items.len(), 2);
    run.run(maps.delete_collection().labels("mine=yes")).unwrap();
    let left = run.run(maps.list().raw_items()).unwrap();
    assert!(left.items.iter().any(|map| map.name() == "other"));
    assert!(!left.items.iter().any(|map| map.name() == "b" || map.name() == "c"));
}

#[test]
fn odd_names_are_names_and_nothing_else() {
    let world = World::new("odd");
    let run = &world.admin;
    let roles = Api::<ClusterRole>::all();
    let name = format!("kubewire:{}?force=true#x y", world.namespace);
    run.run(roles.create(&json!({"metadata": {"name": name}}))).unwrap();
    assert_eq!(run.run(roles.get(&name)).unwrap().metadata.name, Some(name.clone()));
    run.run(roles.delete(&name).dry_run()).unwrap();
    run.run(roles.get(&name)).unwrap();
    run.run(roles.delete(&name)).unwrap();
    assert!(run.run(roles.get(&name)).unwrap_err().status().unwrap().is_not_found());
}

#[test]
fn creation_by_generated_name_and_dry_run() {
    let world = World::new("generate");
    let run = &world.admin;
    let maps = Api::<ConfigMap>::namespaced(&world.namespace);
    let object = json!({"metadata": {"generateName": "made-"}});
    let names: Vec<String> =
        (0..2).map(|_| run.run(maps.create(&object)).unwrap().metadata.name.unwrap()).collect();
    assert!(names[0].starts_with("made-") && names[0] != names[1]);
    let tried = run.run(maps.create(&json!({"metadata": {"name": "tried"}})).dry_run()).unwrap();
    assert_eq!(tried.metadata.name.as_deref(), Some("tried"));
    assert!(run.run(maps.get("tried")).unwrap_err().status().unwrap().is_not_found());

    let unknown = json!({"metadata": {"name": "strict"}, "dara": {}});
    let refused = run.run(maps.create(&unknown).field_validation("Strict")).unwrap_err();
    assert_eq!(refused.status().unwrap().reason, "BadRequest", "{refused}");
    let warned = run.run(maps.create(&unknown).field_validation("Warn").with_warnings()).unwrap();
    assert_eq!(warned.warnings, [r#"unknown field "dara""#]);
}
