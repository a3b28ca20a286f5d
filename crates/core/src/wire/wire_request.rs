//! A formed request.

use alloc::borrow::Cow;
use core::fmt;

use bytes::Bytes;

use crate::prelude::*;

/// One formed HTTP request, as plain as a host can send it. At the Rust edge it becomes an [`http::Request`].
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Wire {
    /// `GET`, `POST`, `PUT`, `PATCH` or `DELETE`.
    pub method: &'static str,
    /// The whole URL.
    pub url: String,
    /// Names in lower case, and values. `authorization` is a secret.
    pub headers: Vec<(Cow<'static, str>, String)>,
    /// The body; empty where there is none.
    pub body: Bytes,
}

pub(crate) fn is_secret(name: &str) -> bool {
    name == "authorization"
}

/// Prints no credential, no query and no body.
impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (url, _) = self.url.split_once('?').unwrap_or((&self.url, ""));
        write!(f, "{} {url}", self.method)?;
        for (name, value) in &self.headers {
            write!(f, ", {name}: {}", if is_secret(name) { "(secret)" } else { value })?;
        }
        write!(f, ", {} bytes", self.body.len())
    }
}
