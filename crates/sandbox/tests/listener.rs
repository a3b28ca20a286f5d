//! The door of sockets: Kubewire's own client over TLS, raw HTTP, and clients that mean no good.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "what is tested has sockets")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use kubewire::machine::{InformerEvent, WatcherEvent};
use kubewire::{Api, Builtin, Catalog, Config, Error, Now, Object, Verb};
use kubewire_sandbox::{Fault, Listener, Options, Sandbox};
use kubewire_ureq::Client;
use serde_json::{Value, json};

fn maps() -> Api<Object> {
    Api::<Object>::dynamic(Builtin.find(None, "configmaps").unwrap()).within("default")
}

fn map(name: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"a": "1"}})
}

fn start(options: &Options) -> Listener {
    Listener::start(Sandbox::new(), options).unwrap()
}

/// Without rules: everyone may do everything.
fn start_open(options: &Options) -> Listener {
    Listener::start(Sandbox::builder().rbac(false).build().unwrap(), options).unwrap()
}

/// A client that has the files that a pod would have, of the administrator.
fn client(listener: &Listener, mount: &tempfile::TempDir) -> Client {
    listener.write_admin_mount(mount.path(), "default").unwrap();
    let config = Config::server(listener.url()).unwrap().mount(mount.path().to_str().unwrap());
    Client::new(config).unwrap()
}

/// Sends a request over plain HTTP, and gives status and body of the answer.
fn raw(listener: &Listener, asked: &str, body: &[u8]) -> (u16, String) {
    let token = listener.admin_mount("default").token;
    raw_with(listener, asked, &format!("authorization: Bearer {token}\r\n"), body)
}

fn raw_with(listener: &Listener, asked: &str, header: &str, body: &[u8]) -> (u16, String) {
    let mut socket = TcpStream::connect(("127.0.0.1", listener.port())).unwrap();
    let length = body.len();
    let head = format!(
        "{asked} HTTP/1.1\r\nhost: x\r\n{header}connection: close\r\ncontent-length: {length}\r\n\r\n"
    );
    socket.write_all(head.as_bytes()).unwrap();
    socket.write_all(body).unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    (head.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0), body.to_owned())
}

const MAPS: &str = "/api/v1/namespaces/default/configmaps";

#[test]
fn objects_are_made_read_changed_and_deleted_over_tls() {
    let (listener, mount) = (start(&Options::default()), tempfile::tempdir().unwrap());
    let client = client(&listener, &mount);
    assert_eq!(client.namespace(), "default");
    let made = client.run(maps().create(&map("a"))).unwrap();
    let read = client.run(maps().get("a")).unwrap();
    assert_eq!(made.metadata.uid, read.metadata.uid);
    // By the real clock.
    let stamp = read.metadata.creation_timestamp.clone().unwrap_or_default();
    assert!(stamp.as_str() > "2025", "{stamp}");
    let again = client.run(maps().create(&map("a"))).unwrap_err();
    assert!(again.to_string().contains("configmaps \"a\" already exists"), "{again}");
    client.run(maps().delete("a")).unwrap();
    assert!(client.run(maps().list()).unwrap().items.is_empty());
    assert_eq!(listener.with(|sandbox| sandbox.log().filter(|asked| asked.method == "POST").count()), 2);
}

#[test]
fn only_its_own_authority_and_its_own_tokens_are_good() {
    let (one, other) = (start(&Options::default()), start(&Options::default()));
    let mount = tempfile::tempdir().unwrap();
    let directory = mount.path().to_str().unwrap();
    other.write_mount(directory, "default", "default").unwrap();
    let ask = || {
        let client = Client::new(Config::server(one.url()).unwrap().mount(directory)).unwrap();
        client.run(maps().list()).unwrap_err()
    };
    let untrusted = ask();
    assert!(matches!(untrusted, Error::Transport { .. }), "{untrusted:?}");
    // The right authority and the other's token.
    std::fs::write(mount.path().join("ca.crt"), one.authority().unwrap()).unwrap();
    std::fs::write(mount.path().join("token"), "of-nobody").unwrap();
    let unauthorized = ask();
    assert!(matches!(&unauthorized, Error::Api { status, .. } if status.code == 401), "{unauthorized:?}");
}

