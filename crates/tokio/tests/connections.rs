//! Connections that are used again, against a server that says what it saw of them.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use kubewire::{Api, Builtin, Catalog, Config, Error, FailureKind, Object, Sent, WatchEvent, get_path};
use kubewire_tokio::Client;
use tokio::time::timeout;

/// What the server does with a connection's next request, once it has read it.
#[derive(Clone, Copy)]
enum Then {
    /// It answers, and keeps the connection.
    Keep,
    /// It answers as if it kept the connection, and closes it.
    Close,
    /// It closes it without an answer.
    Drop,
}

/// A server that does so with its connections, in their order: one list for each, one entry for a request. What it read is told.
fn server(connections: &'static [&'static [Then]]) -> (Client, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (sender, seen) = channel();
    thread::spawn(move || {
        for (number, plan) in connections.iter().enumerate() {
            let (socket, _) = listener.accept().unwrap();
            let sender = sender.clone();
            thread::spawn(move || serve(&socket, number, plan, &sender));
        }
    });
    let config = Config::server(&format!("http://{address}")).unwrap().allow_plain_http();
    (Client::new(config).unwrap(), seen)
}

fn serve(socket: &TcpStream, number: usize, plan: &[Then], seen: &Sender<String>) {
    let mut reader = BufReader::new(socket);
    for then in plan {
        let Some(line) = request(&mut reader) else { return };
        seen.send(format!("{number}: {line}")).unwrap();
        if matches!(then, Then::Drop) {
            return;
        }
        let body = r#"{"metadata":{"name":"one"}}"#;
        write!(&mut &*socket, "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len()).unwrap();
        if matches!(then, Then::Close) {
            return;
        }
    }
    // Kept until the client ends it.
    _ = reader.read(&mut [0]);
}

/// The first words of a request, which is read to its end.
fn request(reader: &mut impl BufRead) -> Option<String> {
    let (mut first, mut length) = (None, 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if line.trim().is_empty() {
            reader.read_exact(&mut vec![0; length]).ok()?;
            return first;
        }
        first.get_or_insert_with(|| line.split(' ').take(2).collect::<Vec<_>>().join(" "));
    }
}

fn nodes() -> Api<Object> {
    Api::dynamic(Builtin.find(None, "nodes").unwrap())
}

async fn get(client: &Client) {
    client.run(get_path("/version").unwrap()).await.unwrap();
}

async fn create(client: &Client) -> Result<Object, Error> {
    client.run(nodes().create(&serde_json::json!({"metadata": {"name": "one"}}))).await
}

fn all(seen: &Receiver<String>) -> Vec<String> {
    seen.try_iter().collect()
}

#[tokio::test]
async fn one_connection_serves_calls_that_come_one_after_the_other() {
    let (client, seen) = server(&[&[Then::Keep, Then::Keep, Then::Keep]]);
    get(&client).await;
    assert_eq!(create(&client).await.unwrap().name(), "one");
    get(&client).await;
    assert_eq!(all(&seen), ["0: GET /version", "0: POST /api/v1/nodes", "0: GET /version"]);
}

#[tokio::test]
async fn a_create_on_a_connection_that_the_server_closed_goes_over_another() {
    let (client, seen) = server(&[&[Then::Close], &[Then::Close], &[Then::Keep]]);
    get(&client).await;
    for _ in 0..2 {
        // Until the close is there: a create that is on its way before that may have been seen.
        tokio::time::sleep(Duration::from_millis(100)).await;
        create(&client).await.unwrap();
    }
    assert_eq!(all(&seen), ["0: GET /version", "1: POST /api/v1/nodes", "2: POST /api/v1/nodes"]);
}

#[tokio::test]
async fn a_create_that_the_server_may_have_seen_is_not_sent_again() {
    // On a connection that served before, and on a new one.
    let used: &[&[Then]] = &[&[Then::Keep, Then::Drop], &[Then::Keep]];
    let new: &[&[Then]] = &[&[Then::Drop], &[Then::Keep]];
    for (plan, before) in [(used, true), (new, false)] {
        let (client, seen) = server(plan);
        if before {
            get(&client).await;
        }
        let error = create(&client).await;
        let Err(Error::Transport { failure, .. }) = error else { panic!("{error:?}") };
        assert_eq!((failure.kind, failure.sent), (FailureKind::Reset, Sent::Maybe));
        assert_eq!(all(&seen).iter().filter(|line| line.contains("POST")).count(), 1);
    }
}

#[tokio::test]
async fn a_watch_that_nobody_reads_has_a_connection_to_itself() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let config = Config::server(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    let client = Client::new(config.allow_plain_http()).unwrap();
    thread::spawn(move || {
        for socket in listener.incoming().map(Result::unwrap) {
            thread::spawn(move || {
                let mut reader = BufReader::new(&socket);
                while let Some(line) = request(&mut reader) {
                    let body = r#"{"type":"ADDED","object":{"metadata":{"name":"one"}}}"#;
                    if line.contains("watch=") {
                        // Endless, and more than what sockets hold.
                        write!(&mut &socket, "HTTP/1.1 200 OK\r\n\r\n").unwrap();
                        while writeln!(&mut &socket, "{body}").is_ok() {}
                        return;
                    }
                    write!(&mut &socket, "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{{}}").unwrap();
                }
            });
        }
    });
    let mut watches: Vec<_> = (0..4).map(|_| client.watch(nodes().watch()).unwrap()).collect();
    for watch in &mut watches {
        assert!(matches!(watch.next().await, Some(Ok(WatchEvent::Added(_)))));
    }
    for _ in 0..20 {
        timeout(Duration::from_secs(5), get(&client)).await.expect("nothing waits for a watch");
    }
}
