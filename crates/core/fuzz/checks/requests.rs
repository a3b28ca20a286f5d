//! Requests to the sandbox, one after the other: whatever comes, there is an answer that is well formed, and no panic.

use std::task::Poll;

use bytes::Bytes;
use http::Request;
use kubewire::Now;
use kubewire_sandbox::{Life, Reply, Sandbox};

const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];
const TYPES: [&str; 5] = [
    "application/json",
    "application/merge-patch+json",
    "application/json-patch+json",
    "application/strategic-merge-patch+json",
    "application/apply-patch+yaml",
];

const PROTOBUF: &str = "application/vnd.kubernetes.protobuf";

/// A line a request: digits for method and content type, the target up to a space, the body. The type `p` is protobuf, in whose body a carriage return
/// stands for the end of a line.
pub fn check(data: &[u8]) {
    let Ok(mut sandbox) = Sandbox::builder().rbac(false).life(Life::all()).build() else {
        panic!("an empty sandbox can be made");
    };
    let mut now = Now { mono: 0, wall: 1_767_225_600_000 };
    for line in data.split(|&byte| byte == b'\n').take(50) {
        let [method, kind, rest @ ..] = line else { continue };
        let end = rest.iter().position(|&byte| byte == b' ').unwrap_or(rest.len());
        let (target, body) = (&rest[..end], rest.get(end + 1..).unwrap_or_default());
        let mut body = body.to_vec();
        let mut media = TYPES[usize::from(*kind) % TYPES.len()];
        if *kind == b'p' {
            media = PROTOBUF;
            body.iter_mut().filter(|byte| **byte == b'\r').for_each(|byte| *byte = b'\n');
        }
        let request = Request::builder()
            .method(METHODS[usize::from(*method) % METHODS.len()])
            .uri(target)
            .header("content-type", media)
            .header("user-agent", "fuzz/1.0");
        let Ok(request) = request.body(Bytes::from(body)) else { continue };
        now.mono += 700;
        now.wall += 700;
        let before = sandbox.revision();
        let mut reply = sandbox.handle(now, request);
        while let Reply::Parked(parked) = reply {
            now.mono = now.mono.max(parked.timeout());
            reply = sandbox.resume(now, parked);
        }
        assert!(sandbox.revision() >= before);
        match reply {
            Reply::Whole(answer) => {
                let json = answer.headers()["content-type"] == "application/json";
                assert!(!json || serde_json::from_slice::<serde_json::Value>(answer.body()).is_ok());
            }
            Reply::Watch(answer) => {
                let mut watch = answer.into_body();
                for _ in 0..100 {
                    match sandbox.poll(&mut watch, now) {
                        Poll::Ready(Some(line)) => {
                            assert!(serde_json::from_slice::<serde_json::Value>(&line).is_ok());
                        }
                        Poll::Ready(None) => break,
                        Poll::Pending => now.mono = now.mono.max(watch.timeout()),
                    }
                }
            }
            other => panic!("no fault was asked for: {other:?}"),
        }
    }
}
