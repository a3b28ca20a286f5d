//! What is only ever sent, never stored: requests for tokens, and reviews of who someone is and what someone may.

mod access;
mod rules;
mod selectors;
mod token_request;
mod token_review;
mod whoami;

use serde_json::{Map, Value};

use super::ask::Ask;
use super::body;
use super::write::{match_namespace, track};
use crate::reply::Reply;
use crate::server::Server;
use crate::wire::Refusal;

type Review = fn(&mut Server, &mut Ask<'_>) -> Result<Reply, Refusal>;

/// What answers a create at the ask's place, where it is one of these.
pub(super) fn of(ask: &Ask<'_>) -> Option<Review> {
    let place = ask.place;
    let kind = (place.kind.group.as_str(), place.kind.kind.as_str(), place.subresource.as_str());
    Some(match kind {
        ("", "ServiceAccount", "token") => token_request::create,
        ("authentication.k8s.io", "TokenReview", "") => token_review::create,
        ("authentication.k8s.io", "SelfSubjectReview", "") => whoami::create,
        ("authorization.k8s.io", "SubjectAccessReview", "") => access::create,
        ("authorization.k8s.io", "LocalSubjectAccessReview", "") => access::create,
        ("authorization.k8s.io", "SelfSubjectAccessReview", "") => access::create,
        ("authorization.k8s.io", "SelfSubjectRulesReview", "") => rules::create,
        _ => return None,
    })
}

/// The review in the body. A dry run is as good as any.
fn read(ask: &mut Ask<'_>) -> Result<Value, Refusal> {
    body::check(ask)?;
    ask.write_options("CreateOptions")?;
    let mut object = body::object(ask)?;
    match_namespace(&ask.place.kind, &mut object, &ask.place.namespace)?;
    track(ask, &mut object, None);
    Ok(object)
}

/// A list of texts; empty where there is none.
fn texts(value: Option<&Value>) -> Vec<String> {
    let list = value.and_then(Value::as_array).into_iter().flatten();
    list.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// The fields that say something.
fn without_empty(fields: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    let empty = |value: &Value| match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    };
    let kept = fields.into_iter().filter(|(_, value)| !empty(value));
    kept.map(|(name, value)| (name.to_owned(), value)).collect::<Map<_, _>>().into()
}
