//! How a sandbox is made, as JavaScript says it.

use std::time::Duration;

use kubewire::Now;
use kubewire_sandbox::{Life, Sandbox};
use serde_json::Value;

/// A sandbox of `seed`, `objects`, `rbac` and `life`, a boolean or its parts.
pub(crate) fn sandbox(seed: u64, settings: &Value, now: Now) -> Result<Sandbox, String> {
    let rbac = settings["rbac"].as_bool().unwrap_or(true);
    let mut builder = Sandbox::builder().seed(seed).now(now).rbac(rbac).life(life(&settings["life"]));
    for object in settings["objects"].as_array().into_iter().flatten() {
        builder = builder.object(object.clone());
    }
    builder.build().map_err(|error| error.to_string())
}

fn life(said: &Value) -> Life {
    let part = |name: &str| said[name].as_bool().unwrap_or(false);
    let mut life = match said {
        Value::Bool(true) => Life::all(),
        _ => {
            let life = Life::none().accounts(part("accounts")).garbage(part("garbage"));
            let life = life.workloads(part("workloads")).pods(part("pods"));
            life.endpoints(part("endpoints"))
        }
    };
    if let Some(after) = said["start"].as_u64() {
        life = life.start(Duration::from_millis(after));
    }
    if let Some(after) = said["run"].as_u64() {
        life = life.run(Duration::from_millis(after));
    }
    life
}
