//! The main job of a program in a pod, against an API server in memory: from its mount's files to a list, an apply, a watch, and a refusal that
//! explains itself.
//!
//! ```sh
//! cargo run --package kubewire-sandbox --features listener --example shop
//! ```
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "it has sockets and files")]
#![allow(clippy::print_stdout, reason = "it shows what happens")]

use std::error::Error;

use kubewire::{Api, Builtin, Catalog, Config, Object, WatchEvent};
use kubewire_sandbox::{Builder, Life, Listener, Options, Sandbox};
use kubewire_ureq::Client;
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn Error>> {
    let sandbox = shop().into_iter().fold(Sandbox::builder().life(Life::all()), Builder::object).build()?;
    let listener = Listener::start(sandbox, &Options::default())?;
    let mount = tempfile::tempdir()?;
    listener.write_mount(mount.path(), "shop", "till")?;
    println!("An API server listens at {}; a pod's files are in {}", listener.url(), mount.path().display());

    // What a pod finds in its environment and in its files.
    let port = listener.port().to_string();
    let environment = |name: &str| match name {
        "KUBERNETES_SERVICE_HOST" => Some("127.0.0.1".to_owned()),
        "KUBERNETES_SERVICE_PORT" => Some(port.clone()),
        _ => None,
    };
    let config = Config::in_cluster(&environment)?.mount(&mount.path().to_string_lossy());
    let client = Client::new(config)?;

    let maps = api("configmaps")?;
    for map in client.run(maps.list())? {
        println!("list:  {}", map.name());
    }
    let mut watch = client.watch(maps.watch().fields("metadata.name=settings"))?;
    told(watch.next())?;
    let early = json!({"metadata": {"name": "settings"}, "data": {"opens": "08:00"}});
    let applied = client.run(maps.apply("settings", "till", &early).force())?;
    println!("apply: {} opens at {}", applied.name(), opens(&applied)?);
    told(watch.next())?;
    if let Err(refused) = client.run(api("secrets")?.list()) {
        println!("403:   {refused}");
    }
    Ok(())
}

fn api(plural: &str) -> Result<Api<Object>, Box<dyn Error>> {
    let resource = Builtin.find(None, plural).ok_or("it is built in")?;
    Ok(Api::dynamic(resource).within("shop"))
}

fn told(event: Option<Result<WatchEvent<Object>, kubewire::Error>>) -> Result<(), Box<dyn Error>> {
    match event.ok_or("the watch goes on for minutes")?? {
        WatchEvent::Added(map) => println!("watch: {} opens at {}", map.name(), opens(&map)?),
        WatchEvent::Modified(map) => println!("watch: {} opens at {} now", map.name(), opens(&map)?),
        other => println!("watch: {other:?}"),
    }
    Ok(())
}

fn opens(map: &Object) -> Result<String, Box<dyn Error>> {
    let map = serde_json::to_value(map)?;
    Ok(map.pointer("/data/opens").and_then(Value::as_str).unwrap_or("no time").to_owned())
}

/// A shop, whose tills may read and mend the ConfigMaps, and have no business with the Secrets.
fn shop() -> Vec<Value> {
    const RBAC: &str = "rbac.authorization.k8s.io";
    let named = |name: &str| json!({"name": name, "namespace": "shop"});
    let verbs = ["get", "list", "watch", "patch"];
    vec![
        json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}),
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": named("settings"), "data": {"opens": "09:00"}}),
        json!({"apiVersion": "v1", "kind": "Secret", "metadata": named("card-reader"), "stringData": {"pin": "0000"}}),
        json!({
            "apiVersion": format!("{RBAC}/v1"), "kind": "Role", "metadata": named("till"),
            "rules": [{"apiGroups": [""], "resources": ["configmaps"], "verbs": verbs}],
        }),
        json!({
            "apiVersion": format!("{RBAC}/v1"), "kind": "RoleBinding", "metadata": named("till"),
            "roleRef": {"apiGroup": RBAC, "kind": "Role", "name": "till"},
            "subjects": [{"kind": "ServiceAccount", "name": "till", "namespace": "shop"}],
        }),
    ]
}
