//! What goes wrong on purpose: each fault by itself, and programs that live through them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

use std::collections::BTreeMap;
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use kubewire::machine::{Candidate, ElectionEvent};
use kubewire::reading::{self, Informing, Reading};
use kubewire::{Api, Builtin, Catalog, Error, List, Now, Object, SharedStore, Verb};
use kubewire_sandbox::{Client, Fault, Reply, Sandbox};
use serde_json::{Value, json};

fn maps() -> Api<Object> {
    Api::<Object>::dynamic(Builtin.find(None, "configmaps").unwrap()).within("default")
}

fn map(name: &str) -> Value {
    json!({"metadata": {"name": name}, "data": {"a": "1"}})
}

/// One that asks nobody for a token.
fn open() -> Sandbox {
    Sandbox::builder().rbac(false).build().unwrap()
}

const MAPS: &str = "/api/v1/namespaces/default/configmaps";

fn ask(sandbox: &mut Sandbox, method: &str, target: &str, body: &Value) -> Reply {
    let body = if body.is_null() { Bytes::new() } else { body.to_string().into() };
    sandbox.handle(Now::default(), Request::builder().method(method).uri(target).body(body).unwrap())
}

/// Status, reason, and what `Retry-After` says.
fn answer(sandbox: &mut Sandbox, method: &str, target: &str) -> (u16, String, String) {
    let body = if method == "GET" { Value::Null } else { map("a") };
    let answer = ask(sandbox, method, target, &body).whole().expect("a whole answer");
    let status: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
    let after = answer.headers().get("retry-after").map(|value| value.to_str().unwrap().to_owned());
    (
        answer.status().as_u16(),
        status.get("reason").and_then(Value::as_str).unwrap_or_default().into(),
        after.unwrap_or_default(),
    )
}

#[test]
fn each_status_comes_in_the_servers_words() {
    for (fault, code, reason, after) in [
        (Fault::expired(), 410, "Expired", ""),
        (Fault::too_many_requests(7), 429, "", "7"),
        (Fault::internal_error(), 500, "InternalError", ""),
        (Fault::unavailable(), 503, "ServiceUnavailable", ""),
        (Fault::timeout(), 504, "Timeout", ""),
        (Fault::unauthorized(), 401, "Unauthorized", ""),
    ] {
        let mut sandbox = open();
        sandbox.fail(fault);
        assert_eq!(answer(&mut sandbox, "GET", MAPS), (code, reason.into(), after.into()));
        sandbox.heal();
        assert_eq!(answer(&mut sandbox, "GET", MAPS).0, 200);
        let logged: Vec<u16> = sandbox.log().map(|asked| asked.status).collect();
        assert_eq!(logged, [code, 200]);
    }
}

#[test]
fn a_fault_befalls_what_it_is_for() {
    let told = |fault: Fault| {
        let mut sandbox = open();
        sandbox.fail(fault);
        let asked = [
            ("POST", MAPS.to_owned()),
            ("GET", format!("{MAPS}/a")),
            ("GET", MAPS.to_owned()),
            ("GET", "/apis/apps/v1/deployments".to_owned()),
            ("PUT", format!("{MAPS}/a")),
            ("GET", "/version".to_owned()),
        ];
        asked.map(|(method, target)| answer(&mut sandbox, method, &target).0)
    };
    let all = Fault::internal_error;
    assert_eq!(told(all()), [500, 500, 500, 500, 500, 200]);
    assert_eq!(told(all().verb(Verb::Get).verb(Verb::List)), [201, 500, 500, 500, 200, 200]);
    assert_eq!(told(all().resource("deployments.apps")), [201, 200, 200, 500, 200, 200]);
    assert_eq!(
        told(all().resource("configmaps").name("a").namespace("default")),
        [201, 500, 200, 200, 500, 200]
    );
    assert_eq!(told(all().namespace("other")), [201, 200, 200, 200, 200, 200]);
    assert_eq!(told(all().times(2)), [500, 500, 200, 200, 404, 200]);
    assert_eq!(told(all().after(2).times(1)), [201, 200, 500, 200, 200, 200]);
    assert_eq!(told(all().percent(0)), [201, 200, 200, 200, 200, 200]);
    assert_eq!(told(Fault::conflict()), [201, 200, 200, 200, 409, 200]);
}

#[test]
fn the_dice_are_the_seeds() {
    let story = |seed| {
        let mut sandbox = Sandbox::builder().rbac(false).seed(seed).build().unwrap();
        sandbox.fail(Fault::unavailable().percent(50));
        (0..40).map(|_| answer(&mut sandbox, "GET", MAPS).0).collect::<Vec<_>>()
    };
    assert_eq!(story(1), story(1));
    assert_ne!(story(1), story(2));
    let failed = story(1).iter().filter(|&&code| code == 503).count();
    assert!((10..=30).contains(&failed), "{failed}");
}

#[test]
fn what_is_lost_was_done_or_not() {
    let mut sandbox = open();
    sandbox.fail(Fault::lost().verb(Verb::Create).times(1));
    sandbox.fail(Fault::answer_lost().verb(Verb::Create).times(1));
    assert!(matches!(ask(&mut sandbox, "POST", MAPS, &map("a")), Reply::Lost(None)));
    assert!(sandbox.get("v1", "ConfigMap", "default", "a").is_none());
    assert!(matches!(ask(&mut sandbox, "POST", MAPS, &map("a")), Reply::Lost(None)));
    assert!(sandbox.get("v1", "ConfigMap", "default", "a").is_some());
    sandbox.fail(Fault::cut_after(10));
    let Reply::Lost(Some(part)) = ask(&mut sandbox, "GET", MAPS, &Value::Null) else { panic!("it is whole") };
    assert_eq!((part.status().as_u16(), part.body().len()), (200, 10));
}

