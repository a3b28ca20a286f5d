//! `--as-operation`: the operations of the same words, as JSON that code can take.

use crate::arguments::{Plain, Verb};
use crate::failure::Failure;
use crate::output;
use crate::plan::plan;
use crate::target::Target;

/// What is a conversation and no operation, and how code has it.
const WAIT: &str = "wait is no operation, but a list and a watch until an object is as it is wanted: in code it is client.wait (Rust) or \
                    client.waitFor (JavaScript), of the list that `kubewire get TYPE --field-selector metadata.name=NAME --as-operation` prints";
const ROLLOUT: &str = "rollout status is no operation, but a list and a watch until conditions::rollout is done: in code it is client.wait, of \
                       the list that `kubewire get TYPE --field-selector metadata.name=NAME --as-operation` prints";
const ELECT: &str =
    "elect is no operation, but goes on for as long as the command runs: in code it is client.elect";

pub(crate) fn print(target: &Target<'_>, verb: &Verb) -> Result<(), Failure> {
    let plain = match verb {
        Verb::Plain(Plain::Wait(_)) => return Err(Failure::new(WAIT)),
        Verb::Plain(Plain::Rollout { .. }) => return Err(Failure::new(ROLLOUT)),
        Verb::Plain(plain) => plain,
        Verb::Elect(_) => return Err(Failure::new(ELECT)),
        Verb::Curl { .. } => return Err(Failure::new("say either curl or --as-operation")),
        Verb::Sandbox(_) => return Err(Failure::new("sandbox asks nothing of a server: it is one")),
        Verb::Completion { .. } => return Err(Failure::new("completion asks nothing of a server")),
    };
    let mut values = Vec::new();
    for planned in plan(target, plain)? {
        let value = serde_json::to_value(&planned.operation).map_err(Failure::new)?;
        if planned.resource.plural == "secrets" && value.get("body").is_some() {
            let why = "the operation would print a Secret: form it in code instead";
            return Err(Failure::new(why));
        }
        values.push(value);
    }
    let text = match values.as_slice() {
        [one] => output::json(one)? + "\n",
        many => many.iter().map(|value| format!("{value}\n")).collect(),
    };
    crate::get::print(text.as_bytes())
}
