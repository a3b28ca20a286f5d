//! What is desired and where the API server is, handed over field by field.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use kubewire::machine::{Candidate, Election};
use kubewire::{Builtin, Config, ConfigError, Draft, Error, MissingCa, Operation, Session, Verb};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::error::lines;

/// The fields of an operation, or of a session, on their way in.
///
/// What is made of them and is refused gives nothing, and leaves its error here: to throw would cost the file more than all of this.
#[wasm_bindgen]
#[derive(Debug, Default)]
pub struct Fields {
    fields: Vec<(String, String)>,
    body: Option<Vec<u8>>,
    problem: String,
}

#[wasm_bindgen]
impl Fields {
    /// No fields.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a field by its name: for an operation those of [`Operation::set`]; for a session `env.NAME`, or `server`, `mount`,
    /// `token`, `namespace`, `userAgent`, `systemRoots` and `allowPlainHttp`, the last two with any value.
    pub fn set(&mut self, field: String, value: String) {
        self.fields.push((field, value));
    }

    /// Sets the body of an operation.
    pub fn body(&mut self, body: Vec<u8>) {
        self.body = Some(body);
    }

    /// Why nothing was made of the fields: an error in three lines.
    #[must_use]
    pub fn problem(&self) -> String {
        self.problem.clone()
    }
}

impl Fields {
    /// The draft that the fields say, once.
    pub(crate) fn draft(&mut self) -> Option<Draft> {
        let mut operation = Operation::new(Verb::Get);
        let set = self.fields.iter().try_for_each(|(field, value)| operation.set(field, value));
        if let Some(body) = self.body.take() {
            operation.set_body(body);
        }
        let draft = set.and_then(|()| operation.draft(&Builtin));
        self.kept(draft)
    }

    /// The election that the fields say.
    pub(crate) fn election(&mut self, seed: u64) -> Option<Election> {
        let find = |name: &str| self.fields.iter().find(|field| field.0 == name).map(|field| &*field.1);
        let text = |name| find(name).unwrap_or_default();
        let mut candidate = Candidate::new(text("namespace"), text("name"), text("identity"));
        // What is no number is no time either, which is refused.
        let time = |name| Some(Duration::from_millis(find(name)?.parse::<u32>().unwrap_or_default().into()));
        if let Some(time) = time("leaseDuration") {
            candidate = candidate.lease_duration(time);
        }
        if let Some(time) = time("renewDeadline") {
            candidate = candidate.renew_deadline(time);
        }
        if let Some(time) = time("retryPeriod") {
            candidate = candidate.retry_period(time);
        }
        let election = Election::new(&candidate, seed);
        self.kept(election)
    }

    /// The session that the fields say.
    pub(crate) fn session(&mut self) -> Option<Session> {
        let session = self.open();
        self.kept(session)
    }

    fn kept<T, E: Into<Error>>(&mut self, made: Result<T, E>) -> Option<T> {
        made.map_err(|error| self.problem = lines(&error.into())).ok()
    }

    fn open(&self) -> Result<Session, ConfigError> {
        let find = |name: &str| self.fields.iter().find(|field| field.0 == name).map(|field| &*field.1);
        let mut config = match find("server") {
            Some(url) => Config::server(url)?,
            None => Config::in_cluster(&|name| find(&["env.", name].concat()).map(str::to_owned))?,
        };
        if let Some(directory) = find("mount") {
            config = config.mount(directory);
        }
        if let Some(token) = find("token") {
            config = config.token(token)?;
        }
        if let Some(namespace) = find("namespace") {
            config = config.namespace(namespace);
        }
        if let Some(name) = find("userAgent") {
            config = config.user_agent(name)?;
        }
        if find("systemRoots").is_some() {
            config = config.missing_ca(MissingCa::SystemRoots);
        }
        if find("allowPlainHttp").is_some() {
            config = config.allow_plain_http();
        }
        config.session()
    }
}
