//! A formed request.

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;

use crate::error::Error;

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

impl Wire {
    /// The request for hosts that know the crate `http`. `Authorization` is marked sensitive.
    ///
    /// # Errors
    /// [`Error::Protocol`], should a header not fit; sessions and drafts are checked so that it does.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        let mut request = http::Request::builder().method(self.method).uri(&self.url);
        for (name, value) in &self.headers {
            let Ok(mut value) = http::HeaderValue::from_str(value) else {
                let problem = ["the value of the header ", name, " cannot be sent"].concat();
                return Err(Error::Protocol { call: self.method.into(), problem });
            };
            value.set_sensitive(is_secret(name));
            request = request.header(&**name, value);
        }
        let problem =
            |error: http::Error| Error::Protocol { call: self.method.into(), problem: error.to_string() };
        request.body(self.body.clone()).map_err(problem)
    }
}

fn is_secret(name: &str) -> bool {
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
