//! Splits a list in one pass, without decoding its items.

use core::ops::Range;

use super::key::Key;
use super::reader::{Elements, is_key};
use super::skip::{skip, skip_string, space};
use crate::prelude::*;

/// The parts of a list, as places in its bytes. The first of equal members counts.
///
/// Commas between items and all ends are checked. What an item holds (literals, escapes, UTF-8, which bracket closes which) is not judged.
#[derive(Debug, Default)]
pub(crate) struct ListParts<'a> {
    /// The items, and the key of each in which nothing is odd.
    pub(crate) items: Vec<(Range<usize>, Option<Key>)>,
    /// Everything else, by name: `kind`, `apiVersion`, `metadata`, wherever it stands.
    others: Vec<(&'a [u8], &'a [u8])>,
}

/// Why the bytes are no list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ListError {
    /// It is no object.
    NoObject,
    /// It ends early, or its own members are no JSON.
    Broken,
    /// Something stands behind it.
    Behind,
    /// `items` is something else than an array or `null`.
    NoArray,
    /// The items are not divided by commas, or one is no value.
    Items,
}

impl<'a> ListParts<'a> {
    /// Splits the list in `bytes`.
    pub(crate) fn read(bytes: &'a [u8]) -> Result<Self, ListError> {
        let mut list = Self::default();
        let mut seen = false;
        let mut at = space(bytes, 0);
        if bytes.get(at) != Some(&b'{') {
            return Err(if Elements::open(bytes).is_some() {
                ListError::Broken
            } else {
                ListError::NoObject
            });
        }
        at = space(bytes, at + 1);
        let mut first = true;
        while bytes.get(at) != Some(&b'}') {
            if !first {
                if bytes.get(at) != Some(&b',') {
                    return Err(ListError::Broken);
                }
                at = space(bytes, at + 1);
            }
            first = false;
            let end = skip_string(bytes, at).ok_or(ListError::Broken)?;
            let name = bytes.get(at + 1..end - 1).ok_or(ListError::Broken)?;
            at = space(bytes, end);
            if bytes.get(at) != Some(&b':') {
                return Err(ListError::Broken);
            }
            at = space(bytes, at + 1);
            if !seen && is_key(name, "items") {
                seen = true;
                at = list.items(bytes, at)?;
            } else {
                let end = skip(bytes, at).ok_or(ListError::Broken)?;
                list.others.push((name, bytes.get(at..end).ok_or(ListError::Broken)?));
                at = end;
            }
            at = space(bytes, at);
        }
        if space(bytes, at + 1) != bytes.len() {
            return Err(ListError::Behind);
        }
        Ok(list)
    }

    /// Splits the items that start at `at`, and says where they end.
    fn items(&mut self, bytes: &[u8], at: usize) -> Result<usize, ListError> {
        if bytes.get(at) != Some(&b'[') {
            let end = skip(bytes, at).ok_or(ListError::Broken)?;
            // `items: null` is an empty list in the wild.
            return if bytes.get(at..end) == Some(b"null") { Ok(end) } else { Err(ListError::NoArray) };
        }
        let mut at = space(bytes, at + 1);
        if bytes.get(at) == Some(&b']') {
            return Ok(at + 1);
        }
        loop {
            // What begins as a value and has no end is cut off.
            let no_value = matches!(bytes.get(at), Some(b',' | b':' | b'}' | b']'));
            let cut = if no_value { ListError::Items } else { ListError::Broken };
            let (end, key) = Key::pass(bytes, at).ok_or(cut)?;
            self.items.push((at..end, key));
            at = space(bytes, end);
            match bytes.get(at) {
                Some(b',') => at = space(bytes, at + 1),
                Some(b']') => return Ok(at + 1),
                None => return Err(ListError::Broken),
                Some(_) => return Err(ListError::Items),
            }
        }
    }

    /// One of the list's own members; empty where it lacks it.
    pub(crate) fn other(&self, name: &str) -> &'a [u8] {
        self.others.iter().find(|(key, _)| is_key(key, name)).map_or(&[], |(_, value)| value)
    }
}
