//! Quantities: the canonical forms here are those that the API server writes, and what it does not read is refused here.

use kubewire::{Builtin, Operation, Quantity};
use kubewire_conformance::World;
use serde_json::{Value, json};

const CANONICAL: &[&str] = &[
    "0", "1000m", ".5", "0.25", "1100", "12000", "1024Ki", "1.5Gi", "0.5Ki", "0.1Ki", "1025Mi", "2048",
    "1e3", "123e4", "1e-3", "10E", "999E", "8Ei", "7Ei",
];
/// The server leaves these as they were written.
const KEPT: &[&str] =
    &["+5", "1.", "1E3", "9223372036854775808", "99999999999999999999999999999999999999999999"];
/// A quota counts nothing finer than thousandths.
const ROUNDED: &[&str] = &["0.1n", "1.00000000001", "0.0001Ki"];
const REFUSED: &[&str] = &["1 Gi", "1.2.3", "1ki", "1KiB", "1e", "1e+", "--1", "0x1", "é", "1é"];

#[test]
fn canonical_forms_are_the_servers() {
    let world = World::new("quantities");
    let written = |text: &str| {
        let answer = quota(&world, text).unwrap();
        answer["spec"]["hard"]["requests.cpu"].as_str().unwrap().to_owned()
    };
    for text in CANONICAL {
        assert_eq!(written(text), text.parse::<Quantity>().unwrap().to_string(), "{text}");
    }
    for text in KEPT {
        assert_eq!(written(text), *text);
        text.parse::<Quantity>().unwrap();
    }
    for text in ROUNDED {
        let milli = text.parse::<Quantity>().unwrap().milli_value().unwrap();
        assert_eq!(written(text), format!("{milli}m"), "{text}");
    }
    for text in REFUSED {
        assert!(text.parse::<Quantity>().is_err(), "{text}");
        let error = quota(&world, text).unwrap_err();
        assert_eq!(error.status().map(|status| status.code), Some(400), "{text}: {error}");
    }
}

fn quota(world: &World, amount: &str) -> Result<Value, kubewire::Error> {
    let operation: Operation = serde_json::from_value(json!({
        "verb": "create", "resource": "resourcequotas", "namespace": world.namespace, "dryRun": true,
        "body": {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "q"}, "spec": {"hard": {"requests.cpu": amount}}},
    }))
    .unwrap();
    world.admin.run(operation.call(&Builtin)?)?.json()
}
