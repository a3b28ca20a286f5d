//! `SelfSubjectReview`: who am I? (`kubectl auth whoami`)

use serde_json::json;

use super::read;
use crate::object::timestamp;
use crate::reply::Reply;
use crate::server::Server;
use crate::verbs::Ask;
use crate::wire::Refusal;

pub(super) fn create(_: &mut Server, ask: &mut Ask<'_>) -> Result<Reply, Refusal> {
    read(ask)?;
    let kind = &ask.place.kind;
    // Of what was sent nothing comes back.
    let review = json!({
        "kind": kind.kind,
        "apiVersion": kind.api_version(),
        "metadata": {"creationTimestamp": timestamp(ask.now)},
        "status": {"userInfo": ask.user.info()},
    });
    ask.object(201, &review)
}
