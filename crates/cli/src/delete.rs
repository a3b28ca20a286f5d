//! `kubewire delete`. It does not wait until the objects are gone.

use kubewire::Body;

use crate::arguments::Delete;
use crate::failure::Failure;
use crate::get::print;
use crate::target::Target;
use crate::words;

pub(crate) fn run(target: &Target<'_>, delete: &Delete) -> Result<(), Failure> {
    for planned in words::delete(target, delete)? {
        target.run::<Body>(&planned.operation)?;
        let kind = words::kind_and_group(&planned.resource);
        let place =
            planned.namespace.map_or_else(String::new, |namespace| format!(" from {namespace} namespace"));
        let note = delete.dry_run.note();
        print(format!("{kind} \"{}\" deleted{place}{note}\n", planned.name).as_bytes())?;
    }
    Ok(())
}
