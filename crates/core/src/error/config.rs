//! Sessions that cannot be set up.

use crate::prelude::*;

/// Why a [`Session`](crate::Session) cannot say where the API server is, or who we are.
///
/// The files are those of a [service account's mount](https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The environment names no API server.
    #[error(
        "not in a pod: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set; outside of one, name the server's address and a mount directory"
    )]
    NotInCluster,
    /// One of the two environment variables is there, and the other is not.
    #[error(
        "half of the pod's environment is missing: {missing} is not set; the kubelet sets both, so look for what unsets it"
    )]
    HalfEnvironment {
        /// The variable that is missing.
        missing: &'static str,
    },
    /// The server's address cannot stand in a URL.
    #[error("the API server's address `{address}` is refused: {why}")]
    Address {
        /// What was given.
        address: String,
        /// What it should be like.
        why: &'static str,
    },
    /// The service account's token is not mounted.
    #[error(
        "no service account is mounted: {path} does not exist; if the pod or its service account says `automountServiceAccountToken: false`, set it to true or mount a projected token there"
    )]
    NoMount {
        /// The token file that was looked for.
        path: String,
    },
    /// A file is there and could not be read.
    #[error("{path} could not be read: {why}")]
    Unreadable {
        /// The file.
        path: String,
        /// The host's words.
        why: String,
    },
    /// The token file holds nothing.
    #[error(
        "the token file {path} is empty: the kubelet may not have written it yet, or its volume is not a service account token"
    )]
    EmptyToken {
        /// The file.
        path: String,
    },
    /// The token holds something that cannot stand in a header.
    #[error(
        "the token in {path} cannot stand in a header: byte {at} is no printable ASCII; is the file a token, in one line?"
    )]
    BadToken {
        /// The file.
        path: String,
        /// The byte's position, from 0, after surrounding white space is cut.
        at: usize,
    },
    /// The authority's certificate is not mounted, and it was not said what to do then.
    #[error(
        "{path} does not exist, so the API server cannot be verified: mount it, or choose `MissingCa::SystemRoots` if a public authority signed the server's certificate"
    )]
    NoCa {
        /// The file that was looked for.
        path: String,
    },
    /// The authority's certificate is not PEM.
    #[error("{path} holds no usable certificate: {why}")]
    BrokenPem {
        /// The file.
        path: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The program's own name cannot stand in a header.
    #[error("the user agent is refused: it must be printable ASCII, such as shop/1.2")]
    UserAgent,
    /// Credentials would travel in the clear.
    #[error(
        "the credentials of {path} are not sent to {server}, which is not https; use https, or allow it with `allow_plain_http`"
    )]
    PlainHttp {
        /// The token file.
        path: String,
        /// The server.
        server: String,
    },
}
