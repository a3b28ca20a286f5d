//! `cargo xtask soak`: the tests that churn and restart, at full length. `cargo xtask test` has one short round of each.

use crate::apiserver::with_cluster;
use crate::js;
use crate::run::{at, cargo, run};
use anyhow::Result;
use kubewire_apiserver::STATE_VARIABLE;
use lexopt::Parser;

pub(crate) fn main(mut words: Parser) -> Result<()> {
    if let Some(word) = words.next()? {
        return Err(word.unexpected().into());
    }
    with_cluster("soak", |state| {
        let words = [
            "test",
            "-p",
            "kubewire-conformance",
            "--test",
            "endurance",
            "--test",
            "elect",
            "--",
            "--nocapture",
        ];
        run(cargo(&words).env(STATE_VARIABLE, state.path()).env("KUBEWIRE_SOAK", "1"))?;
        js::prepare()?;
        let words = ["--test", "--test-name-pattern=churn", "test/conformance/informers.test.mjs"];
        run(at(&js::dir(), "node", &words).env(STATE_VARIABLE, state.path()).env("KUBEWIRE_SOAK", "1"))
    })
}
