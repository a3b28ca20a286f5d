//! What can be done: a file a verb, each in the server's order of checks.

mod apply;
mod ask;
mod binding;
mod body;
mod certificates;
mod components;
mod create;
mod delete;
mod delete_options;
mod eviction;
mod get;
mod list;
mod namespace;
mod options;
mod parts;
mod patch;
mod review;
mod scale;
mod token;
mod update;
mod watch;
mod write;

pub(crate) use ask::{Ask, metadata_of};
pub(crate) use delete::clear;
pub(crate) use options::ListOptions;
pub(crate) use parts::Part;
pub(crate) use write::seed;

use http::Method;
use kubewire::Verb;

use crate::reply::Reply;
use crate::server::Server;
use crate::wire::{Place, Problem, Refusal};

/// What a method means at a place; a collection may be watched.
pub(crate) fn verb(method: &Method, place: &Place, watch: bool) -> Option<Verb> {
    Some(match (method, !place.name.is_empty()) {
        (&Method::GET, true) if place.watch => Verb::Watch,
        (&Method::GET, true) => Verb::Get,
        (&Method::GET, false) if watch || place.watch => Verb::Watch,
        (&Method::GET, false) => Verb::List,
        (&Method::POST, false) => Verb::Create,
        (&Method::POST, true) if !place.subresource.is_empty() => Verb::Create,
        (&Method::PUT, true) => Verb::Replace,
        (&Method::PATCH, true) => Verb::Patch,
        (&Method::DELETE, true) => Verb::Delete,
        (&Method::DELETE, false) => Verb::DeleteCollection,
        _ => return None,
    })
}

/// Does what is asked.
///
/// # Errors
/// The server's refusal.
pub(crate) fn perform(server: &mut Server, ask: &mut Ask<'_>) -> Result<Reply, Refusal> {
    let place = ask.place;
    let custom = place.kind.custom.as_ref();
    ask.warnings.extend(place.kind.deprecation().map(str::to_owned));
    let Some(verb) = verb(&ask.method, place, false) else {
        return Err(Problem::method_not_allowed().into());
    };
    let all = place.kind.namespaced && place.namespace.is_empty();
    let reads = matches!(verb, Verb::List | Verb::Watch);
    let verbs = place.kind.subresource(&place.subresource).unwrap_or(&place.kind.verbs);
    if custom.is_some() && !verbs.contains(&verb) {
        return Err(Problem::verb_not_supported(&place.kind.group, &place.kind.plural, verb.rbac()).into());
    }
    if !verbs.contains(&verb) || (all || place.watch) && !reads {
        return Err(Problem::method_not_allowed().into());
    }
    if custom.is_some_and(|custom| custom.needs_webhook(&place.kind.version)) {
        let what = format!("{} in {}, which a webhook converts", place.qualified(), place.kind.api_version());
        return Err(Problem::not_yet(&what).into());
    }
    if let Some(create) = review::of(ask).filter(|_| verb == Verb::Create) {
        return create(server, ask);
    }
    if place.subresource == "eviction" && verb == Verb::Create {
        return eviction::create(server, ask);
    }
    if place.subresource == "scale" {
        return scale::perform(server, ask, verb);
    }
    if binding::binds(place) && verb == Verb::Create {
        return binding::create(server, ask);
    }
    let stored = matches!(place.subresource.as_str(), "" | "status");
    if !stored && Part::of(&place.kind, &place.subresource).is_none() {
        let what = format!("{}/{}", place.qualified(), place.subresource);
        return Err(Problem::not_yet(&what).into());
    }
    if place.kind.plural == "componentstatuses" {
        return components::perform(ask, verb);
    }
    if !place.kind.is_stored() {
        return Err(Problem::not_yet(&place.qualified()).into());
    }
    match verb {
        Verb::Get => get::get(server, ask),
        Verb::List | Verb::Watch => list::list_or_watch(server, ask),
        Verb::Create => create::create(server, ask),
        Verb::Replace => update::update(server, ask),
        Verb::Patch => patch::patch(server, ask),
        Verb::Delete => delete::delete(server, ask),
        Verb::DeleteCollection => delete::collection(server, ask),
        _ => Err(Problem::not_yet(verb.rbac()).into()),
    }
}