#[test]
fn watchers_and_informers_hear_of_what_happens_by_the_api_and_past_it() {
    let (listener, mount) = (start(&Options::default()), tempfile::tempdir().unwrap());
    let client = client(&listener, &mount);
    client.run(maps().create(&map("a"))).unwrap();
    let mut watcher = client.watcher(maps().list()).unwrap();
    let mut informer = client.informer(maps().list()).unwrap();
    let store = informer.store();
    let mut tell = || loop {
        match watcher.next().unwrap().unwrap() {
            WatcherEvent::InitApply(object) => return format!("init {}", object.name()),
            WatcherEvent::Apply(object) => return format!("apply {}", object.name()),
            WatcherEvent::Delete(object) => return format!("delete {}", object.name()),
            _ => {}
        }
    };
    assert_eq!(tell(), "init a");
    client.run(maps().create(&map("b"))).unwrap();
    assert_eq!(tell(), "apply b");
    listener.with(|sandbox| sandbox.put(map("c"), Now::default())).unwrap();
    assert_eq!(tell(), "apply c");
    client.run(maps().delete("a")).unwrap();
    assert_eq!(tell(), "delete a");
    let has = |name: &str| store.get(&format!("default/{name}")).is_some();
    while has("a") || !has("b") || !has("c") {
        let _: InformerEvent<_> = informer.next().unwrap().unwrap();
    }
}

#[test]
fn a_watch_ends_when_its_time_is_over() {
    let listener = start(&Options::default().plain());
    let (status, body) = raw(&listener, &format!("GET {MAPS}?watch=1&timeoutSeconds=1"), b"");
    assert_eq!((status, body.trim()), (200, "0"), "chunked, and nothing but the last chunk");
}

#[test]
fn a_parked_request_is_answered_when_its_version_comes_or_after_three_seconds() {
    let listener = start(&Options::default().plain());
    let next = listener.with(|sandbox| sandbox.revision()) + 1;
    let target = format!("GET {MAPS}?resourceVersion={next}&resourceVersionMatch=NotOlderThan");
    let began = Instant::now();
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| raw(&listener, &target, b""));
        std::thread::sleep(Duration::from_millis(300));
        assert!(!waiting.is_finished());
        assert_eq!(raw(&listener, &format!("POST {MAPS}"), map("a").to_string().as_bytes()).0, 201);
        let (status, body) = waiting.join().unwrap();
        assert!(status == 200 && body.contains("\"name\":\"a\""), "{status} {body}");
    });
    assert!(began.elapsed() < Duration::from_secs(2));
    let target = format!("GET {MAPS}?resourceVersion=999&resourceVersionMatch=NotOlderThan");
    let (status, body) = raw(&listener, &target, b"");
    assert!(status == 504 && body.contains("Too large resource version: 999"), "{status} {body}");
    assert!(began.elapsed() >= Duration::from_secs(3));
}

#[test]
fn a_body_of_more_than_three_megabytes_is_refused_in_the_servers_words() {
    let listener = start(&Options::default().plain());
    let mut large = map("large");
    for (length, wanted) in [(3 * 1024 * 1024 + 1, 413), (9_000_000, 413), (900_000, 201)] {
        large["data"]["a"] = "x".repeat(length).into();
        let (status, body) = raw(&listener, &format!("POST {MAPS}"), large.to_string().as_bytes());
        assert_eq!(status, wanted);
        let words = body.contains("Request entity too large: limit is 3145728");
        assert_eq!(words, wanted == 413, "{}", body.get(..200).unwrap_or(&body));
    }
}

#[test]
fn a_kubeconfig_says_where_and_as_whom() {
    let tls = start(&Options::default());
    let text = tls.account_kubeconfig("shop", "till");
    assert!(
        text.contains(&format!("server: {}\n", tls.url())) && text.contains("certificate-authority-data: ")
    );
    assert!(text.contains("namespace: \"shop\"\n"), "{text}");
    let plain = start(&Options::default().plain());
    assert!(plain.authority().is_none() && !plain.kubeconfig("shop").contains("certificate-authority"));
    let (till, admin) = (plain.mount("shop", "till").token, plain.admin_mount("shop").token);
    for (token, wanted) in [(admin.as_str(), 200), (&till, 403), ("of-nobody", 401)] {
        let header = format!("authorization: Bearer {token}\r\n");
        assert_eq!(raw_with(&plain, &format!("GET {MAPS}"), &header, b"").0, wanted);
    }
    let taken = Listener::start(Sandbox::new(), &Options::default().port(plain.port())).unwrap_err();
    assert_eq!(taken.kind(), std::io::ErrorKind::AddrInUse);
}

#[test]
fn it_ends_at_once_and_takes_its_connections_with_it() {
    let listener = start_open(&Options::default().plain());
    let port = listener.port();
    let mut socket = TcpStream::connect(("127.0.0.1", port)).unwrap();
    socket.write_all(format!("GET {MAPS}?watch=1 HTTP/1.1\r\nhost: x\r\n\r\n").as_bytes()).unwrap();
    let mut reader = BufReader::new(socket);
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    assert!(line.starts_with("HTTP/1.1 200"), "{line}");
    let began = Instant::now();
    listener.stop();
    assert!(began.elapsed() < Duration::from_secs(10));
    let mut rest = Vec::new();
    let _ = reader.read_to_end(&mut rest);
    assert!(began.elapsed() < Duration::from_secs(10));
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
}

