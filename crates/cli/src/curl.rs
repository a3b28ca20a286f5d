//! `kubewire curl`: the requests of the same words, as commands to paste.

use kubewire::{Builtin, Operation};

use crate::arguments::Plain;
use crate::failure::Failure;
use crate::get::{print, raw};
use crate::target::Target;
use crate::words;

pub(crate) fn run(target: &Target<'_>, verb: &Plain) -> Result<(), Failure> {
    let plan = match verb {
        Plain::Get(get) => match &get.raw {
            Some(path) => vec![(raw(path)?, None)],
            None => words::get(target, get)?.into_iter().map(split).collect(),
        },
        Plain::Apply(apply) => words::apply(target, apply)?.into_iter().map(split).collect(),
        Plain::Delete(delete) => words::delete(target, delete)?.into_iter().map(split).collect(),
    };
    let session = target.session()?;
    for (operation, file) in plan {
        let command = session.curl(&operation.draft(&Builtin)?, file.as_deref())?;
        print(format!("{command}\n").as_bytes())?;
    }
    Ok(())
}

fn split(planned: words::Planned) -> (Operation, Option<String>) {
    (planned.operation, planned.file)
}
