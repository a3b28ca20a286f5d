//! Resource quotas: what is used of them.
//!
//! Source: `pkg/controller/resourcequota`.

use serde_json::{Value, json};

use super::hands::Hands;
use crate::object::{Amounts, meta, put};

/// Something in a namespace changed, or is gone: its quotas are reckoned anew.
pub(super) fn changed(hands: &mut Hands<'_>, namespace: &str) {
    if namespace.is_empty() {
        return;
    }
    for quota in hands.list("", "resourcequotas", namespace) {
        let used = hands.reckon(&quota);
        let hard = Amounts::from(quota.pointer("/spec/hard"));
        let mut object = Value::clone(&quota);
        let status = if hard.0.is_empty() {
            json!({})
        } else {
            json!({"hard": Value::from(&hard), "used": Value::from(&used)})
        };
        put(&mut object, "status", status);
        if meta(&quota, "deletionTimestamp").is_empty() {
            hands.keep("", "resourcequotas", object);
        }
    }
}
