//! `requests/*.json`: from what is desired to what is sent.

use std::collections::BTreeMap;

use kubewire::{Builtin, Operation, Prepared, Wire};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::bytes::{Bytes, shown};
use crate::expected::{Expected, Got};
use crate::session::{NOW, Setup};
use crate::{Case, differ};

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(crate) struct RequestCase {
    name: String,
    only: Option<String>,
    #[serde(default)]
    session: Setup,
    operation: Box<RawValue>,
    want: Option<Want>,
    error: Option<Expected>,
}

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
struct Want {
    method: String,
    url: String,
    #[serde(default)]
    headers: BTreeMap<String, Option<String>>,
    #[serde(default)]
    body: Bytes,
}

impl RequestCase {
    fn outcome(&self) -> Result<Wire, Got> {
        let operation: Operation = serde_json::from_str(self.operation.get()).map_err(Got::Json)?;
        let call = operation.call(&Builtin).map_err(Got::Error)?;
        let mut session = self.session.session().map_err(Got::Error)?;
        loop {
            match session.prepare(call.draft(), NOW).map_err(Got::Error)? {
                Prepared::Need(number, need) => session.provide(number, self.session.read(&need), NOW),
                Prepared::Ready { wire, .. } => return Ok(wire),
                other => panic!("one driver alone waits for nobody: {other:?}"),
            }
        }
    }

    fn compare(&self, want: &Want, wire: Wire) -> Result<(), String> {
        if (wire.method, &wire.url) != (want.method.as_str(), &want.url) {
            let got = format!("{} {}", wire.method, wire.url);
            return Err(differ("request", &format!("{} {}", want.method, want.url), &got));
        }
        let usual = [
            ("accept", "application/json"),
            ("authorization", "Bearer TOKEN"),
            ("user-agent", self.session.user_agent()),
        ];
        let mut headers: BTreeMap<String, String> =
            usual.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        for (name, value) in &want.headers {
            match value {
                Some(value) => _ = headers.insert(name.clone(), value.clone()),
                None => _ = headers.remove(name),
            }
        }
        let got: Vec<(String, String)> =
            wire.headers.iter().map(|(name, value)| (name.to_string(), value.clone())).collect();
        let unique: BTreeMap<String, String> = got.iter().cloned().collect();
        if unique != headers || unique.len() != got.len() {
            return Err(differ("headers", &format!("{headers:?}"), &format!("{got:?}")));
        }
        if *wire.body != *want.body.read() {
            return Err(differ("body", &shown(&want.body.read()), &shown(&wire.body)));
        }
        let (url, body) = (wire.url.clone(), wire.body.clone());
        let request = wire.into_request().map_err(|error| format!("  no http::Request: {error}"))?;
        if request.uri() != url.as_str() || *request.body() != body {
            return Err(differ("http::Request", &url, request.uri()));
        }
        Ok(())
    }
}

impl Case for RequestCase {
    const DIRECTORY: &str = "requests";

    fn name(&self) -> &str {
        &self.name
    }

    fn only(&self) -> Option<&str> {
        self.only.as_deref()
    }

    fn check(&self) -> Result<(), String> {
        match (self.outcome(), &self.want, &self.error) {
            (Ok(wire), Some(want), None) => self.compare(want, wire),
            (Err(error), None, Some(wanted)) => wanted.check(&error),
            (Err(Got::Error(error)), ..) => Err(format!("  an error: {error}")),
            (Err(Got::Json(error)), ..) => Err(format!("  an error: {error}")),
            (Ok(wire), ..) => Err(format!("  no error, but {} {}", wire.method, wire.url)),
        }
    }
}
