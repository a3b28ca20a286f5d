//! Lists the pods of the pod's own namespace: `cargo run --example list_pods` in a pod, or with a server and a mount.

use kubewire::{Api, Builtin, Catalog, Config, Error, Object};
use kubewire_ureq::Client;

fn main() -> Result<(), Error> {
    let mut arguments = std::env::args().skip(1);
    let client = match (arguments.next(), arguments.next()) {
        (Some(server), Some(mount)) => Client::new(Config::server(&server)?.mount(&mount))?,
        _ => Client::in_cluster()?,
    };
    let Some(pods) = Builtin.find(None, "pods") else { return Ok(()) };
    let pods = Api::<Object>::dynamic(pods).within(&client.namespace());
    for pod in client.run(pods.list())? {
        println!(
            "{} {}",
            pod.name(),
            pod.at(&["status", "phase"]).and_then(|phase| phase.as_str()).unwrap_or("-")
        );
    }
    Ok(())
}
