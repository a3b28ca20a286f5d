//! The sandbox and the time that JavaScript tells it.

use bytes::Bytes;
use http::Request;
use kubewire::Now;
use kubewire_sandbox::Sandbox;
use serde_json::{Value, json};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::exchange::Exchange;
use crate::{fault, settings};

/// A sandbox. What is refused is thrown as a text.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Server {
    sandbox: Sandbox,
    now: Now,
}

#[wasm_bindgen]
impl Server {
    /// A sandbox of these settings, a JSON object: `objects`, `rbac` and `life`.
    ///
    /// # Errors
    /// Where an object cannot be put in, or the settings are none.
    pub fn open(seed: u64, settings: &str, mono: f64, wall: f64) -> Result<Self, String> {
        let now = now(mono, wall);
        let sandbox = settings::sandbox(seed, &json(settings)?, now)?;
        Ok(Self { sandbox, now })
    }

    /// What the clocks say, in milliseconds; said before anything else that wants to know.
    pub fn tick(&mut self, mono: f64, wall: f64) {
        self.now = now(mono, wall);
    }

    /// Asks. Headers are lines, names and values in turn.
    ///
    /// # Errors
    /// Where it is no request that HTTP could carry.
    pub fn handle(
        &mut self,
        method: &str,
        target: &str,
        headers: &str,
        body: Vec<u8>,
    ) -> Result<Exchange, String> {
        let mut request = Request::builder().method(method).uri(target);
        let mut lines = headers.lines();
        while let (Some(name), Some(value)) = (lines.next(), lines.next()) {
            request = request.header(name, value);
        }
        let request = request.body(Bytes::from(body)).map_err(|error| error.to_string())?;
        Ok(Exchange::new(self.sandbox.handle(self.now, request)))
    }

    /// Tries a parked request again.
    pub fn resume(&mut self, exchange: &mut Exchange) {
        exchange.resume(&mut self.sandbox, self.now);
    }

    /// The next piece of an answer's body; nothing where there is none yet, or none will come: [`Exchange::is_over`] says which.
    pub fn poll(&self, exchange: &mut Exchange) -> Option<Vec<u8>> {
        exchange.next(&self.sandbox, self.now)
    }

    /// Puts an object in, past the API.
    ///
    /// # Errors
    /// Where it cannot be put in, or is no JSON.
    pub fn put(&mut self, object: &str) -> Result<(), String> {
        self.sandbox.put(json(object)?, self.now).map_err(|error| error.to_string())
    }

    /// An object as it is stored, as JSON.
    #[must_use]
    pub fn get(&self, api_version: &str, kind: &str, namespace: &str, name: &str) -> Option<String> {
        self.sandbox.get(api_version, kind, namespace, name).map(ToString::to_string)
    }

    /// The administrator's token.
    #[must_use]
    pub fn admin(&self) -> String {
        self.sandbox.admin().to_owned()
    }

    /// The token of a user in these groups, one a line.
    pub fn user(&mut self, name: &str, groups: &str) -> String {
        let groups: Vec<&str> = groups.lines().collect();
        self.sandbox.user(name, &groups)
    }

    /// The files of a service account's mount: `token`, `ca.crt` and `namespace`.
    pub fn mount(&mut self, namespace: &str, account: &str) -> Vec<String> {
        let mount = self.sandbox.mount(namespace, account);
        vec![mount.token, mount.ca, mount.namespace]
    }

    /// The number of the last write.
    #[must_use]
    pub fn revision(&self) -> f64 {
        self.sandbox.revision() as f64
    }

    /// Forgets all versions below this one.
    pub fn compact(&mut self, revision: f64) {
        self.sandbox.compact(revision as u64);
    }

    /// Lets something go wrong, which a JSON object says.
    ///
    /// # Errors
    /// Where there is no such fault.
    pub fn fail(&mut self, fault: &str) -> Result<(), String> {
        self.sandbox.fail(fault::fault(&json(fault)?)?);
        Ok(())
    }

    /// Lets nothing go wrong any more.
    pub fn heal(&mut self) {
        self.sandbox.heal();
    }

    /// Drops the connection of every watch.
    pub fn drop_watches(&mut self) {
        self.sandbox.drop_watches();
    }

    /// Lets time go by for what lives.
    pub fn pass(&mut self) {
        self.sandbox.pass(self.now);
    }

    /// When something will live on by itself, on the monotonic clock; infinity for never.
    #[must_use]
    pub fn next(&self) -> f64 {
        self.sandbox.next().map_or(f64::INFINITY, |at| at as f64)
    }

    /// What was asked, and what came of it: a JSON list.
    #[must_use]
    pub fn log(&self) -> String {
        let asked = self.sandbox.log().map(
            |one| json!({"at": one.at, "method": one.method, "target": one.target, "status": one.status}),
        );
        Value::from_iter(asked).to_string()
    }

    /// The sandbox as it is now.
    #[must_use]
    pub fn snapshot(&self) -> Self {
        Self { sandbox: self.sandbox.clone(), now: self.now }
    }

    /// Makes it what it was; the clock stays.
    pub fn restore(&mut self, snapshot: &Self) {
        self.sandbox = snapshot.sandbox.clone();
    }
}

fn json(text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

fn now(mono: f64, wall: f64) -> Now {
    Now { mono: mono as u64, wall: wall as u64 }
}
