//! What goes wrong on purpose, so that programs can be tested for what they make of it.

mod befall;
mod rules;

use std::time::Duration;

use kubewire::Verb;

use crate::wire::{Place, Problem};

pub(crate) use rules::Faults;

/// Something that goes wrong: what, for which requests, and how often. Without a word about these it befalls every request for a resource, always.
///
/// ```
/// use kubewire::{Api, Builtin, Catalog, Error, Object, Verb};
/// use kubewire_sandbox::{Client, Fault, Sandbox};
/// use serde_json::json;
///
/// let mut sandbox = Sandbox::new();
/// sandbox.fail(Fault::internal_error().verb(Verb::Create).resource("configmaps").times(1));
/// let client = Client::new(sandbox)?;
/// let maps = Api::<Object>::dynamic(Builtin.find(None, "configmaps").unwrap()).within("default");
/// let settings = json!({"metadata": {"name": "settings"}});
/// assert!(client.run(maps.create(&settings)).unwrap_err().status().unwrap().is_internal_error());
/// assert!(client.run(maps.create(&settings)).is_ok());
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "it befalls nothing before `Sandbox::fail` has it"]
pub struct Fault {
    pub(crate) effect: Effect,
    verbs: Vec<Verb>,
    resource: String,
    namespace: String,
    name: String,
    /// So many matching requests are spared first.
    spared: u32,
    /// So many are left to befall.
    times: Option<u32>,
    /// In hundredths.
    chance: u8,
}

/// What happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// 410; a watch hears of it as an event.
    Expired,
    /// 429, with the seconds of `Retry-After`.
    TooManyRequests(u32),
    InternalError,
    Unavailable,
    Timeout,
    Unauthorized,
    Conflict,
    /// By so many milliseconds.
    Slow(u64),
    /// The request does not reach the server.
    Lost,
    /// The answer does not reach the client.
    AnswerLost,
    /// The connection is lost after so many bytes of a body, or events of a watch.
    Cut(usize),
    /// A watch ends after so many events.
    Ends(usize),
}

impl Fault {
    fn new(effect: Effect) -> Self {
        let (resource, namespace, name) = (String::new(), String::new(), String::new());
        Self { effect, verbs: Vec::new(), resource, namespace, name, spared: 0, times: None, chance: 100 }
    }

    /// 410 for lists, and for watches the ERROR event that says it: the versions asked for are forgotten. Whoever can does well to list anew.
    pub fn expired() -> Self {
        Self::new(Effect::Expired).verb(Verb::List).verb(Verb::Watch)
    }

    /// 429, the request not done, as a server under load answers: a text, and `Retry-After` in seconds.
    pub fn too_many_requests(retry_after: u32) -> Self {
        Self::new(Effect::TooManyRequests(retry_after))
    }

    /// 500, the request not done.
    pub fn internal_error() -> Self {
        Self::new(Effect::InternalError)
    }

    /// 503, the request not done: the server is about to end.
    pub fn unavailable() -> Self {
        Self::new(Effect::Unavailable)
    }

    /// 504, the request not done.
    pub fn timeout() -> Self {
        Self::new(Effect::Timeout)
    }

    /// 401, as for a token that has ended. Use [`times`](Self::times) for one that is renewed.
    pub fn unauthorized() -> Self {
        Self::new(Effect::Unauthorized)
    }

    /// 409 for replaces and patches: as if someone else had written in between.
    pub fn conflict() -> Self {
        Self::new(Effect::Conflict).verb(Verb::Replace).verb(Verb::Patch)
    }

    /// The request is done, and answered, so much later.
    pub fn slow(by: Duration) -> Self {
        Self::new(Effect::Slow(u64::try_from(by.as_millis()).unwrap_or(u64::MAX)))
    }

    /// The connection is lost before the request is done.
    pub fn lost() -> Self {
        Self::new(Effect::Lost)
    }

    /// The request is done, and the connection lost before the answer: what a client must not repeat blindly.
    pub fn answer_lost() -> Self {
        Self::new(Effect::AnswerLost)
    }

    /// The connection is lost after so many bytes of the answer's body, or so many events of a watch. The request is done.
    pub fn cut_after(count: usize) -> Self {
        Self::new(Effect::Cut(count))
    }

    /// A watch ends after so many events, as the server ends it after some minutes.
    pub fn watch_ends_after(events: usize) -> Self {
        Self::new(Effect::Ends(events)).verb(Verb::Watch)
    }

    /// Befalls requests of this verb, and of others for which this was said.
    pub fn verb(mut self, verb: Verb) -> Self {
        self.verbs.push(verb);
        self
    }

    /// Befalls requests for this resource: its plural, with the group where there is one, such as `deployments.apps`.
    pub fn resource(mut self, resource: impl Into<String>) -> Self {
        self.resource = resource.into();
        self
    }

    /// Befalls requests in this namespace.
    pub fn namespace(mut self, namespace: impl Into<String>) -> Self {
        self.namespace = namespace.into();
        self
    }

    /// Befalls requests for the object of this name.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Spares the first requests that it would befall.
    pub fn after(mut self, spared: u32) -> Self {
        self.spared = spared;
        self
    }

    /// Befalls so many requests, and no more.
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }

    /// Befalls so many of a hundred requests, by dice of the sandbox's seed.
    pub fn percent(mut self, chance: u8) -> Self {
        self.chance = chance.min(100);
        self
    }

    fn fits(&self, verb: Verb, place: &Place) -> bool {
        let is = |wanted: &str, found: &str| wanted.is_empty() || wanted == found;
        (self.verbs.is_empty() || self.verbs.contains(&verb))
            && is(&self.resource, &place.kind.qualified())
            && is(&self.namespace, &place.namespace)
            && is(&self.name, &place.name)
    }
}

impl Effect {
    /// What it answers instead; `None` where the request is done.
    pub(crate) fn problem(self, place: &Place) -> Option<Problem> {
        Some(match self {
            Self::Expired => Problem::expired("The resourceVersion for the provided list is too old."),
            Self::InternalError => Problem::internal("the sandbox was told to fail"),
            Self::Unavailable => Problem::unavailable("apiserver is shutting down"),
            Self::Timeout => Problem::timeout("request did not complete within the allotted timeout"),
            Self::Unauthorized => Problem::unauthorized(),
            Self::Conflict => {
                let why = "the object has been modified; please apply your changes to the latest version and try again";
                Problem::conflict(&place.kind.group, &place.kind.plural, &place.name, why)
            }
            _ => return None,
        })
    }
}
