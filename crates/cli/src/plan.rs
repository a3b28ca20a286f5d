//! From a command's words to its operations: what is run, and what `curl` and `--as-operation` print.

use crate::arguments::Plain;
use crate::failure::Failure;
use crate::get::raw;
use crate::target::Target;
use crate::words::{self, Planned};
use crate::{api, auth, explain, label, logs, metrics, patch, scale, wait, write};

/// Of a command that asks first, such as `label` without `--overwrite`, it is what it does then.
pub(crate) fn plan(target: &Target<'_>, verb: &Plain) -> Result<Vec<Planned>, Failure> {
    match verb {
        Plain::Get(get) => match &get.raw {
            Some(path) => Ok(vec![Planned::bare(raw(path)?)]),
            None => words::get(target, get),
        },
        Plain::Apply(apply) => words::apply(target, apply),
        Plain::Delete(delete) => words::delete(target, delete),
        Plain::Create(create) => write::plan_create(target, create),
        Plain::Replace(replace) => write::plan_replace(target, replace),
        Plain::Patch(patch) => patch::plan(target, patch),
        Plain::Scale(scale) => scale::plan(target, scale),
        Plain::Label(change) => label::plan(target, change, &label::LABELS),
        Plain::Annotate(change) => label::plan(target, change, &label::ANNOTATIONS),
        Plain::Wait(wait) => wait::plan(target, wait),
        Plain::Rollout { action } => wait::plan_rollout(target, action),
        Plain::Logs(logs) => logs::plan(target, logs),
        Plain::Auth { question } => auth::plan(target, question),
        Plain::ApiResources(_) | Plain::ApiVersions => api::plan(),
        Plain::Explain(_) => explain::plan(),
        Plain::Metrics(_) => metrics::plan(),
    }
}
