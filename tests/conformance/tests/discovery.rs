//! What the server serves, in both forms of its documents.

use kubewire::{Api, Catalog, Discovery, Object, Verb, get_path};
use kubewire_conformance::{World, eventually};
use serde_json::json;

fn define(world: &World, group: &str) {
    let definitions = Api::<Object>::dynamic(kubewire::Builtin.find(None, "crd").unwrap());
    let schema = json!({"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}});
    let version = |name: &str, storage: bool| json!({"name": name, "served": true, "storage": storage, "schema": schema, "subresources": {"status": {}}});
    let definition = json!({"metadata": {"name": format!("sprockets.{group}")}, "spec": {
        "group": group, "scope": "Namespaced",
        "names": {"kind": "Sprocket", "plural": "sprockets", "singular": "sprocket", "shortNames": ["spk"], "categories": ["wheels"]},
        "versions": [version("v1", true), version("v1alpha1", false)],
    }});
    world.admin.run(definitions.create(&definition)).unwrap();
}

#[test]
fn both_forms_say_the_same() {
    let world = World::new("discovery");
    let group = format!("{}.example", world.namespace);
    define(&world, &group);
    // A version whose server is not there.
    let services = Api::<Object>::dynamic(kubewire::Builtin.find(None, "apiservices").unwrap());
    let lost = format!("lost-{}", world.namespace);
    let service = json!({"metadata": {"name": format!("v1.{lost}.example")}, "spec": {
        "group": format!("{lost}.example"), "version": "v1", "groupPriorityMinimum": 10, "versionPriority": 10, "insecureSkipTLSVerify": true,
        "service": {"namespace": world.namespace, "name": "nobody"},
    }});
    world.admin.run(services.create(&service)).unwrap();

    let served = eventually("the type and the lost group are served", || {
        let served = Discovery::ask(|call| world.admin.run(call)).unwrap();
        let stale = served
            .groups
            .iter()
            .any(|group| group.name == format!("{lost}.example") && group.versions[0].stale);
        (stale && served.find(None, "spk").is_some()).then_some(served)
    });
    assert!(served.missing().unwrap().is_empty());
    let sprockets = served.find(None, &format!("sprockets.{group}")).unwrap();
    assert_eq!((&*sprockets.kind, &*sprockets.version), ("Sprocket", "v1"));
    assert_eq!(served.find(None, &format!("spk.v1alpha1.{group}")).unwrap().version, "v1alpha1");
    assert!(served.verbs(&sprockets, "status").unwrap().contains(&Verb::Replace));
    assert_eq!(served.category("wheels").collect::<Vec<_>>(), [sprockets]);
    // It is the catalog of calls by name.
    let list: kubewire::Operation =
        serde_json::from_value(json!({"verb": "list", "resource": "spk", "namespace": world.namespace}))
            .unwrap();
    assert!(world.admin.run(list.call(&served).unwrap()).is_ok());

    // The plain documents, from the same server: asked for without the aggregated form.
    let plain = eventually("both forms agree", || {
        let mut plain = Discovery::ask(|call| {
            world.admin.run(get_path(call.draft().target()).unwrap().answering::<Discovery>())
        })
        .unwrap();
        let mut aggregated = Discovery::ask(|call| world.admin.run(call)).unwrap();
        for discovery in [&mut plain, &mut aggregated] {
            // Other tests' types come and go; what is left of a lost group's last words differs.
            discovery.groups.retain(|found| !found.name.ends_with(".example") || found.name == group);
            for version in discovery.groups.iter_mut().flat_map(|group| &mut group.versions) {
                for resource in version.resources.iter_mut().flatten() {
                    resource.subresources.sort_by(|a, b| a.name.cmp(&b.name));
                }
                version
                    .resources
                    .iter_mut()
                    .for_each(|resources| resources.sort_by(|a, b| a.name.cmp(&b.name)));
            }
        }
        if plain != aggregated {
            for (plain, aggregated) in plain.groups.iter().zip(&aggregated.groups).filter(|(a, b)| a != b) {
                println!("plain {plain:?}\naggregated {aggregated:?}");
            }
        }
        (plain == aggregated).then_some(plain)
    });
    assert!(plain.resources().count() > 60);
    let definitions = Api::<Object>::dynamic(kubewire::Builtin.find(None, "crd").unwrap());
    world.admin.run(services.delete(&format!("v1.{lost}.example"))).unwrap();
    world.admin.run(definitions.delete(&format!("sprockets.{group}"))).unwrap();
}

#[test]
fn openapi_has_an_index_and_documents() {
    let world = World::new("openapi-v3");
    let index: serde_json::Value = world.admin.run(get_path("/openapi/v3").unwrap()).unwrap().json().unwrap();
    let url = index["paths"]["apis/apps/v1"]["serverRelativeURL"].as_str().unwrap();
    let (path, hash) = url.split_once("?hash=").unwrap();
    let mut document = kubewire::Operation::new(Verb::Get);
    document.set("path", path).unwrap();
    document.set_query(&format!("hash={hash}")).unwrap();
    let document: serde_json::Value = world.admin.run(document).unwrap().json().unwrap();
    assert!(document["components"]["schemas"]["io.k8s.api.apps.v1.Deployment"].is_object());
}
