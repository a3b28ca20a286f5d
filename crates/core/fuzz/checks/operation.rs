//! An operation is refused, or becomes a request that means the same.

use kubewire::{Builtin, Draft, Operation};

use super::request_info::{RequestInfo, pairs, read};

/// Any bytes as the JSON of an operation.
pub fn check(data: &[u8]) {
    let Ok(operation) = serde_json::from_slice::<Operation>(data) else { return };
    check_operation(&operation);
}

/// The operation is refused, or its request says what it says, and its JSON says it again.
pub fn check_operation(operation: &Operation) {
    let json = serde_json::to_string(operation).expect("an operation is written as JSON");
    let again: Operation = serde_json::from_str(&json).expect("and read again");
    assert_eq!(comparable(&again), comparable(operation), "{json}");
    match operation.draft(&Builtin) {
        Ok(draft) => {
            check_draft(&draft);
            let again = again.draft(&Builtin).expect("what was read again is as good");
            assert_eq!(again.target(), draft.target());
            assert_eq!(again.attributes(), draft.attributes());
        }
        Err(error) => {
            let text = error.to_string();
            assert!(!text.contains(char::is_control), "an error is one line: {text:?}");
        }
    }
}

/// A body's members have no order, and some numbers several spellings.
fn comparable(operation: &Operation) -> serde_json::Value {
    serde_json::to_value(operation).unwrap()
}

fn check_draft(draft: &Draft) {
    let target = draft.target();
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~%:@/?=&+".contains(&byte);
    assert!(target.bytes().all(allowed), "{target}");
    assert!(target.starts_with('/') && !target.starts_with("//"), "{target}");
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    assert!(!path.split('/').any(|part| matches!(part, "." | "..")), "{target}");
    let sorted = pairs(query);
    assert!(sorted.is_sorted_by_key(|(key, _)| key.clone()), "{target}");
    if let Some(info) = read(draft.method(), target) {
        assert_eq!(info, RequestInfo::from(draft.attributes()), "{target}");
    }
    if draft.content_type().ends_with("json") && draft.method() == "DELETE" {
        serde_json::from_slice::<serde_json::Value>(draft.body()).expect("options are JSON");
        assert!(
            sorted.iter().all(|(key, _)| key != "dryRun"),
            "beside a body the API server does not look at it"
        );
    }
    assert!(!draft.summary().contains(char::is_control));
}
