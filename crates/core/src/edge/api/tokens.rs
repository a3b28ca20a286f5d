//! Tokens of service accounts.

use core::fmt;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::Api;
use crate::call::Verb;
use crate::edge::answer::Item;
use crate::edge::{Metadata, Object, Op, Time, null_as_default};
use crate::prelude::*;

/// A Rust type that stands for service accounts: its [`Api`] makes their tokens.
///
/// [`Object`] and k8s-openapi's `ServiceAccount` have it. Implement it for a struct of your own beside [`Kind`](crate::Kind).
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not stand for service accounts",
    label = "only they have tokens"
)]
pub trait ServiceAccountKind {}

impl ServiceAccountKind for Object {}
#[cfg(feature = "k8s-openapi")]
impl ServiceAccountKind for k8s_openapi::api::core::v1::ServiceAccount {}

/// What token is wanted: [TokenRequest](https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-request-v1/).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct TokenRequest {
    spec: Map<String, Value>,
    audiences: Vec<Value>,
}

impl TokenRequest {
    /// For the API server, for an hour.
    pub fn new() -> Self {
        Self::default()
    }

    /// Who shall accept the token, instead of the API server. May be said several times.
    pub fn audience(mut self, audience: &str) -> Self {
        self.audiences.push(audience.into());
        self
    }

    /// How long the token shall be good: 600 seconds at least. The server may give another time: see [`IssuedToken::expiration`].
    pub fn expiration_seconds(mut self, seconds: u32) -> Self {
        self.spec.insert("expirationSeconds".into(), seconds.into());
        self
    }

    /// The token is good only as long as this object is there: a `Pod`, `Secret` or `Node`.
    pub fn bound_to(mut self, kind: &str, name: &str, uid: &str) -> Self {
        let object = json!({"apiVersion": "v1", "kind": kind, "name": name, "uid": uid});
        self.spec.insert("boundObjectRef".into(), object);
        self
    }

    fn json(&self) -> Value {
        let mut spec = self.spec.clone();
        if !self.audiences.is_empty() {
            spec.insert("audiences".into(), self.audiences.clone().into());
        }
        json!({"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": spec})
    }
}

/// A token as the API server gave it. The token itself does not print; `Display` says whose it is, and how long it is good.
///
/// [`Config::account`](crate::Config::account) makes a session of it.
#[derive(Clone, PartialEq, Eq)]
pub struct IssuedToken {
    token: String,
    namespace: String,
    account: String,
    audiences: Vec<String>,
    expiration: Time,
}

impl IssuedToken {
    /// The token: a secret.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.token
    }

    /// The service account's namespace.
    #[must_use]
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// The service account's name.
    #[must_use]
    pub fn service_account(&self) -> &str {
        &self.account
    }

    /// Who accepts it.
    #[must_use]
    pub fn audiences(&self) -> &[String] {
        &self.audiences
    }

    /// Until when it is accepted.
    #[must_use]
    pub fn expiration(&self) -> Time {
        self.expiration
    }
}

impl fmt::Display for IssuedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a token of {}/{} until {}", self.namespace, self.account, self.expiration)
    }
}

impl fmt::Debug for IssuedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IssuedToken({self})")
    }
}

impl Item for IssuedToken {}

/// The answer is a whole TokenRequest; what was wanted stands in `spec`, and what was given in `status`.
impl<'de> Deserialize<'de> for IssuedToken {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Answer {
            #[serde(default, deserialize_with = "null_as_default")]
            metadata: Metadata,
            #[serde(default, deserialize_with = "null_as_default")]
            spec: Spec,
            status: Status,
        }
        #[derive(Deserialize, Default)]
        struct Spec {
            #[serde(default, deserialize_with = "null_as_default")]
            audiences: Vec<String>,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Status {
            token: String,
            expiration_timestamp: Time,
        }
        let Answer { metadata, spec, status } = Answer::deserialize(from)?;
        Ok(Self {
            token: status.token,
            namespace: metadata.namespace.unwrap_or_default(),
            account: metadata.name.unwrap_or_default(),
            audiences: spec.audiences,
            expiration: status.expiration_timestamp,
        })
    }
}

impl crate::Config {
    /// The same server, asked as the service account that a token was created for, and within its namespace. The token is fixed: see
    /// [`Config::token`](crate::Config::token).
    ///
    /// # Errors
    /// [`ConfigError::GivenToken`](crate::ConfigError::GivenToken) where it cannot stand in a header.
    pub fn account(self, token: &IssuedToken) -> Result<Self, crate::ConfigError> {
        Ok(self.token(token.token())?.namespace(token.namespace()))
    }
}

/// Of service accounts alone.
impl<K: ServiceAccountKind> Api<K> {
    /// A new token of a service account: `kubectl create token`.
    ///
    /// ```
    /// use kubewire::{Api, Builtin, Catalog, Object, TokenRequest};
    /// let accounts = Api::<Object>::dynamic(Builtin.find(None, "sa").unwrap()).within("shop");
    /// let wanted = TokenRequest::new().audience("vault").expiration_seconds(600);
    /// let call = accounts.create_token("robot", &wanted).call()?;
    /// assert_eq!(call.target(), "/api/v1/namespaces/shop/serviceaccounts/robot/token");
    ///
    /// let answer = r#"{"kind": "TokenRequest", "metadata": {"name": "robot", "namespace": "shop"},
    ///     "spec": {"audiences": ["vault"]}, "status": {"token": "abc.def.ghi", "expirationTimestamp": "2026-01-31T12:00:00Z"}}"#;
    /// let token = call.decode(http::Response::new(answer.into()))?;
    /// assert_eq!(token.token(), "abc.def.ghi");
    /// assert_eq!(token.to_string(), "a token of shop/robot until 2026-01-31T12:00:00Z");
    /// # Ok::<(), kubewire::Error>(())
    /// ```
    pub fn create_token(&self, name: &str, request: &TokenRequest) -> Op<IssuedToken> {
        self.only(("", "serviceaccounts"), Verb::Create, name, "token").body(self.json(&request.json()))
    }
}
