//! `kubewire scale`.

use clap::Args;
use kubewire::{Body, Verb};
use serde_json::json;

use crate::arguments::DryRun;
use crate::failure::Failure;
use crate::get::print;
use crate::target::Target;
use crate::words::{self, Planned};

#[derive(Args)]
pub(crate) struct Scale {
    /// TYPE NAME... or TYPE/NAME...
    #[arg(value_name = "TYPE NAME", required = true)]
    words: Vec<String>,
    /// How many replicas there shall be
    #[arg(long, value_name = "COUNT")]
    replicas: u32,
    #[command(flatten)]
    dry_run: DryRun,
}

pub(crate) fn plan(target: &Target<'_>, scale: &Scale) -> Result<Vec<Planned>, Failure> {
    let mut plan = words::named(target, &scale.words, Verb::Patch)?;
    for planned in &mut plan {
        planned.operation.set("subresource", "scale")?;
        planned.operation.set("patchType", "merge")?;
        planned.operation.set("fieldManager", "kubewire")?;
        scale.dry_run.set(&mut planned.operation)?;
        planned.operation.set_body(json!({"spec": {"replicas": scale.replicas}}).to_string());
    }
    Ok(plan)
}

pub(crate) fn run(target: &Target<'_>, scale: &Scale) -> Result<(), Failure> {
    for planned in plan(target, scale)? {
        target.run::<Body>(&planned.operation)?;
        print(format!("{} scaled{}\n", planned.object(), scale.dry_run.note()).as_bytes())?;
    }
    Ok(())
}
