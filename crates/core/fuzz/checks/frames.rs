//! However a watch's body is cut into pieces, the events are the same.

use bytes::Bytes;
use kubewire::machine::{Id, InitialList, Input, Machine, Output, WatchStream, Watcher};
use kubewire::{
    Act, Api, Builtin, Catalog, Config, Driver, Error, Head, Heard, Now, Object, Operation, RawObject, Task,
};

use super::answer::check_event;

/// The first byte says how many cuts follow, a byte each; the rest is the body.
pub fn check(data: &[u8]) {
    let Some((count, rest)) = data.split_first() else { return };
    let (cuts, body) = rest.split_at(rest.len().min(usize::from(count % 16)));
    let mut cuts: Vec<usize> =
        cuts.iter().map(|cut| usize::from(*cut) * (body.len() + 1) / 256).chain([0, body.len()]).collect();
    cuts.sort_unstable();
    let pieces: Vec<&[u8]> = cuts.windows(2).map(|cut| &body[cut[0]..cut[1]]).collect();
    check_pieces(&pieces);
}

/// These pieces, the same in one, and byte by byte: all give the same events.
pub fn check_pieces(pieces: &[&[u8]]) {
    let whole = pieces.concat();
    for events in [events, metadata] {
        let wanted = events(&[&whole]);
        assert_eq!(events(pieces), wanted);
        if whole.len() < 4096 {
            assert_eq!(events(&whole.chunks(1).collect::<Vec<_>>()), wanted);
        }
    }
}

/// What a watcher of metadata, which may come as protobuf, tells of its first stream.
fn metadata(pieces: &[&[u8]]) -> Vec<String> {
    let now = Now { mono: 0, wall: 0 };
    let pods = Api::<Object>::dynamic(Builtin.find(None, "pods").unwrap());
    let call = pods.list().raw_metadata_items().call().unwrap();
    let mut watcher = Watcher::new(call.draft(), InitialList::Streaming, 1);
    watcher.handle(now, Input::Opened(Id(1), Head::new(200)));
    for piece in pieces {
        watcher.handle(now, Input::Data(Id(1), Bytes::copy_from_slice(piece)));
    }
    watcher.handle(now, Input::Closed(Id(1), Ok(())));
    let mut told = Vec::new();
    while let Some(output) = watcher.poll() {
        if let Output::Event(event) = output {
            let key =
                |object: RawObject| format!("{} {:?} {:?}", object.name(), object.namespace(), object.json());
            told.push(match event.map(|event| event.try_map(|object| Ok::<_, Error>(key(object)))) {
                Ok(event) => format!("{event:?}"),
                Err(error) => format!("{} {error}", error.stage()),
            });
        }
    }
    told
}

/// What a watch brings, as text: a type and an object, or an error.
fn events(pieces: &[&[u8]]) -> Vec<String> {
    let now = Now { mono: 0, wall: 0 };
    let watch: Operation = serde_json::from_str(r#"{"verb":"watch","resource":"pods"}"#).unwrap();
    let mut session = Config::server("https://a.example").unwrap().session().unwrap();
    let mut driver = Driver::new(WatchStream::new(&watch.draft(&Builtin).unwrap(), 1), 1);
    let mut events = Vec::new();
    let mut ended = false;
    driver.handle(&mut session, now, Heard::Time);
    while let Some(act) = driver.poll() {
        match act {
            Act::Do(Task::Request { wire, .. }) => {
                driver.handle(&mut session, now, Heard::Head(wire, Head::new(200)));
                for piece in pieces {
                    driver.handle(&mut session, now, Heard::Data(wire, Bytes::copy_from_slice(piece)));
                }
                driver.handle(&mut session, now, Heard::End(wire));
            }
            Act::Event(Ok(event)) => {
                assert!(!ended, "nothing comes behind an end");
                check_event(&event);
                let object = String::from_utf8_lossy(&event.object()).into_owned();
                events.push(format!("{} {object}", event.name()));
            }
            Act::Event(Err(error)) => {
                assert!(!ended, "nothing comes behind an end");
                // An object that does not fit is one event; a stream that cannot be split is the last.
                ended = !matches!(error, Error::Decode { .. });
                events.push(format!("{} {error}", error.stage()));
            }
            Act::Do(Task::Cancel(_)) => {}
            Act::Done => return events,
            other => panic!("{other:?}"),
        }
    }
    panic!("the watch does not end: {events:?}");
}
