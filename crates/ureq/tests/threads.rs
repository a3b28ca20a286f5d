//! Conversations whose answers are read in threads, against a server of a few words.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use kubewire::Config;
use kubewire::machine::{Candidate, ElectionEvent};
use kubewire_ureq::Client;

/// Takes a request and answers it; gives its method.
fn serve(listener: &TcpListener, status: &str, body: &str) -> String {
    let (socket, _) = listener.accept().unwrap();
    let (mut reader, mut first, mut length) = (BufReader::new(&socket), String::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if line.trim().is_empty() {
            break;
        }
        if first.is_empty() {
            first = line;
        }
    }
    reader.read_exact(&mut vec![0; length]).unwrap();
    let head = format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
    (&socket).write_all((head + body).as_bytes()).unwrap();
    first.split(' ').next().unwrap().to_owned()
}

#[test]
fn an_election_hears_its_answers_to_their_end_and_is_stopped_from_another_thread() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let config = Config::server(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    let client = Client::new(config.allow_plain_http()).unwrap();
    let (sender, seen) = channel();
    thread::spawn(move || {
        let lease = r#"{"metadata":{"name":"lock","resourceVersion":"1"},"spec":{"holderIdentity":"one","leaseDurationSeconds":15}}"#;
        let answers = [("404 Not Found", "{}"), ("201 Created", lease), ("200 OK", lease), ("200 OK", lease)];
        for (status, body) in answers {
            sender.send(serve(&listener, status, body)).unwrap();
        }
    });
    let candidate = Candidate::new("shop", "lock", "one").retry_period(Duration::from_secs(5));
    let mut election = client.elect(&candidate).unwrap();
    let leading = election.next().unwrap().unwrap();
    assert!(matches!(leading, ElectionEvent::Leading { .. }), "{leading:?}");
    assert!(election.is_leader() && election.leading_until().is_some());
    // Read, and given back, which is waited for.
    election.stop();
    assert_eq!(seen.iter().collect::<Vec<_>>(), ["GET", "POST", "GET", "PUT"]);
}
