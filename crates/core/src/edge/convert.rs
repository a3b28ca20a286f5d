//! The types of the crate `http` and of `std::io` that hosts have in their hands.

use core::fmt::Display;
use core::time::Duration;
use std::io::{self, ErrorKind};
use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http::uri::PathAndQuery;

use crate::error::{Error, Failure, FailureKind, Sent};
use crate::prelude::*;
use crate::session::{Need, ReadError};
use crate::time::Now;
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

    /// The request as it stands on a connection to its server (RFC 9112, section 3.2.1: with the path alone, and a `Host`), and that server's name
    /// and port: for hosts that open connections themselves.
    ///
    /// # Errors
    /// A failure, should it not fit; sessions and drafts are checked so that it does.
    pub fn into_origin_request(self) -> Result<(http::Request<Bytes>, String, u16), Failure> {
        let unfit = |error: &dyn Display| Failure::unsent(FailureKind::Other, error);
        let mut request = self.into_request().map_err(|error| unfit(&error))?;
        let uri = core::mem::take(request.uri_mut());
        let authority = uri.authority().ok_or_else(|| unfit(&"the URL has no host"))?;
        let host = http::HeaderValue::from_str(authority.as_str()).map_err(|error| unfit(&error))?;
        request.headers_mut().insert(http::header::HOST, host);
        let target = uri.path_and_query().map_or("/", PathAndQuery::as_str);
        *request.uri_mut() = target.parse().map_err(|error| unfit(&error))?;
        let usual = if uri.scheme_str() == Some("http") { 80 } else { 443 };
        let name = authority.host().trim_matches(['[', ']']).to_owned();
        Ok((request, name, authority.port_u16().unwrap_or(usual)))
    }
}

impl Now {
    /// What a host's clocks say: the time since its epoch, and the time of day.
    #[must_use]
    pub fn of(mono: Duration, wall: SystemTime) -> Self {
        let milliseconds = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        let wall = wall.duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { mono: milliseconds(mono), wall: milliseconds(wall) }
    }
}

impl Need {
    /// The file that is needed: all that there is to be needed yet.
    #[must_use]
    pub fn path(&self) -> &str {
        let Self::File(path) = self;
        path
    }

    /// Gives what is needed, for hosts that only read files: `read` is [`std::fs::read`] or the like.
    ///
    /// # Errors
    /// Why the file could not be read.
    pub fn read_by(&self, read: impl FnOnce(&str) -> io::Result<Vec<u8>>) -> Result<Bytes, ReadError> {
        Ok(read(self.path())?.into())
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
    /// A failure of which not a byte left the host.
    #[must_use]
    pub fn unsent(kind: FailureKind, why: impl Display) -> Self {
        Self::new(kind, Sent::No, why.to_string())
    }

    /// What is wrong with the bundle of authorities that a host was told to trust.
    #[must_use]
    pub fn of_authority(error: impl Display) -> Self {
        Self::unsent(FailureKind::Untrusted, format_args!("ca.crt is broken: {error}"))
    }

    /// What an error means while a connection is opened: no request has left the host. An error that is not the system's own is the name look-up's.
    #[must_use]
    pub fn of_connect(error: &io::Error) -> Self {
        match error.raw_os_error() {
            None => Self::unsent(FailureKind::Refused, error),
            Some(_) => Self { sent: Sent::No, ..Self::of_io(error) },
        }
    }

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
