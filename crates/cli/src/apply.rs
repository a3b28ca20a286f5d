//! `kubewire apply`.

use kubewire::Body;

use crate::arguments::Apply;
use crate::failure::Failure;
use crate::get::print;
use crate::target::Target;
use crate::words;

pub(crate) fn run(target: &Target<'_>, apply: &Apply) -> Result<(), Failure> {
    for planned in words::apply(target, apply)? {
        target.run::<Body>(&planned.operation)?;
        let line = format!("{} serverside-applied{}\n", planned.object(), apply.dry_run.note());
        print(line.as_bytes())?;
    }
    Ok(())
}