/// What a bad client sends before it falls silent or goes.
fn bad(index: usize) -> Vec<u8> {
    let watch = format!("GET {MAPS}?watch=1 HTTP/1.1\r\nhost: x\r\n\r\n");
    match index % 9 {
        0 => Vec::new(),
        1 => (0..4096_usize).map(|at| u8::try_from((at * 7 + index * 13) % 256).unwrap()).collect(),
        // A TLS record, as far as it goes.
        2 => vec![22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3],
        3 => format!("GET {MAPS} HTT").into_bytes(),
        4 => format!("POST {MAPS} HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n{{").into_bytes(),
        5 => format!("GET {MAPS} HTTP/1.1\r\nx: {}", "y".repeat(200_000)).into_bytes(),
        6 => format!("POST {MAPS} HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n")
            .into_bytes(),
        7 => watch.into_bytes(),
        // Answers that nobody reads.
        _ => "GET /api/v1 HTTP/1.1\r\nhost: x\r\n\r\n".repeat(500).into_bytes(),
    }
}

#[test]
fn two_hundred_bad_clients_keep_nobody_from_being_served() {
    for options in [Options::default(), Options::default().plain()] {
        let listener = start_open(&options);
        let mut held = Vec::new();
        for index in 0..200 {
            let mut socket = TcpStream::connect(("127.0.0.1", listener.port())).unwrap();
            // Whoever is refused in the middle of what it sends gets an error, which is its own affair.
            let _ = socket.write_all(&bad(index));
            // Half of them vanish; the others stall, and read nothing.
            if index / 9 % 2 == 0 {
                held.push(socket);
            }
        }
        let began = Instant::now();
        for round in 0..20 {
            let name = format!("good-{round}");
            if listener.authority().is_some() {
                let mount = tempfile::tempdir().unwrap();
                client(&listener, &mount).run(maps().create(&map(&name))).unwrap();
            } else {
                let made = raw(&listener, &format!("POST {MAPS}"), map(&name).to_string().as_bytes());
                assert_eq!(made.0, 201, "{options:?} {}", made.1);
            }
        }
        assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
        assert!(held.len() > 90);
        let made = listener.with(|sandbox| sandbox.get("v1", "ConfigMap", "default", "good-19").is_some());
        assert!(made);
    }
}

/// A fault reaches clients of sockets too: what comes before a connection is lost comes, and its loss is no end.
#[test]
fn connections_are_lost_on_purpose() {
    let (listener, mount) = (start(&Options::default()), tempfile::tempdir().unwrap());
    let client = client(&listener, &mount);
    client.run(maps().create(&map("a"))).unwrap();
    let fail = |fault| listener.with(|sandbox| sandbox.fail(fault));
    fail(Fault::cut_after(10).verb(Verb::Get).times(1));
    fail(Fault::answer_lost().verb(Verb::Create).times(1));
    // A read is tried again; a write may have been done.
    assert_eq!(client.run(maps().get("a")).unwrap().name(), "a");
    let error = client.run(maps().create(&map("b"))).unwrap_err();
    assert!(matches!(error, Error::Transport { .. }), "{error:?}");
    assert!(client.run(maps().get("b")).is_ok());
    fail(Fault::cut_after(1).verb(Verb::Watch).times(1));
    let mut watch = client.watch(maps().watch()).unwrap();
    assert!(watch.next().unwrap().is_ok());
    let lost = watch.next().unwrap().unwrap_err();
    assert!(matches!(lost, Error::Transport { .. }), "{lost:?}");
}

#[test]
fn there_are_no_more_connections_than_there_may_be() {
    let listener = start_open(&Options::default().plain().connections(3));
    let connect = || TcpStream::connect(("127.0.0.1", listener.port())).unwrap();
    let ask = |mut socket: &TcpStream| {
        let mut line = String::new();
        let sent = socket.write_all(b"GET /version HTTP/1.1\r\nhost: x\r\n\r\n");
        // Whoever is refused sees the end, or that the other side has hung up.
        let read = sent.and_then(|()| BufReader::new(socket).read_line(&mut line));
        read.is_ok() && line.starts_with("HTTP/1.1 200")
    };
    let mut held: Vec<_> = (0..3).map(|_| connect()).collect();
    assert!(held.iter().all(ask));
    for _ in 0..20 {
        assert!(!ask(&connect()));
    }
    // They are still served, and the place of one that goes is free.
    assert!(held.iter().all(ask));
    held.pop();
    let began = Instant::now();
    while !ask(&connect()) {
        assert!(began.elapsed() < Duration::from_secs(5), "the place is not given back");
        std::thread::sleep(Duration::from_millis(5));
    }
}
