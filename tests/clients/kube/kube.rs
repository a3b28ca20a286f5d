//! `kube` against the server of KUBECONFIG: the sandbox's listener, or a real one.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail, ensure};
use futures_util::{StreamExt, TryStreamExt};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::coordination::v1::Lease;
use k8s_openapi::api::core::v1::{ConfigMap, Namespace};
use kube::api::{
    ApiResource, DeleteParams, DynamicObject, ListParams, Patch, PatchParams, PostParams, WatchEvent,
    WatchParams,
};
use kube::core::GroupVersionKind;
use kube::runtime::{WatchStreamExt, reflector, watcher};
use kube::{Api, Client, Error, ResourceExt};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// A client, and a namespace of its own.
async fn world(name: &str) -> Result<(Client, String)> {
    let client = Client::try_default().await?;
    let since = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis();
    let namespace = format!("kube-{name}-{since}");
    let made: Namespace = typed(json!({"metadata": {"name": namespace}}))?;
    Api::all(client.clone()).create(&PostParams::default(), &made).await?;
    Ok((client, namespace))
}

fn typed<K: DeserializeOwned>(object: Value) -> Result<K> {
    Ok(serde_json::from_value(object)?)
}

fn map(name: &str, data: Value) -> Result<ConfigMap> {
    typed(json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}))
}

/// That a call is refused, with this code and reason.
fn refused<T>(result: Result<T, Error>, code: u16, reason: &str) -> Result<String> {
    match result {
        Err(Error::Api(status)) if (status.code, status.reason.as_str()) == (code, reason) => {
            Ok(status.message.clone())
        }
        Err(other) => bail!("another refusal: {other:?}"),
        Ok(_) => bail!("it is not refused"),
    }
}

