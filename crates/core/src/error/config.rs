//! Sessions that cannot be set up.

use crate::prelude::*;
use crate::text::digits;

/// Why a [`Session`](crate::Session) cannot say where the API server is, or who we are.
///
/// The files are those of a [service account's mount](https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.text())]
#[non_exhaustive]
pub enum ConfigError {
    /// The environment names no API server.
    NotInCluster,
    /// One of the two environment variables is there, and the other is not.
    HalfEnvironment {
        /// The variable that is missing.
        missing: &'static str,
    },
    /// The server's address cannot stand in a URL.
    Address {
        /// What was given.
        address: String,
        /// What it should be like.
        why: &'static str,
    },
    /// The service account's token is not mounted.
    NoMount {
        /// The token file that was looked for.
        path: String,
    },
    /// A file is there and could not be read.
    Unreadable {
        /// The file.
        path: String,
        /// The host's words.
        why: String,
    },
    /// The token file holds nothing.
    EmptyToken {
        /// The file.
        path: String,
    },
    /// The token holds something that cannot stand in a header.
    BadToken {
        /// The file.
        path: String,
        /// The byte's position, from 0, after surrounding white space is cut.
        at: usize,
    },
    /// A token that was given, and not read from a file, cannot stand in a header.
    GivenToken,
    /// The authority's certificate is not mounted, and it was not said what to do then.
    NoCa {
        /// The file that was looked for.
        path: String,
    },
    /// The authority's certificate is not PEM.
    BrokenPem {
        /// The file.
        path: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The program's own name cannot stand in a header.
    UserAgent,
    /// Credentials would travel in the clear.
    PlainHttp {
        /// The token file.
        path: String,
        /// The server.
        server: String,
    },
}

impl ConfigError {
    pub(super) fn text(&self) -> String {
        match self {
            Self::NotInCluster => "not in a pod: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set; outside of one, name the server's address and a mount directory".into(),
            Self::HalfEnvironment { missing } => [
                "half of the pod's environment is missing: ",
                missing,
                " is not set; the kubelet sets both, so look for what unsets it",
            ]
            .concat(),
            Self::Address { address, why } => {
                ["the API server's address `", address, "` is refused: ", why].concat()
            }
            Self::NoMount { path } => [
                "no service account is mounted: ",
                path,
                " does not exist; if the pod or its service account says `automountServiceAccountToken: false`, set it to true or mount a projected token there",
            ]
            .concat(),
            Self::Unreadable { path, why } => [path, " could not be read: ", why].concat(),
            Self::EmptyToken { path } => [
                "the token file ",
                path,
                " is empty: the kubelet may not have written it yet, or its volume is not a service account token",
            ]
            .concat(),
            Self::BadToken { path, at } => [
                "the token in ",
                path,
                " cannot stand in a header: byte ",
                &digits(*at as u64),
                " is no printable ASCII; is the file a token, in one line?",
            ]
            .concat(),
            Self::GivenToken => {
                "the given token is refused: it must be printable ASCII without spaces, and not empty".into()
            }
            Self::NoCa { path } => [
                path,
                " does not exist, so the API server cannot be verified: mount it, or choose `MissingCa::SystemRoots` if a public authority signed the server's certificate",
            ]
            .concat(),
            Self::BrokenPem { path, why } => [path, " holds no usable certificate: ", why].concat(),
            Self::UserAgent => "the user agent is refused: it must be printable ASCII, such as shop/1.2".into(),
            Self::PlainHttp { path, server } => [
                "the credentials of ",
                path,
                " are not sent to ",
                server,
                ", which is not https; use https, or allow it with `allow_plain_http`",
            ]
            .concat(),
        }
    }
}
