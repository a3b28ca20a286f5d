//! Resource quotas: what is used of them.
//!
//! Source: `pkg/controller/resourcequota`.

use serde_json::Value;

use super::hands::Hands;
use crate::object::{meta, put};

/// Something in a namespace changed, or is gone: its quotas are reckoned anew.
pub(super) fn changed(hands: &mut Hands<'_>, namespace: &str) {
    if namespace.is_empty() {
        return;
    }
    for quota in hands.list("", "resourcequotas", namespace) {
        if meta(&quota, "deletionTimestamp").is_empty() {
            let mut object = Value::clone(&quota);
            put(&mut object, "status", hands.quota_status(&quota));
            hands.keep("", "resourcequotas", object);
        }
    }
}
