//! `kubewire apply`.

use kubewire::{Answered, Body, Builtin};

use crate::arguments::Apply;
use crate::failure::Failure;
use crate::get::print;
use crate::target::Target;
use crate::words;

pub(crate) fn run(target: &Target<'_>, apply: &Apply) -> Result<(), Failure> {
    for planned in words::apply(target, apply)? {
        let call = planned.operation.call(&Builtin)?.answering::<Answered<Body>>();
        let answer = target.client()?.run(call)?;
        for warning in &answer.warnings {
            eprintln!("Warning: {warning}");
        }
        print(format!("{} serverside-applied\n", planned.object()).as_bytes())?;
    }
    Ok(())
}
