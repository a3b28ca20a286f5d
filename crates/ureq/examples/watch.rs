//! Prints what happens to the config maps of the pod's own namespace, from now until the server ends the watch.

use kubewire::{Api, Builtin, Catalog, Error, Object, WatchEvent};
use kubewire_ureq::Client;

fn main() -> Result<(), Error> {
    let client = Client::in_cluster()?;
    let Some(maps) = Builtin.find(None, "configmaps") else { return Ok(()) };
    let maps = Api::<Object>::dynamic(maps).within(&client.namespace());
    let list = client.run(maps.list().raw_items())?;
    for event in client.watch(maps.watch().resource_version(&list.resource_version))? {
        match event? {
            WatchEvent::Added(map) => println!("added {}", map.name()),
            WatchEvent::Modified(map) => println!("modified {}", map.name()),
            WatchEvent::Deleted(map) => println!("deleted {}", map.name()),
            WatchEvent::Error(status) => println!("the watch cannot go on: {status}"),
            _ => {}
        }
    }
    Ok(())
}
