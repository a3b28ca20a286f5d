//! The async host on the real server.

use std::io::Read;
use std::net::TcpListener;
use std::time::{Duration, Instant};

use k8s_openapi::api::core::v1::ConfigMap;
use kubewire::machine::{Candidate, ElectionEvent, OnExpired};
use kubewire::{Api, Config, Error, FailureKind, Sent, WatchEvent, get_path};
use kubewire_apiserver::Front;
use kubewire_conformance::{World, config_at, text};
use kubewire_tokio::Client;
use serde_json::json;
use tokio::time::{sleep, timeout};

fn admin(world: &World) -> Client {
    let config = Config::server(&world.state.server).unwrap().mount(text(&world.state.admin_mount));
    Client::new(config).unwrap()
}

fn name(map: &ConfigMap) -> &str {
    map.metadata.name.as_deref().unwrap()
}

#[tokio::test]
async fn calls_watches_and_pages() {
    let world = World::new("tokio");
    let client = admin(&world);
    let maps = Api::<ConfigMap>::namespaced(&world.namespace);
    let list = client.run(maps.list()).await.unwrap();
    let mut watch =
        client.watch(maps.watch().resource_version(&list.resource_version).labels("a=b")).unwrap();
    for index in 0..5 {
        let map = json!({"metadata": {"name": format!("m{index}"), "labels": {"a": "b"}}});
        assert_eq!(name(&client.run(maps.create(&map)).await.unwrap()), format!("m{index}"));
    }
    for index in 0..5 {
        let Some(Ok(WatchEvent::Added(map))) = watch.next().await else { panic!("no event") };
        assert_eq!(name(&map), format!("m{index}"));
    }
    let mut pages = client.pages(maps.list().limit(2).labels("a=b"), OnExpired::Fail).unwrap();
    let mut sizes = Vec::new();
    while let Some(page) = pages.next().await {
        sizes.push(page.unwrap().list.items.len());
    }
    assert_eq!(sizes, [2, 2, 1]);
    let refused = client.run(maps.get("none")).await.unwrap_err();
    assert!(refused.status().unwrap().is_not_found(), "{refused}");
    assert!(matches!(client.run(maps.get("../x")).await, Err(Error::Build(_))));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn streams_that_nobody_reads_keep_nobody_waiting() {
    let world = World::new("unread");
    let client = admin(&world);
    let maps = Api::<ConfigMap>::namespaced(&world.namespace);
    let mut unread: Vec<_> = (0..8).map(|_| client.watch(maps.watch()).unwrap()).collect();
    for watch in &mut unread {
        // Polled once, so that it is open.
        _ = timeout(Duration::from_millis(20), watch.next()).await;
    }
    // More than what sockets hold.
    let large = "x".repeat(500_000);
    for index in 0..8 {
        let map = json!({"metadata": {"name": format!("m{index}")}, "data": {"large": large}});
        client.run(maps.create(&map)).await.unwrap();
    }
    let calls: Vec<_> = (0..50)
        .map(|index| {
            let (client, get) = (client.clone(), maps.get(&format!("m{}", index % 8)));
            tokio::spawn(async move { client.run(get).await })
        })
        .collect();
    for call in calls {
        timeout(Duration::from_secs(20), call).await.expect("it does not wait").unwrap().unwrap();
    }
    // And nothing of them is lost.
    for watch in &mut unread {
        let mut seen = 0;
        while seen < 8 {
            match watch.next().await.unwrap().unwrap() {
                WatchEvent::Added(map) if name(&map).starts_with('m') => seen += 1,
                _ => {}
            }
        }
    }
}

#[tokio::test]
async fn what_is_dropped_ends_at_once() {
    // A server that says nothing, and tells when its peer has gone.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let config = Config::server(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    let client = Client::new(config.allow_plain_http()).unwrap();
    let gone = std::thread::spawn(move || {
        let (mut peer, _) = listener.accept().unwrap();
        let mut buffer = [0; 4096];
        while peer.read(&mut buffer).unwrap_or(0) > 0 {}
        Instant::now()
    });
    let call = get_path("/version").unwrap();
    assert!(timeout(Duration::from_millis(200), client.run(call)).await.is_err());
    let dropped = Instant::now();
    let gone = tokio::task::spawn_blocking(move || gone.join().unwrap()).await.unwrap();
    assert!(gone.saturating_duration_since(dropped) < Duration::from_secs(10));
}

#[tokio::test]
async fn failures_say_what_they_are() {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let config = Config::server(&format!("http://{nobody}")).unwrap().allow_plain_http();
    let client = Client::new(config).unwrap();
    // A create is not sent twice, but for where nothing was sent at all.
    let error = client.run(get_path("/version").unwrap()).await.unwrap_err();
    let Error::Transport { failure, .. } = error else { panic!("{error}") };
    assert_eq!((failure.kind, failure.sent), (FailureKind::Refused, Sent::No));

    let world = World::new("untrusted");
    let mount = world.account("pod");
    let files = tempfile::tempdir().unwrap();
    let mut front = Front::start(&world.state, files.path()).unwrap();
    // The mount still holds the authority of the other server.
    let client = Client::new(config_at(front.port(), &mount).unwrap()).unwrap();
    let error = client.run(get_path("/version").unwrap()).await.unwrap_err();
    let Error::Transport { failure, .. } = error else { panic!("{error}") };
    assert_eq!(failure.kind, FailureKind::Untrusted);
    let authority = |front: &Front| std::fs::read_to_string(front.ca()).unwrap();
    mount.write("ca.crt", &authority(&front));
    client.run(get_path("/version").unwrap()).await.unwrap();
    // Both change while connections are idle.
    front.rotate().unwrap();
    mount.write("ca.crt", &authority(&front));
    client.run(get_path("/version").unwrap()).await.unwrap();
    let maps = Api::<ConfigMap>::namespaced(&world.namespace);
    let forbidden = client.run(maps.list()).await.unwrap_err();
    assert!(forbidden.status().unwrap().is_forbidden(), "{forbidden}");
}

#[tokio::test]
async fn an_election_goes_on_unpolled_and_is_given_back() {
    let world = World::new("elect-tokio");
    let client = admin(&world);
    let candidate = |identity| {
        Candidate::new(&world.namespace, "lock", identity)
            // Waited out for longer than a busy server takes for anything.
            .lease_duration(Duration::from_secs(60))
            .renew_deadline(Duration::from_secs(10))
            .retry_period(Duration::from_millis(300))
    };
    let mut first = client.elect(&candidate("first")).unwrap();
    assert!(matches!(first.next().await, Some(Ok(ElectionEvent::Leading { .. }))));
    let mut second = client.elect(&candidate("second")).unwrap();
    assert_eq!(second.next().await, Some(Ok(ElectionEvent::Following { leader: "first".into() })));
    let until = first.leading_until().unwrap();
    while first.leading_until().unwrap() < until + Duration::from_secs(2) {
        sleep(Duration::from_millis(100)).await;
    }
    assert!(first.is_leader() && !second.is_leader());
    first.stop().await;
    // A busy server may answer one try too late; the next one finds out.
    let next = timeout(Duration::from_secs(30), async {
        loop {
            match second.next().await {
                Some(Err(late)) if late.to_string().contains("no answer") => {}
                next => break next,
            }
        }
    });
    let next = next.await.expect("stopped, it is given back");
    assert!(matches!(next, Some(Ok(ElectionEvent::Leading { transitions: 1, .. }))), "{next:?}");
    drop(second);
    let mut third = client.elect(&candidate("third")).unwrap();
    let leading = timeout(Duration::from_secs(30), async {
        while !matches!(third.next().await, Some(Ok(ElectionEvent::Leading { .. }))) {}
    });
    leading.await.expect("dropped, it is given back");
}
