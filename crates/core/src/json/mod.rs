//! The one reader and the one writer of JSON that the machinery uses.
//!
//! Kubernetes' answers are large and mostly not looked at, so nothing here builds a tree: values are found and handed
//! out as slices of the bytes they came in. Callers' own types go through serde, at the Rust edge, from those slices.
//! (A serde path for these few reads would more than double the WebAssembly file.)

#[cfg(feature = "simd")]
mod blocks;
mod bytewise;
mod key;
mod list;
mod reader;
mod skip;
mod writer;

pub(crate) use key::{Key, managed_fields, without};
pub(crate) use list::{ListError, ListParts};
pub(crate) use reader::string;
pub(crate) use reader::{Elements, find, number, text};
pub(crate) use skip::end;
pub(crate) use writer::push_string;
