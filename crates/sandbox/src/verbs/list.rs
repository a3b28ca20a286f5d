//! List.
//!
//! Source: the semantics of `resourceVersion` in the API's documentation, and `k8s.io/apiserver/pkg/storage/cacher`.

use bytes::Bytes;
use serde_json::{Value, json};

use super::ask::{Ask, metadata_of};
use super::options::{ListOptions, Match};
use super::token::Token;
use super::watch;
use crate::reply::Reply;
use crate::server::Server;
use crate::store::Stored;
use crate::wire::{Form, Problem, Refusal, encode, list_bytes, parse_uint};

const PAGE_TOO_OLD: &str = "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.";
const LIST_TOO_OLD: &str = "The resourceVersion for the provided list is too old.";

pub(super) fn list_or_watch(server: &mut Server, ask: &mut Ask<'_>) -> Result<Reply, Refusal> {
    let options = ListOptions::read(ask)?;
    if options.watch {
        return watch::watch(server, ask, &options);
    }
    let page = page(server, ask, &options)?;
    answer(ask, &page)
}

/// A page as an answer.
///
/// # Errors
/// 406 where one object was asked for.
pub(super) fn answer(ask: &Ask<'_>, page: &Page) -> Result<Reply, Refusal> {
    if ask.form == Form::Metadata {
        return Err(ask.wrong_form("PartialObjectMetadata", "is a list", "List"));
    }
    Ok(Reply::json(200, page.bytes(ask), &ask.warnings))
}

/// A part of a list.
pub(super) struct Page {
    pub(super) objects: Vec<Stored>,
    revision: u64,
    /// Empty at the end.
    token: String,
    remaining: Option<usize>,
}

impl Page {
    fn bytes(&self, ask: &Ask<'_>) -> Bytes {
        let kind = &ask.place.kind;
        let mut metadata = json!({"resourceVersion": self.revision.to_string()});
        // Of custom resources the server says even that there is no more.
        if !self.token.is_empty() || kind.custom.is_some() && ask.form == Form::Whole {
            crate::object::put(&mut metadata, "continue", self.token.as_str());
        }
        if let Some(remaining) = self.remaining {
            crate::object::put(&mut metadata, "remainingItemCount", remaining);
        }
        let (list_kind, api_version) = match ask.form {
            Form::Whole => (kind.list_kind(), kind.api_version()),
            Form::Metadata | Form::MetadataList => {
                ("PartialObjectMetadataList".to_owned(), "meta.k8s.io/v1".to_owned())
            }
        };
        let mut head = json!({"kind": list_kind, "apiVersion": api_version, "metadata": metadata});
        if ask.form == Form::Whole {
            return list_bytes(&head, kind.custom.is_some(), self.objects.iter().map(|object| &**object));
        }
        let items: Vec<Value> = self.objects.iter().map(|object| metadata_of(object)).collect();
        // An empty list of metadata is Go's nil.
        crate::object::put(&mut head, "items", if items.is_empty() { Value::Null } else { items.into() });
        encode(&head)
    }
}

/// Which state of the store is shown.
enum State {
    Present,
    At(u64),
}

/// Reads one page.
pub(super) fn page(server: &Server, ask: &Ask<'_>, options: &ListOptions) -> Result<Page, Refusal> {
    let place = ask.place;
    let kind = &place.kind;
    let prefix = if place.namespace.is_empty() { String::new() } else { format!("{}/", place.namespace) };
    let (state, start) = state(server, ask, options, &prefix)?;
    let expired = || match start.is_empty() {
        true => Refusal::from(Problem::expired(LIST_TOO_OLD)),
        false => {
            let below = start.strip_prefix(&prefix).unwrap_or(&start).to_owned();
            Problem::expired_page(PAGE_TOO_OLD, Token { revision: -1, start: below }.write()).into()
        }
    };
    let (objects, revision): (Vec<(String, Stored)>, u64) = match state {
        State::Present => {
            let objects = server.store.range(kind.id, &prefix, &start);
            (objects.map(|(key, object)| (key.to_owned(), object.clone())).collect(), server.store.revision())
        }
        State::At(revision) => {
            let objects = server.store.range_at(kind.id, &prefix, &start, revision).map_err(|_| expired())?;
            (objects.into_iter().map(|(key, object)| (key.into(), object)).collect(), revision)
        }
    };
    // "Whatever the cache has" comes whole, and so does what has one name.
    let limit = options.limit.filter(|_| options.version != "0" && !is_one(ask, options));
    let total = objects.len();
    let mut page = Page { objects: Vec::new(), revision, token: String::new(), remaining: None };
    for (index, (key, object)) in objects.into_iter().enumerate() {
        let object = kind.shown(&object);
        if options.selector.matches(&object) {
            page.objects.push(object);
        }
        if limit.is_some_and(|limit| page.objects.len() >= limit) && index + 1 < total {
            let below = key.strip_prefix(&prefix).unwrap_or(&key);
            let revision = i64::try_from(revision).unwrap_or(i64::MAX);
            page.token = Token { revision, start: format!("/{below}\0") }.write();
            if options.selector.is_empty() {
                page.remaining = Some(total - index - 1);
            }
            break;
        }
    }
    Ok(page)
}

/// Whether a list is of one object, by its name: the server reads that one, and nothing else.
///
/// Source: `Store.ListPredicate` in `k8s.io/apiserver/pkg/registry/generic/registry`.
fn is_one(ask: &Ask<'_>, options: &ListOptions) -> bool {
    let place = ask.place;
    options.selector.fields.exact("metadata.name").is_some()
        && (!place.kind.namespaced || !place.namespace.is_empty())
}

/// The state that a list shows, and the key from which on.
fn state(
    server: &Server,
    ask: &Ask<'_>,
    options: &ListOptions,
    prefix: &str,
) -> Result<(State, String), Refusal> {
    if !options.token.is_empty() {
        let bad = |why: String| Problem::bad_request(format!("invalid continue token: {why}"));
        let token = Token::read(&options.token).map_err(bad)?;
        if !matches!(options.version.as_str(), "" | "0") {
            let why = "specifying resource version is not allowed when using continue";
            return Err(Problem::bad_request(why).into());
        }
        let start = format!("{prefix}{}", token.start);
        return Ok(match u64::try_from(token.revision) {
            Ok(revision) => {
                server.wait_for(revision, ask.late)?;
                (State::At(revision), start)
            }
            Err(_) => (State::Present, start),
        });
    }
    if options.version.is_empty() {
        return Ok((State::Present, String::new()));
    }
    let bad = |why: String| Problem::bad_version(&options.version, &why);
    let version = parse_uint(&options.version).map_err(bad)?;
    server.wait_for(version, ask.late)?;
    let exact = match options.matching {
        Match::Exact => true,
        Match::NotOlderThan => false,
        Match::Legacy => options.limit.is_some() && version > 0 && !is_one(ask, options),
    };
    Ok((if exact { State::At(version) } else { State::Present }, String::new()))
}
