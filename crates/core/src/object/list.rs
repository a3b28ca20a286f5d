//! A list, split into its objects.

use alloc::borrow::Cow;
use alloc::sync::Arc;

use bytes::Bytes;

use super::RawObject;
use crate::error::DecodeError;
use crate::json::{self, ListError, ListParts};
use crate::prelude::*;
#[cfg(feature = "std")]
use crate::protobuf;

/// A list's objects as slices of it, and what it says of itself.
pub(crate) struct RawList {
    pub(crate) items: Vec<RawObject>,
    pub(crate) resource_version: String,
    /// Empty at the end.
    pub(crate) continue_token: String,
    #[cfg(feature = "std")]
    pub(crate) remaining: Option<u64>,
}

impl RawList {
    /// Splits a list, in JSON or, of metadata, in protobuf.
    pub(crate) fn read(body: &Bytes) -> Result<Self, DecodeError> {
        #[cfg(feature = "std")]
        if protobuf::is_message(body) {
            return Self::read_message(body);
        }
        let parts = ListParts::read(body).map_err(refusal)?;
        let text = |value| json::string(value).map(Cow::into_owned).unwrap_or_default();
        let kind = text(parts.other("kind"));
        let Some(kind) = kind.strip_suffix("List") else {
            return Err(DecodeError::new("kind", "this is no list"));
        };
        let kind = Arc::new((text(parts.other("apiVersion")), kind.to_owned()));
        let metadata = parts.other("metadata");
        let own = |name| json::text(metadata, &[name]).map(Cow::into_owned).unwrap_or_default();
        let items = parts.items.iter();
        let item = |(range, key): &(core::ops::Range<usize>, _)| {
            RawObject::item(body.slice(range.clone()), *key, &kind)
        };
        Ok(Self {
            items: items.map(item).collect(),
            resource_version: own("resourceVersion"),
            continue_token: own("continue"),
            #[cfg(feature = "std")]
            remaining: json::number(metadata, &["remainingItemCount"]),
        })
    }
}

#[cfg(feature = "std")]
impl RawList {
    fn read_message(body: &Bytes) -> Result<Self, DecodeError> {
        let list = protobuf::ListMessage::read(body).ok_or_else(|| protobuf::broken("."))?;
        let item = |(index, item): (usize, &&[u8])| {
            let metadata = protobuf::messages(item, 1).next().unwrap_or_default();
            RawObject::object_meta(body, metadata)
                .ok_or_else(|| protobuf::broken(alloc::format!("items[{index}]")))
        };
        Ok(Self {
            items: list.items.iter().enumerate().map(item).collect::<Result<_, _>>()?,
            resource_version: list.resource_version.to_owned(),
            continue_token: list.continue_token.to_owned(),
            remaining: Some(list.remaining).filter(|remaining| *remaining > 0),
        })
    }
}

fn refusal(error: ListError) -> DecodeError {
    let (path, reason) = match error {
        ListError::NoObject => (".", "this is no JSON object"),
        ListError::Broken => (".", "the answer is cut off"),
        ListError::Behind => (".", "data after the value"),
        ListError::NoArray => ("items", "invalid type, expected a list"),
        ListError::Items => ("items", "this is no JSON"),
    };
    DecodeError::new(path, reason)
}
