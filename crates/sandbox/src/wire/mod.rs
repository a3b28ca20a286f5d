//! HTTP: what a request asks for, and how an answer is written.

mod encode;
mod negotiate;
mod path;
mod query;
mod status;

pub(crate) use encode::{encode, list_bytes, object_bytes};
pub(crate) use negotiate::{Accepts, Can, Encoding, Form, Shape, negotiate, of_refusals};
pub(crate) use path::{Place, Route, route};
pub(crate) use query::{Query, parse_int as is_int, parse_uint, unescape};
pub(crate) use status::{Problem, Refusal};
