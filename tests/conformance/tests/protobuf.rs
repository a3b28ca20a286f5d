//! Metadata as protobuf: the same as in JSON, for every kind of resource.

use kubewire::machine::OnExpired;
use kubewire::{Api, Error, List, Object, RawMetadata, Resource, Scope};
use kubewire_conformance::{World, eventually};
use kubewire_ureq::Pages;
use serde_json::json;

fn resource(group: &str, version: &str, kind: &str, plural: &str, scope: Scope) -> Resource {
    let mut resource = Resource::new("", "", "", "", scope);
    resource.group = group.to_owned().into();
    resource.version = version.to_owned().into();
    resource.kind = kind.to_owned().into();
    resource.plural = plural.to_owned().into();
    resource
}

/// Every resource that can be listed, by what the server says of itself.
fn resources(world: &World) -> Vec<Resource> {
    let ask = |path: &str| -> serde_json::Value {
        world.admin.run(kubewire::get_path(path).unwrap()).unwrap().json().unwrap()
    };
    let groups = ask("/apis");
    let groups = groups["groups"].as_array().unwrap().iter();
    let versions = groups.map(|group| group["preferredVersion"]["groupVersion"].as_str().unwrap().to_owned());
    let mut found = Vec::new();
    for version in std::iter::once("v1".to_owned()).chain(versions) {
        let served = ask(&if version == "v1" { "/api/v1".into() } else { format!("/apis/{version}") });
        for entry in served["resources"].as_array().unwrap() {
            let name = entry["name"].as_str().unwrap();
            let listed = entry["verbs"].as_array().unwrap().contains(&json!("list"));
            if !listed || name.contains('/') {
                continue;
            }
            let (group, version) = version.split_once('/').unwrap_or(("", &version));
            let scope = if entry["namespaced"] == true { Scope::Namespaced } else { Scope::Cluster };
            found.push(resource(group, version, entry["kind"].as_str().unwrap(), name, scope));
        }
    }
    found
}

#[test]
fn metadata_is_the_same_in_both_encodings() {
    let world = World::new("protobuf");
    let definitions =
        Api::<Object>::dynamic(kubewire::Catalog::find(&kubewire::Builtin, None, "crd").unwrap());
    let group = format!("{}.example", world.namespace);
    let definition = json!({"metadata": {"name": format!("cogs.{group}")}, "spec": {
        "group": group, "scope": "Namespaced", "names": {"kind": "Cog", "plural": "cogs"},
        "versions": [{"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}}}],
    }});
    world.admin.run(definitions.create(&definition)).unwrap();
    let cogs = Api::<Object>::dynamic(resource(&group, "v1", "Cog", "cogs", Scope::Namespaced))
        .within(&world.namespace);
    let owner = json!({"apiVersion": "v1", "kind": "Namespace", "name": "x", "uid": "u", "controller": true, "blockOwnerDeletion": false});
    let cog = json!({"metadata": {"name": "cog", "labels": {"a": "b", "c": ""}, "annotations": {"note": "\u{1F600}\n"},
        "finalizers": ["example.com/hold"], "ownerReferences": [owner]}, "spec": {"x": 1}});
    eventually("the type is served", || world.admin.run(cogs.create(&cog)).ok());
    // On its way out, so that it has every field.
    world.admin.run(cogs.delete("cog")).unwrap();

    let (mut kinds, mut objects) = (0, 0);
    for resource in resources(&world) {
        // Others' tests change theirs meanwhile; leases and events never rest.
        if ["events", "leases"].contains(&&*resource.plural) {
            continue;
        }
        let api = Api::<Object>::dynamic(resource.clone());
        let compared = eventually("the objects are at rest", || {
            let light = world.admin.run(api.list().raw_metadata_items()).unwrap();
            let whole = world.admin.run(api.list().metadata_only_items()).unwrap();
            let read = |raw: &RawMetadata| {
                let metadata = raw.get().unwrap();
                assert_eq!(metadata.name.as_deref(), Some(&*raw.name()));
                assert_eq!(metadata.namespace.as_deref(), raw.namespace().as_deref());
                assert_eq!(metadata.uid.as_deref(), raw.uid().as_deref());
                assert_eq!(metadata.resource_version.as_deref(), raw.resource_version().as_deref());
                metadata
            };
            let ours: Vec<_> = light.items.iter().map(read).collect();
            let theirs: Vec<_> = whole.items.iter().map(|object| object.metadata.clone()).collect();
            let differing = ours.iter().zip(&theirs).find(|(ours, theirs)| ours != theirs);
            if differing.is_some() {
                println!("{resource:?}: {differing:?}");
            }
            (ours == theirs).then_some(ours.len())
        });
        kinds += usize::from(compared > 0);
        objects += compared;
    }
    assert!(kinds >= 15, "{kinds} kinds, {objects} objects");
    println!("{objects} objects of {kinds} kinds are the same");

    let one = world.admin.run(cogs.get("cog").raw_metadata()).unwrap();
    assert_eq!(one.get().unwrap(), world.admin.run(cogs.get("cog")).unwrap().metadata);
    world.admin.run(cogs.patch_merge("cog", &json!({"metadata": {"finalizers": null}}))).unwrap();
}

#[test]
fn pages_and_failures_come_as_protobuf_too() {
    let world = World::new("protopages");
    let maps = Api::<Object>::dynamic(kubewire::Catalog::find(&kubewire::Builtin, None, "cm").unwrap())
        .within(&world.namespace);
    for index in 0..5 {
        world.admin.run(maps.create(&json!({"metadata": {"name": format!("m{index}")}}))).unwrap();
    }
    let list = maps.list().limit(2).raw_metadata_items();
    let first = world.admin.run(list.clone()).unwrap();
    assert!(first.continue_token.is_some() && first.remaining >= Some(3), "{first:?}");
    let pages: Pages<List<RawMetadata>> = world.admin.pages(list, OnExpired::Fail).unwrap();
    let names: Vec<String> =
        pages.flat_map(|page| page.unwrap().list).map(|raw| raw.name().into_owned()).collect();
    assert_eq!(names.iter().filter(|name| name.starts_with('m')).count(), 5, "{names:?}");

    let error = world.admin.run(maps.get("nobody").raw_metadata()).unwrap_err();
    let Error::Api { status, .. } = &error else { panic!("{error}") };
    assert_eq!((status.code, &*status.reason, &*status.details.name), (404, "NotFound", "nobody"));
    assert_eq!(status.message, "configmaps \"nobody\" not found");
}
