//! Faults, as JavaScript says them.

use std::time::Duration;

use kubewire::Verb;
use kubewire_sandbox::Fault;
use serde_json::Value;

/// Those that the sandbox answers.
const VERBS: [Verb; 8] = [
    Verb::Get,
    Verb::List,
    Verb::Watch,
    Verb::Create,
    Verb::Replace,
    Verb::Patch,
    Verb::Delete,
    Verb::DeleteCollection,
];

/// What goes wrong: `fault` with `retryAfter`, `by` or `count`, for which requests, and how often.
pub(crate) fn fault(said: &Value) -> Result<Fault, String> {
    let number = |field: &str| said[field].as_u64().unwrap_or_default();
    let count = usize::try_from(number("count")).unwrap_or(usize::MAX);
    let mut fault = match text(&said["fault"]) {
        "expired" => Fault::expired(),
        "tooManyRequests" => Fault::too_many_requests(small(said, "retryAfter").unwrap_or(1)),
        "internalError" => Fault::internal_error(),
        "unavailable" => Fault::unavailable(),
        "timeout" => Fault::timeout(),
        "unauthorized" => Fault::unauthorized(),
        "conflict" => Fault::conflict(),
        "slow" => Fault::slow(Duration::from_millis(number("by"))),
        "lost" => Fault::lost(),
        "answerLost" => Fault::answer_lost(),
        "cutAfter" => Fault::cut_after(count),
        "watchEndsAfter" => Fault::watch_ends_after(count),
        other => return Err(format!("there is no fault {other:?}")),
    };
    for verb in said["verbs"].as_array().into_iter().flatten() {
        let name = text(verb);
        let known = VERBS.into_iter().find(|verb| verb.name() == name);
        fault = fault.verb(known.ok_or_else(|| format!("there is no verb {name:?}"))?);
    }
    fault =
        fault.resource(text(&said["resource"])).namespace(text(&said["namespace"])).name(text(&said["name"]));
    if let Some(spared) = small(said, "after") {
        fault = fault.after(spared);
    }
    if let Some(times) = small(said, "times") {
        fault = fault.times(times);
    }
    if let Some(chance) = small(said, "percent") {
        fault = fault.percent(u8::try_from(chance).unwrap_or(100));
    }
    Ok(fault)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn small(said: &Value, field: &str) -> Option<u32> {
    said[field].as_u64().map(|number| u32::try_from(number).unwrap_or(u32::MAX))
}
