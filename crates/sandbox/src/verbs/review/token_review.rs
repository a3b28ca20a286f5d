//! `TokenReview`: whose token is this?
//!
//! Source: `pkg/registry/authentication/tokenreview` of Kubernetes.

use serde_json::{Value, json};

use super::{read, texts, without_empty};
use crate::auth::{self, ISSUER};
use crate::object::{put, text};
use crate::reply::Reply;
use crate::server::Server;
use crate::verbs::Ask;
use crate::wire::{Problem, Refusal};

pub(super) fn create(server: &mut Server, ask: &mut Ask<'_>) -> Result<Reply, Refusal> {
    let mut review = read(ask)?;
    let token = text(&review, "/spec/token");
    if token.is_empty() {
        return Err(Problem::bad_request("token is required for TokenReview in authentication").into());
    }
    let mut audiences = texts(review.pointer("/spec/audiences"));
    if audiences.is_empty() {
        audiences.push(ISSUER.to_owned());
    }
    let status = match auth::authenticate_token(server, ask.now, token, &audiences) {
        Ok(known) => json!({"authenticated": true, "user": known.user.info(), "audiences": known.audiences}),
        Err(why) => json!({"user": {}, "error": why}),
    };
    let spec = without_empty([
        ("token", token.into()),
        ("audiences", review.pointer("/spec/audiences").cloned().unwrap_or(Value::Null)),
    ]);
    put(&mut review, "spec", spec);
    put(&mut review, "status", status);
    ask.object(201, &review)
}
