//! Machines that are told likely things, in any order.

use bytes::Bytes;
use proptest::prelude::*;

use crate::checks::machines::{Step, check_steps};

const PIECES: [&str; 17] = [
    "",
    "{",
    "}",
    "\n",
    "{\"type\":\"ADDED\",\"object\":{\"metadata\":{\"name\":\"a\",\"namespace\":\"n\",\"uid\":\"u\",\"resourceVersion\":\"5\"}}}\n",
    "{\"type\":\"MODIFIED\",\"object\":{\"metadata\":{\"name\":\"a\",\"namespace\":\"n\",\"uid\":\"v\",\"resourceVersion\":\"x\"}}}\n",
    "{\"type\":\"DELETED\",\"object\":{\"metadata\":{\"name\":\"a\",\"namespace\":\"n\"}}}\n",
    "{\"type\":\"BOOKMARK\",\"object\":{\"metadata\":{\"resourceVersion\":\"7\",\"annotations\":{\"k8s.io/initial-events-end\":\"true\"}}}}\n",
    "{\"type\":\"BOOKMARK\",\"object\":{}}\n",
    "{\"type\":\"NEWS\",\"object\":{\"metadata\":null}}\n",
    "{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\",\"status\":\"Failure\",\"code\":410}}\n",
    "{\"kind\":\"PodList\",\"metadata\":{\"resourceVersion\":\"3\",\"continue\":\"more\"},\"items\":[{\"metadata\":{\"name\":\"b\"}}]}",
    "{\"kind\":\"PodList\",\"metadata\":{},\"items\":null}",
    "{\"metadata\":{\"resourceVersion\":\"2\"},\"spec\":{\"holderIdentity\":\"you\",\"leaseDurationSeconds\":18446744073709551615,\"leaseTransitions\":-3}}",
    "2026-01-02T03:04:05.678901234Z a line\nand",
    "\u{0}\u{7f}é",
    "\0\0\0\x1b\x0a\x05ADDED\x12\x12\x0a\x10k8s\0\x0a\x02\x12\0\x12\x06\x0a\x04\x0a\x02ab",
];

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let later = prop_oneof![Just(0), 1..5_000u64, Just(u64::MAX / 4)];
    let step = (0..6u32, 0..10u8, 0..PIECES.len(), later).prop_map(|(id, what, piece, later)| {
        let piece = Bytes::from_static(PIECES[piece].as_bytes());
        Step { id, what, piece, later }
    });
    prop::collection::vec(step, 0..60)
}

proptest! {
    #![proptest_config(crate::config(1_000))]

    #[test]
    fn nothing_that_is_told_makes_a_machine_panic_or_run_on(steps in steps()) {
        check_steps(&steps);
    }
}
