//! Lists.

use super::{Fields, Value, number, open, text};
use crate::prelude::*;

/// The parts of a list. Nothing of an item is looked at.
pub(crate) struct ListMessage<'a> {
    pub(crate) resource_version: &'a str,
    pub(crate) continue_token: &'a str,
    pub(crate) remaining: u64,
    pub(crate) items: Vec<&'a [u8]>,
}

impl<'a> ListMessage<'a> {
    /// Splits the list in `bytes`; `None` where they are none, or end early.
    pub(crate) fn read(bytes: &'a [u8]) -> Option<Self> {
        let (_, message) = open(bytes).filter(|(kind, _)| kind.ends_with("List"))?;
        let mut list = Self {
            resource_version: "",
            continue_token: "",
            remaining: 0,
            items: Vec::with_capacity(message.len() / 4096),
        };
        let mut fields = Fields::of(message);
        for field in fields.by_ref() {
            match field {
                (1, Value::Bytes(metadata)) => {
                    list.resource_version = text(metadata, 2);
                    list.continue_token = text(metadata, 3);
                    list.remaining = number(metadata, 4);
                }
                (2, Value::Bytes(item)) => list.items.push(item),
                _ => {}
            }
        }
        fields.whole().then_some(list)
    }
}

/// Where a list goes on; empty at its end.
pub(crate) fn continue_token(bytes: &[u8]) -> &str {
    let metadata = open(bytes).and_then(|(_, list)| super::messages(list, 1).next());
    metadata.map_or("", |metadata| text(metadata, 3))
}
