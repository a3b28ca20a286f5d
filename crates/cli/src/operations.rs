//! `--as-operation`: the operations of the same words, as JSON that code can take.

use crate::arguments::Plain;
use crate::failure::Failure;
use crate::output;
use crate::plan::plan;
use crate::target::Target;

pub(crate) fn print(target: &Target<'_>, verb: &Plain) -> Result<(), Failure> {
    let mut values = Vec::new();
    for planned in plan(target, verb)? {
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