#[test]
fn a_write_whose_answer_is_lost_is_not_repeated() {
    let mut sandbox = Sandbox::new();
    sandbox.fail(Fault::answer_lost().verb(Verb::Create).times(1));
    let client = Client::new(sandbox).unwrap();
    let error = client.run(maps().create(&map("a"))).unwrap_err();
    assert!(matches!(error, Error::Transport { .. }), "{error:?}");
    let creates = client.with(|sandbox| sandbox.log().filter(|asked| asked.method == "POST").count());
    assert_eq!(creates, 1);
    assert!(client.run(maps().get("a")).is_ok());
}

#[test]
fn a_slow_answer_takes_its_time() {
    let mut sandbox = Sandbox::new();
    sandbox.fail(Fault::slow(Duration::from_secs(5)).verb(Verb::List));
    let client = Client::new(sandbox).unwrap();
    let before = client.now().mono;
    assert!(client.run(maps().list()).unwrap().items.is_empty());
    assert_eq!(client.now().mono - before, 5_000);
}

#[test]
fn a_watch_ends_is_cut_is_too_late_or_dropped() {
    let told = |fault: Option<Fault>, dropped: bool| {
        let mut sandbox = open();
        for name in ["a", "b", "c"] {
            assert_eq!(ask(&mut sandbox, "POST", MAPS, &map(name)).status().unwrap(), 201);
        }
        fault.into_iter().for_each(|fault| sandbox.fail(fault));
        let target = format!("{MAPS}?watch=1");
        let mut watch = ask(&mut sandbox, "GET", &target, &Value::Null).watch().expect("a watch");
        if dropped {
            sandbox.drop_watches();
        }
        let mut told = Vec::new();
        while let Poll::Ready(Some(line)) = sandbox.poll(&mut watch, Now::default()) {
            let event: Value = serde_json::from_slice(&line).unwrap();
            told.push(event["type"].as_str().unwrap().to_owned());
        }
        let ended = matches!(sandbox.poll(&mut watch, Now::default()), Poll::Ready(None));
        (told.join(" "), ended, watch.is_lost())
    };
    assert_eq!(told(None, false), ("ADDED ADDED ADDED".into(), false, false));
    assert_eq!(told(Some(Fault::watch_ends_after(2)), false), ("ADDED ADDED".into(), true, false));
    assert_eq!(told(Some(Fault::cut_after(1)), false), ("ADDED".into(), true, true));
    assert_eq!(told(Some(Fault::expired()), false), ("ERROR".into(), true, false));
    assert_eq!(told(None, true), (String::new(), true, true));
}

/// Whatever befalls an informer, after quiet its store is what the server has.
#[test]
fn an_informer_lives_through_all_of_it() {
    let mut errors = 0;
    for seed in 0..20 {
        let mut sandbox = Sandbox::builder().seed(seed).build().unwrap();
        for fault in [
            Fault::expired().percent(20),
            Fault::too_many_requests(1).percent(10),
            Fault::internal_error().percent(10),
            Fault::lost().percent(10),
            Fault::cut_after(3).percent(30),
            Fault::watch_ends_after(2).percent(30),
            Fault::slow(Duration::from_secs(2)).percent(10),
        ] {
            sandbox.fail(fault.verb(Verb::List).verb(Verb::Watch));
        }
        let client = Client::new(sandbox).unwrap();
        let store = SharedStore::default();
        let machine = reading::informer(store.clone(), [maps().list()], seed).unwrap();
        let mut informer = client.converse(machine);
        for round in 0..30 {
            let name = format!("m{}", round % 7);
            let body = json!({"metadata": {"name": name}, "data": {"round": round.to_string()}});
            if client.run(maps().create(&body)).is_err() {
                let gone = round % 3 == 0;
                let done = if gone {
                    client.run(maps().delete(&name)).map(drop)
                } else {
                    client.run(maps().replace(&name, &body)).map(drop)
                };
                done.unwrap();
            }
            if round % 10 == 9 {
                client.with(|sandbox| {
                    sandbox.drop_watches();
                    sandbox.compact(sandbox.revision());
                });
            }
            client.advance(Duration::from_millis(700));
            while let Some(event) = informer.ready() {
                errors += usize::from(event.and_then(Informing::<List<Object>>::read).is_err());
            }
        }
        client.with(Sandbox::heal);
        for _ in 0..240 {
            client.advance(Duration::from_secs(1));
            while let Some(event) = informer.ready() {
                errors += usize::from(event.and_then(Informing::<List<Object>>::read).is_err());
            }
        }
        let version = |object: &Object| (object.name().to_owned(), object.metadata.resource_version.clone());
        let wanted: BTreeMap<_, _> = client.run(maps().list()).unwrap().items.iter().map(version).collect();
        let found: BTreeMap<_, _> = store.read().iter().map(|(_, object)| version(object)).collect();
        assert_eq!(found, wanted, "seed {seed}");
    }
    assert!(errors > 50, "only {errors} errors befell it");
}

/// A leader that cannot renew stops leading before another could.
#[test]
fn a_leader_that_is_not_heard_steps_down() {
    let client = Client::new(Sandbox::new()).unwrap();
    let machine = reading::elect(&Candidate::new("default", "lead", "me"), 1).unwrap();
    let term = machine.term();
    let mut election = client.converse(machine);
    while !matches!(election.next().unwrap(), Ok(ElectionEvent::Leading { .. })) {}
    assert!(term.until(client.now()).is_some());
    client.with(|sandbox| sandbox.fail(Fault::timeout().resource("leases.coordination.k8s.io")));
    client.advance(Duration::from_secs(11));
    while election.ready().is_some() {}
    assert!(term.until(client.now()).is_none(), "it leads past its renew deadline");
}
