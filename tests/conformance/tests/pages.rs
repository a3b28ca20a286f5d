//! Lists page by page, and what becomes of them when the server forgets their version.

use k8s_openapi::api::core::v1::ConfigMap;
use kubewire::machine::{OnExpired, PageOrder};
use kubewire::{Api, Config, Error, List, Table, reading::Page};
use kubewire_apiserver::Front;
use kubewire_conformance::{World, text};
use kubewire_ureq::{Client, Pages};
use serde_json::json;

fn names(page: &Page<List<ConfigMap>>) -> Vec<&str> {
    page.list
        .items
        .iter()
        .filter_map(|map| map.metadata.name.as_deref())
        .filter(|name| name.starts_with("m"))
        .collect()
}

fn make(client: &Client, maps: &Api<ConfigMap>, count: usize) {
    for index in 0..count {
        client.run(maps.create(&json!({"metadata": {"name": format!("m{index}")}}))).unwrap();
    }
}

#[test]
fn a_list_comes_page_by_page_at_one_version() {
    let world = World::new("pages");
    let maps = Api::<ConfigMap>::namespaced(&world.namespace);
    make(&world.admin, &maps, 7);
    let pages: Pages<List<ConfigMap>> = world.admin.pages(maps.list().limit(3), OnExpired::Fail).unwrap();
    let pages: Vec<_> = pages.map(Result::unwrap).collect();
    let found: Vec<&str> = pages.iter().flat_map(names).collect();
    assert_eq!(found, ["m0", "m1", "m2", "m3", "m4", "m5", "m6"]);
    assert!(pages.len() >= 3 && pages.iter().all(|page| page.list.items.len() <= 3), "{}", pages.len());
    assert!(pages.iter().all(|page| page.list.resource_version == pages[0].list.resource_version));
    let orders: Vec<_> = pages.iter().map(|page| page.order).collect();
    assert_eq!(orders[..2], [PageOrder::First, PageOrder::Next]);

    let tables: Pages<Table> = world.admin.pages(maps.list().limit(5).table(), OnExpired::Fail).unwrap();
    assert_eq!(tables.map(|page| page.unwrap().list.rows.len()).collect::<Vec<_>>().first(), Some(&5));
}

#[test]
fn an_expired_list_ends_or_goes_on_or_begins_again_as_was_said() {
    let world = World::new("expired");
    let maps = Api::<ConfigMap>::namespaced(&world.namespace);
    make(&world.admin, &maps, 6);
    let files = tempfile::tempdir().unwrap();
    let mut front = Front::start(&world.state, files.path()).unwrap();
    // The admin's token, and the front's own authority.
    let mount = tempfile::tempdir().unwrap();
    std::fs::copy(world.state.admin_mount.join("token"), mount.path().join("token")).unwrap();
    std::fs::copy(front.ca(), mount.path().join("ca.crt")).unwrap();
    let config = Config::server(&front.server()).unwrap().mount(text(mount.path()));
    let client = Client::new(config).unwrap();

    let choices = [OnExpired::Fail, OnExpired::TakeRest, OnExpired::StartOver];
    let begin = |choice: OnExpired| {
        let mut pages: Pages<List<ConfigMap>> = client.pages(maps.list().limit(2), choice).unwrap();
        let first = pages.next().unwrap().unwrap();
        (pages, first)
    };
    let [fail, rest, over] = choices.map(begin);
    // Deleted after the first page was read, and added.
    world.admin.run(maps.delete("m0")).unwrap();
    world.admin.run(maps.create(&json!({"metadata": {"name": "m9"}}))).unwrap();
    world.compact();
    front.restart().unwrap();

    let (mut pages, _) = fail;
    let error = pages.next().unwrap().unwrap_err();
    let Error::Api { status, .. } = &error else { panic!("{error}") };
    assert!(
        status.code == 410 && status.reason == "Expired" && !status.continue_token.is_empty(),
        "{status:?}"
    );
    assert!(pages.next().is_none());

    let (pages, first) = rest;
    let later: Vec<_> = pages.map(Result::unwrap).collect();
    assert_eq!((first.order, later[0].order), (PageOrder::First, PageOrder::Later));
    assert_ne!(first.list.resource_version, later[0].list.resource_version);
    // The first page still has what was deleted since: no list of one moment.
    let found: Vec<&str> = names(&first).into_iter().chain(later.iter().flat_map(names)).collect();
    assert_eq!(found, ["m0", "m1", "m2", "m3", "m4", "m5", "m9"]);

    let (pages, _) = over;
    let anew: Vec<_> = pages.map(Result::unwrap).collect();
    assert_eq!(anew[0].order, PageOrder::First);
    let found: Vec<&str> = anew.iter().flat_map(names).collect();
    assert_eq!(found, ["m1", "m2", "m3", "m4", "m5", "m9"]);
}
