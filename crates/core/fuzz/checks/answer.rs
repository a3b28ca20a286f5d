//! Whatever an answer holds, reading it ends in a value or an error, and an error does not repeat it.

use bytes::Bytes;
use kubewire::{
    Answered, Body, Builtin, Deleted, EventType, Head, List, Object, Operation, Raw, RawMetadata, Status,
    WatchEvent, get_path,
};

/// The first two bytes choose the status, a line the header, and the rest is the body.
pub fn check(data: &[u8]) {
    let (code, rest) = data.split_at(data.len().min(2));
    let code = code.iter().fold(0u16, |code, byte| (code << 8) | u16::from(*byte));
    let (header, body) = match rest.iter().position(|byte| *byte == b'\n') {
        Some(at) => (&rest[..at], &rest[at + 1..]),
        None => (&[][..], rest),
    };
    let body = Bytes::copy_from_slice(body);
    check_head(header);
    check_body(code % 500 + 100, &body);
}

fn check_head(header: &[u8]) {
    for name in ["warning", "Retry-After", "x"] {
        let mut head = Head::new(200);
        head.header(name, header);
        let forged = head.warnings.iter().any(|warning| warning.contains(char::is_control));
        assert!(!forged, "a warning is one line: {head:?}");
    }
}

/// Every decoder, with an answer of this code and body.
pub fn check_body(code: u16, body: &Bytes) {
    let list: Operation = serde_json::from_str(r#"{"verb":"list","resource":"secrets"}"#).unwrap();
    let list = list.call(&Builtin).unwrap();
    let response = || http::Response::builder().status(code).body(body.clone()).unwrap();
    if let Ok(list) = list.clone().answering::<List<Raw<Object>>>().decode(response()) {
        for item in &list {
            check_raw(item);
        }
    }
    if let Ok(typed) = list.clone().answering::<List<Object>>().decode(response()) {
        let raw = list.clone().answering::<List<Raw<Object>>>().decode(response()).unwrap();
        assert_eq!(typed.items.len(), raw.items.len());
        assert_eq!(typed.continue_token, raw.continue_token);
    }
    if let Ok(light) = list.clone().answering::<List<RawMetadata>>().decode(response()) {
        for item in &light {
            let key = [Some(item.name()), item.namespace(), item.uid(), item.resource_version()];
            drop((key, item.get()));
        }
    }
    drop(list.clone().answering::<Answered<Object>>().decode(response()));
    drop(list.answering::<Deleted<Object>>().decode(response()));
    let text: Result<Body, _> = get_path("/metrics").unwrap().decode(response());
    if let Ok(text) = text {
        assert_eq!(text.bytes(), body);
        drop(text.text().map(str::len));
        drop(text.json::<Object>());
        assert!((200..=206).contains(&code), "a failure is an error");
    }
    check_raw(&Raw::<Object>::from_json(body.clone()));
    if let Some(status) = Status::from_json(body) {
        let written = status.to_json();
        assert_eq!(Status::from_json(written.as_bytes()).as_ref(), Some(&status), "{written}");
        serde_json::from_str::<serde_json::Value>(&written).expect("a Status is written as JSON");
        drop(status.to_string());
    }
}

fn check_raw(raw: &Raw<Object>) {
    let name = raw.name().into_owned();
    let shown = format!("{raw:?}");
    assert!(shown.len() < 200 + 2 * name.escape_debug().count() + raw.bytes().len());
    assert_eq!(raw.detach().name(), name);
    let parts = [raw.namespace(), raw.uid(), raw.resource_version(), raw.text(&["status", "phase"])];
    assert!(parts.iter().flatten().all(|part| part.len() <= raw.bytes().len()));
    if let Ok(object) = raw.get() {
        // Of equal keys ours takes the first and serde's map may take another, so only what is said once is compared.
        let value: serde_json::Value = serde_json::from_slice(&raw.json()).expect("what decodes is JSON");
        assert!(value.is_object());
        if object.metadata.name.is_some() {
            assert_eq!(object.name(), name);
        }
    }
}

/// An event of each type around these bytes.
pub fn check_event(event: &kubewire::RawEvent) {
    let decoded = event.decode::<Object>();
    let bookmark = matches!(decoded, Ok(WatchEvent::Bookmark { .. }));
    assert_eq!(bookmark, event.event_type() == EventType::Bookmark);
    assert!(!format!("{event:?}").is_empty());
}
