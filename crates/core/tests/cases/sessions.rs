//! `sessions/*.json`: where the server is, and who we are.

use kubewire::{Builtin, Error, Operation, Prepared, Session, Trust, Warm};
use serde::Deserialize;

use crate::expected::{Expected, Got};
use crate::session::{NOW, Setup};
use crate::{Case, differ};

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(crate) struct SessionCase {
    name: String,
    only: Option<String>,
    session: Setup,
    want: Option<Want>,
    error: Option<Expected>,
}

#[derive(Deserialize, Debug, PartialEq)]
#[serde(deny_unknown_fields)]
struct Want {
    server: String,
    namespace: String,
    trust: String,
    authorization: Option<String>,
}

impl SessionCase {
    fn outcome(&self) -> Result<Want, Error> {
        let mut session = self.session.session()?;
        while let Warm::Need(number, need) = session.warm(NOW)? {
            session.provide(number, self.session.read(&need), NOW);
        }
        let (trust, authorization) = carried(&mut session)?;
        Ok(Want {
            server: session.server().into(),
            namespace: session.namespace().into(),
            trust,
            authorization,
        })
    }
}

/// What a call of a warm session carries.
fn carried(session: &mut Session) -> Result<(String, Option<String>), Error> {
    let version: Operation = serde_json::from_str(r#"{"verb":"get","path":"/version"}"#).unwrap();
    let call = version.call(&Builtin)?;
    let Prepared::Ready { wire, tls, .. } = session.prepare(call.draft(), NOW)? else {
        panic!("a warm session needs nothing")
    };
    let trust = match session.tls(tls).expect("the number of a request's trust holds") {
        Trust::Bundle(_) => "Bundle",
        Trust::SystemRoots => "SystemRoots",
        Trust::PlainHttp => "PlainHttp",
        _ => "something new",
    };
    let authorization = wire.headers.into_iter().find(|(name, _)| name == "authorization");
    Ok((trust.into(), authorization.map(|(_, value)| value)))
}

impl Case for SessionCase {
    const DIRECTORY: &str = "sessions";

    fn name(&self) -> &str {
        &self.name
    }

    fn only(&self) -> Option<&str> {
        self.only.as_deref()
    }

    fn check(&self) -> Result<(), String> {
        match (self.outcome(), &self.want, &self.error) {
            (Ok(got), Some(want), None) if got == *want => Ok(()),
            (Ok(got), Some(want), None) => Err(differ("session", &format!("{want:?}"), &format!("{got:?}"))),
            (Err(error), None, Some(wanted)) => wanted.check(&Got::Error(error)),
            (Err(error), ..) => Err(format!("  an error: {error}")),
            (Ok(got), ..) => Err(format!("  no error, but {got:?}")),
        }
    }
}
