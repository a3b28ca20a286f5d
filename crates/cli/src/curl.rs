//! `kubewire curl`: the requests of the same words, as commands to paste.

use kubewire::Builtin;

use crate::arguments::Plain;
use crate::failure::Failure;
use crate::get::print;
use crate::plan;
use crate::target::Target;

pub(crate) fn run(target: &Target<'_>, verb: &Plain) -> Result<(), Failure> {
    if target.is_sandbox() {
        let why = "--sandbox ends with this command, and nobody would answer curl: start one that stays with kubewire sandbox";
        return Err(Failure::new(why));
    }
    let plan = plan::plan(target, verb)?;
    let session = target.session()?;
    for planned in plan {
        let command = session.curl(&planned.operation.draft(&Builtin)?, planned.file.as_deref())?;
        print(format!("{command}\n").as_bytes())?;
    }
    Ok(())
}
