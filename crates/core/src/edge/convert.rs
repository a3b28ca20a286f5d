//! The types of the crate `http` and of `std::io` that hosts have in their hands.

use std::io::{self, ErrorKind};

use bytes::Bytes;

use crate::error::{Error, Failure, FailureKind, Sent};
use crate::prelude::*;
use crate::session::ReadError;
use crate::wire::{Head, Wire, is_secret};

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

impl From<&http::response::Parts> for Head {
    fn from(parts: &http::response::Parts) -> Self {
        let mut head = Self::new(parts.status.as_u16());
        for (name, value) in &parts.headers {
            head.header(name.as_str(), value.as_bytes());
        }
        head
    }
}

impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            ErrorKind::NotFound => Self::NotFound,
            _ => Self::Other(error.to_string()),
        }
    }
}

impl Failure {
    /// What an error of a socket means. Not for TLS errors that come as IO errors: those know more.
    #[must_use]
    pub fn of_io(error: &io::Error) -> Self {
        let (kind, sent) = match error.kind() {
            ErrorKind::ConnectionRefused
            | ErrorKind::NotFound
            | ErrorKind::AddrNotAvailable
            | ErrorKind::HostUnreachable
            | ErrorKind::NetworkUnreachable => (FailureKind::Refused, Sent::No),
            ErrorKind::TimedOut | ErrorKind::WouldBlock => (FailureKind::TimedOut, Sent::Maybe),
            _ => (FailureKind::Reset, Sent::Maybe),
        };
        Self::new(kind, sent, error.to_string())
    }
}
