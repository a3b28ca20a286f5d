//! A watch's bytes, as a server sends them and as they come in.

use bytes::Bytes;
use k8s_openapi::api::core::v1::Pod;
use kube::core::WatchEvent;
use kubewire::machine::{InitialList, Input, Machine, Output, Watcher, WatcherEvent};
use kubewire::{Api, Head, Now};

/// What a socket gives at once.
const PIECE: usize = 64 * 1024;

/// A streaming list of these objects, in the pieces in which it comes.
pub fn stream(list: &Bytes) -> Vec<Bytes> {
    let call = Api::<Pod>::all().list().raw_items().call().expect("a call");
    let items = call.decode(http::Response::new(list.clone())).expect("a list").items;
    let mut text = Vec::with_capacity(list.len() + items.len() * 40);
    for item in &items {
        text.extend_from_slice(b"{\"type\":\"ADDED\",\"object\":");
        text.extend_from_slice(&item.bytes());
        text.extend_from_slice(b"}\n");
    }
    text.extend_from_slice(br#"{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"9","annotations":{"k8s.io/initial-events-end":"true"}}}}"#);
    let text = Bytes::from(text);
    (0..text.len()).step_by(PIECE).map(|at| text.slice(at..text.len().min(at + PIECE))).collect()
}

/// What kube does with it: lines, and each into its typed event.
pub fn kubes(pieces: &[Bytes]) -> usize {
    let mut carry: Vec<u8> = Vec::new();
    let mut count = 0;
    for piece in pieces {
        carry.extend_from_slice(piece);
        let mut from = 0;
        while let Some(end) = memchr::memchr(b'\n', &carry[from..]) {
            let event: WatchEvent<Pod> = serde_json::from_slice(&carry[from..from + end]).expect("an event");
            if let WatchEvent::Added(pod) = event {
                count += pod.metadata.name.map_or(0, |name| name.len());
            }
            from += end + 1;
        }
        carry.drain(..from);
    }
    count
}

/// What our watcher does with it: every event, its type, its object as bytes, its key.
pub fn ours(pieces: &[Bytes]) -> usize {
    let call = Api::<Pod>::all().list().call().expect("a call");
    let mut watcher = Watcher::new(call.draft(), InitialList::Streaming, 1);
    let now = Now { mono: 1, wall: 1 };
    let mut count = 0;
    let mut drain = |watcher: &mut Watcher| {
        let mut id = None;
        while let Some(output) = watcher.poll() {
            match output {
                Output::Start(exchange) => id = Some(exchange.id),
                Output::Event(Ok(WatcherEvent::InitApply(pod))) => {
                    count += pod.name().len();
                    assert!(pod.resource_version().is_some());
                }
                Output::Event(Err(error)) => panic!("{error}"),
                _ => {}
            }
        }
        id
    };
    let id = drain(&mut watcher).expect("it asks");
    watcher.handle(now, Input::Opened(id, Head::new(200)));
    for piece in pieces {
        watcher.handle(now, Input::Data(id, piece.clone()));
        drain(&mut watcher);
    }
    count
}
