//! Operations are refused, or mean on the wire what they say.

use kubewire::{Builtin, Operation};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::checks::operation::{check, check_operation};
use crate::config;
use crate::strategies::operation;

proptest! {
    #![proptest_config(config(10_000))]

    #[test]
    fn any_operation_is_refused_or_reads_back_as_itself(operation in operation()) {
        check_operation(&operation);
    }
}

proptest! {
    #![proptest_config(config(2_000))]

    #[test]
    fn any_bytes_are_refused_or_an_operation(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        check(&bytes);
    }

    #[test]
    fn broken_operations_are_refused_or_operations(operation in operation(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut json = serde_json::to_vec(&operation).unwrap();
        let at = at.index(json.len());
        json[at] = byte;
        check(&json);
        json.truncate(at);
        prop_assert!(serde_json::from_slice::<Operation>(&json).is_err());
    }
}

/// Were nearly all of them refused, the property above would say little.
#[test]
fn enough_operations_are_formed() {
    let mut runner = TestRunner::new(config(1));
    let formed = (0..2_000)
        .filter(|_| operation().new_tree(&mut runner).unwrap().current().draft(&Builtin).is_ok())
        .count();
    assert!(formed > 200, "only {formed} of 2000 operations are formed");
}
