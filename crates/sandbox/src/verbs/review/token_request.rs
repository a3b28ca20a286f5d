//! `TokenRequest`: a token of a service account (`kubectl create token`).
//!
//! Source: `pkg/registry/core/serviceaccount/storage/token.go` of Kubernetes.

use kubewire::Verb;
use serde_json::{Value, json};

use super::{read, texts};
use crate::auth::{Account, ISSUER, LONGEST};
use crate::object::{meta, put, set_meta, text, timestamp};
use crate::registry::Kind;
use crate::reply::Reply;
use crate::server::Server;
use crate::validate::Fault;
use crate::verbs::Ask;
use crate::verbs::write::admit;
use crate::wire::{Place, Problem, Refusal};

const GROUP: &str = "authentication.k8s.io";
const KIND: &str = "TokenRequest";
/// In seconds, as the next.
const SHORTEST: i64 = 600;
const USUAL: i64 = 3_600;

/// What is sent is no ServiceAccount.
fn kind() -> Kind {
    Kind { verbs: vec![Verb::Create], ..Kind::of_part(GROUP, KIND, "serviceaccounts") }
}

pub(super) fn create(server: &mut Server, ask: &mut Ask<'_>) -> Result<Reply, Refusal> {
    let place = Place { kind: kind().into(), ..ask.place.clone() };
    let mut within = ask.at(&place);
    let request = read(&mut within);
    ask.warnings.append(&mut within.warnings);
    let mut request = request?;
    admit(server, ask, &place.name)?;
    let (namespace, name) = (place.namespace.as_str(), place.name.as_str());
    let invalid = |name: &str, fault: Fault| Refusal::from(Problem::invalid(GROUP, KIND, name, &[fault]));
    let said = meta(&request, "name");
    if !said.is_empty() && said != name {
        let why = "must match the service account name if specified";
        return Err(invalid(name, Fault::invalid("metadata.name", said, why)));
    }
    let account = server.object("ServiceAccount", namespace, name).ok_or_else(|| ask.not_found())?;
    let (uid, said) = (meta(account, "uid").to_owned(), meta(&request, "uid"));
    if !said.is_empty() && said != uid {
        let why = format!(
            "the UID in the token request ({said}) does not match the UID of the service account ({uid})"
        );
        return Err(Problem::conflict(GROUP, KIND, name, &why).into());
    }
    let seconds = request.pointer("/spec/expirationSeconds").and_then(Value::as_i64).unwrap_or(USUAL);
    let refused =
        |why: &str| invalid("", Fault::invalid_value("spec.expirationSeconds", seconds.to_string(), why));
    if seconds < SHORTEST {
        return Err(refused("may not specify a duration less than 10 minutes"));
    }
    if seconds > LONGEST {
        return Err(refused("may not specify a duration larger than 2^32 seconds"));
    }
    let mut audiences = texts(request.pointer("/spec/audiences"));
    if audiences.is_empty() {
        audiences.push(ISSUER.to_owned());
    }
    let reference = request.pointer("/spec/boundObjectRef").cloned().unwrap_or(Value::Null);
    let bound = bound(server, namespace, name, &reference)?;
    let issued = ask.now.wall / 1000;
    let seconds_on = u64::try_from(seconds).unwrap_or_default();
    let account = Account {
        namespace: namespace.to_owned(),
        name: name.to_owned(),
        uid: uid.clone(),
        audiences: audiences.clone(),
        issued,
        expires: issued.saturating_add(seconds_on),
        bound,
    };
    let token = server.auth.tokens.of_account(account);
    let mut until = ask.now;
    until.wall = until.wall.saturating_add(seconds_on.saturating_mul(1000));
    // Who asked for a token is not told as the real server does.
    set_meta(&mut request, "managedFields", None);
    for (field, value) in [
        ("name", name.into()),
        ("namespace", namespace.into()),
        ("uid", uid.into()),
        ("creationTimestamp", timestamp(ask.now)),
    ] {
        set_meta(&mut request, field, Some(value));
    }
    let spec = json!({"audiences": audiences, "expirationSeconds": seconds, "boundObjectRef": reference});
    put(&mut request, "spec", spec);
    put(&mut request, "status", json!({"token": token, "expirationTimestamp": timestamp(until)}));
    put(&mut request, "kind", KIND);
    put(&mut request, "apiVersion", place.kind.api_version());
    ask.object(201, &request)
}

/// What the token shall end with, and, of a pod, the node that it is on.
fn bound(
    server: &Server,
    namespace: &str,
    account: &str,
    reference: &Value,
) -> Result<Vec<(&'static str, String, String)>, Refusal> {
    if reference.is_null() {
        return Ok(Vec::new());
    }
    let (api_version, kind) = (text(reference, "/apiVersion"), text(reference, "/kind"));
    let (name, wanted) = (text(reference, "/name"), text(reference, "/uid"));
    let known = match (api_version.contains('/'), kind) {
        (false, "Pod") => ("Pod", "pods", namespace),
        (false, "Secret") => ("Secret", "secrets", namespace),
        (false, "Node") => ("Node", "nodes", ""),
        _ => {
            let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
            let what = format!("cannot bind token to object of type {group}/{version}, Kind={kind}");
            return Err(Problem::bad_request(what).into());
        }
    };
    let (kind, plural, namespace) = known;
    let object = server.object(kind, namespace, name).ok_or_else(|| Problem::not_found("", plural, name))?;
    if kind == "Pod" && text(object, "/spec/serviceAccountName") != account {
        let account = crate::object::quote(account);
        return Err(Problem::bad_request(format!(
            "cannot bind token for serviceaccount {account} to pod running with different serviceaccount name."
        ))
        .into());
    }
    let uid = meta(object, "uid");
    if !wanted.is_empty() && wanted != uid {
        let why = format!(
            "the UID in the bound object reference ({wanted}) does not match the UID in record. The object might have been deleted and then recreated"
        );
        return Err(Problem::conflict("", kind, name, &why).into());
    }
    let mut bound = vec![(kind, name.to_owned(), uid.to_owned())];
    let node = text(object, "/spec/nodeName");
    if kind == "Pod" && !node.is_empty() {
        let uid = server.object("Node", "", node).map_or("", |node| meta(node, "uid"));
        bound.push(("Node", node.to_owned(), uid.to_owned()));
    }
    Ok(bound)
}
