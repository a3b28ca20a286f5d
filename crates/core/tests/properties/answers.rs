//! Answers of any bytes, in any pieces.

use bytes::Bytes;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::checks::{answer, frames, mount};
use crate::config;

const LIST: &str = r#"{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"7","continue":"x"},"items":[
    {"metadata":{"name":"a\"\u00e9","namespace":"shop"},"spec":{"x":[1,{"y":"]}"}]}},{"metadata":null},{}]}"#;
const STATUS: &str = r#"{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"no","reason":"Invalid",
    "details":{"name":"a","causes":[{"reason":"r","message":"m","field":"f"}],"retryAfterSeconds":3},"code":422}"#;
const EVENTS: &str = "{\"type\":\"ADDED\",\"object\":{\"kind\":\"Pod\",\"metadata\":{\"name\":\"é€😀\\\"}{\"}}}\n\n\
    {\"type\":\"FUTURE\",\"object\":{}}{\"object\":{\"a\":[[]]},\"type\":\"BOOKMARK\"}\r\n{\n \"type\": \"ERROR\",\n \"object\": {\"kind\":\"Status\"}\n}\
    {\"type\":\"ADDED\"}{}\n";

/// A text in which some bytes are others, or that ends early.
fn broken(text: &'static str) -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![any::<u8>(), select(b"\"{}[],:\\ n0".to_vec())];
    let changes = prop::collection::vec((any::<Index>(), byte), 0..4);
    (changes, prop::option::of(any::<Index>())).prop_map(move |(changes, end)| {
        let mut bytes = text.as_bytes().to_vec();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        bytes.truncate(end.map_or(usize::MAX, |end| end.index(text.len())));
        bytes
    })
}

fn pieces<'a>(bytes: &'a [u8], cuts: &[Index]) -> Vec<&'a [u8]> {
    let mut cuts: Vec<usize> =
        cuts.iter().map(|cut| cut.index(bytes.len() + 1)).chain([0, bytes.len()]).collect();
    cuts.sort_unstable();
    cuts.windows(2).map(|cut| &bytes[cut[0]..cut[1]]).collect()
}

proptest! {
    #![proptest_config(config(3_000))]

    #[test]
    fn any_bytes_are_an_answer_or_an_error(code in 100u16..600, bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        answer::check_body(code, &Bytes::from(bytes));
    }

    #[test]
    fn broken_lists_are_lists_or_errors(bytes in broken(LIST)) {
        answer::check_body(200, &Bytes::from(bytes));
    }

    #[test]
    fn broken_statuses_are_errors(code in select(vec![200u16, 404, 500]), bytes in broken(STATUS)) {
        answer::check_body(code, &Bytes::from(bytes));
    }

    #[test]
    fn any_pieces_give_the_same_events(bytes in broken(EVENTS), cuts in prop::collection::vec(any::<Index>(), 0..12)) {
        frames::check_pieces(&pieces(&bytes, &cuts));
    }

    #[test]
    fn any_mount_is_a_session_or_an_error(bytes in broken("10.0.0.1\n443\nshop\nhttps://a.example:6443/k8s/x\neyJhbGciOi.hunter2hunter2.sig\n\0-----BEGIN CERTIFICATE-----\nTUlJ\n-----END CERTIFICATE-----\n")) {
        mount::check(&bytes);
    }
}