/// Waits until something is so.
async fn until(what: impl Fn() -> bool) -> Result<()> {
    for _ in 0..400 {
        if what() {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    bail!("it did not come about in time")
}

#[tokio::test]
async fn objects_are_made_changed_and_deleted() -> Result<()> {
    let (client, namespace) = world("objects").await?;
    let maps: Api<ConfigMap> = Api::namespaced(client.clone(), &namespace);
    let (post, plain) = (PostParams::default(), PatchParams::default());
    let mut made = maps.create(&post, &map("crud", json!({"a": "1"}))?).await?;
    refused(maps.create(&post, &map("crud", json!({}))?).await, 409, "AlreadyExists")?;
    let stale = made.clone();
    made.data.get_or_insert_default().insert("b".into(), "2".into());
    maps.replace("crud", &post, &made).await?;
    let mut again = stale;
    again.data.get_or_insert_default().insert("b".into(), "3".into());
    refused(maps.replace("crud", &post, &again).await, 409, "Conflict")?;
    let merged = maps.patch("crud", &plain, &Patch::Merge(json!({"data": {"a": null, "c": "4"}}))).await?;
    ensure!(json!(merged.data) == json!({"b": "2", "c": "4"}), "{merged:?}");
    let deployments: Api<Deployment> = Api::namespaced(client, &namespace);
    let web = json!({
        "metadata": {"name": "web"},
        "spec": {"selector": {"matchLabels": {"app": "web"}}, "template": {
            "metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "web", "image": "web:1"}]}
        }},
    });
    let web = deployments.create(&post, &typed(web)?).await?;
    ensure!(web.spec.replicas == Some(1), "it has no replicas by default");
    let sidecar =
        json!({"spec": {"template": {"spec": {"containers": [{"name": "side", "image": "side:1"}]}}}});
    let patched = deployments.patch("web", &plain, &Patch::Strategic(sidecar)).await?;
    let names = patched.spec.template.spec.context("a spec")?.containers;
    ensure!(names.iter().map(|one| one.name.as_str()).eq(["side", "web"]), "{names:?}");
    let scaled =
        deployments.patch_scale("web", &plain, &Patch::Merge(json!({"spec": {"replicas": 3}}))).await?;
    ensure!(scaled.spec.and_then(|spec| spec.replicas) == Some(3), "it is not scaled");
    maps.delete("crud", &DeleteParams::default()).await?;
    refused(maps.get("crud").await, 404, "NotFound")?;
    Ok(())
}

#[tokio::test]
async fn applies_of_two_managers_conflict() -> Result<()> {
    let (client, namespace) = world("applies").await?;
    let maps: Api<ConfigMap> = Api::namespaced(client, &namespace);
    let apply = |data: &str| map("applied", json!({"a": data}));
    maps.patch("applied", &PatchParams::apply("one"), &Patch::Apply(apply("1")?)).await?;
    let two = PatchParams::apply("two");
    let why = refused(maps.patch("applied", &two, &Patch::Apply(apply("2")?)).await, 409, "Conflict")?;
    ensure!(why.contains("conflict with \"one\": .data.a"), "{why}");
    let taken = maps.patch("applied", &two.force(), &Patch::Apply(apply("2")?)).await?;
    ensure!(json!(taken.data) == json!({"a": "2"}), "{taken:?}");
    Ok(())
}

#[tokio::test]
async fn pages_and_watches_go_on_where_they_were() -> Result<()> {
    let (client, namespace) = world("watches").await?;
    let maps: Api<ConfigMap> = Api::namespaced(client, &namespace);
    for name in ["one", "two", "three"] {
        let mut one = map(name, json!({}))?;
        one.labels_mut().insert("of".into(), "us".into());
        maps.create(&PostParams::default(), &one).await?;
    }
    let ours = ListParams::default().labels("of=us");
    let first = maps.list(&ours.clone().limit(2)).await?;
    let token = first.metadata.continue_.context("there is more")?;
    let second = maps.list(&ours.clone().limit(2).continue_token(&token)).await?;
    ensure!((first.items.len(), second.items.len()) == (2, 1), "the pages have other lengths");
    let version = second.metadata.resource_version.context("a version")?;
    maps.delete("two", &DeleteParams::default()).await?;
    let params = WatchParams::default().labels("of=us").timeout(2);
    let events: Vec<_> = maps.watch(&params, &version).await?.try_collect().await?;
    let deleted =
        events.iter().filter(|event| matches!(event, WatchEvent::Deleted(one) if one.name_any() == "two"));
    ensure!(deleted.count() == 1, "{events:?}");
    Ok(())
}

/// Both ways in which a watcher begins.
#[tokio::test]
async fn reflectors_hold_what_is_there() -> Result<()> {
    for config in [watcher::Config::default(), watcher::Config::default().streaming_lists()] {
        let (client, namespace) = world("reflectors").await?;
        let maps: Api<ConfigMap> = Api::namespaced(client, &namespace);
        maps.create(&PostParams::default(), &map("first", json!({}))?).await?;
        let (store, writer) = reflector::store();
        let stream =
            reflector::reflector(writer, watcher(maps.clone(), config)).default_backoff().applied_objects();
        let reading = tokio::spawn(stream.for_each(|_| std::future::ready(())));
        store.wait_until_ready().await?;
        let has = |name: &str| store.state().iter().any(|one: &Arc<ConfigMap>| one.name_any() == name);
        ensure!(has("first"), "it is not there from the beginning");
        maps.create(&PostParams::default(), &map("second", json!({}))?).await?;
        until(|| has("second")).await?;
        maps.delete("first", &DeleteParams::default()).await?;
        until(|| !has("first")).await?;
        reading.abort();
    }
    Ok(())
}

/// kube elects nobody by itself: two write one lease, as those do who elect with it, and only one of them may.
#[tokio::test]
async fn one_of_two_takes_a_lease() -> Result<()> {
    let (client, namespace) = world("leases").await?;
    let leases: Api<Lease> = Api::namespaced(client, &namespace);
    let lease =
        json!({"metadata": {"name": "lock"}, "spec": {"holderIdentity": "", "leaseDurationSeconds": 15}});
    let made = leases.create(&PostParams::default(), &typed(lease)?).await?;
    let taken = |by: &str| {
        let mut lease = made.clone();
        lease.spec.get_or_insert_default().holder_identity = Some(by.to_owned());
        lease
    };
    let (one, two, post) = (taken("one"), taken("two"), PostParams::default());
    let both = [leases.replace("lock", &post, &one).await, leases.replace("lock", &post, &two).await];
    let [first, second] = both;
    first?;
    refused(second, 409, "Conflict")?;
    let holder = leases.get("lock").await?.spec.and_then(|spec| spec.holder_identity);
    ensure!(holder.as_deref() == Some("one"), "{holder:?}");
    Ok(())
}

#[tokio::test]
async fn custom_resources_are_known_by_discovery() -> Result<()> {
    let (client, namespace) = world("custom").await?;
    let group = format!("{namespace}.example.com");
    let definition = json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": format!("boxes.{group}")},
        "spec": {"group": group, "scope": "Namespaced", "names": {"kind": "Box", "plural": "boxes"}, "versions": [{
            "name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": {
                "type": "object", "properties": {"size": {"type": "integer", "maximum": 9}, "colour": {"type": "string", "default": "blue"}},
            }}}},
        }]},
    });
    let kind = GroupVersionKind::gvk("apiextensions.k8s.io", "v1", "CustomResourceDefinition");
    let definitions: Api<DynamicObject> = Api::all_with(client.clone(), &ApiResource::from_gvk(&kind));
    definitions.create(&PostParams::default(), &typed(definition)?).await?;
    let wanted = GroupVersionKind::gvk(&group, "v1", "Box");
    let mut found = None;
    for _ in 0..200 {
        if let Ok((resource, _)) = kube::discovery::pinned_kind(&client, &wanted).await {
            found = Some(resource);
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let resource = found.context("it is not discovered")?;
    ensure!(resource.plural == "boxes", "{resource:?}");
    let boxes: Api<DynamicObject> = Api::namespaced_with(client, &namespace, &resource);
    let of = |name: &str, size: u8| DynamicObject::new(name, &resource).data(json!({"spec": {"size": size}}));
    let made = boxes.create(&PostParams::default(), &of("a", 3)).await?;
    ensure!(made.data["spec"] == json!({"size": 3, "colour": "blue"}), "{made:?}");
    refused(boxes.create(&PostParams::default(), &of("b", 10)).await, 422, "Invalid")?;
    definitions.delete(&format!("boxes.{group}"), &DeleteParams::default()).await?;
    Ok(())
}
