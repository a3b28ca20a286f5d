//! `kubewire patch`.

use clap::{Args, ValueEnum};
use kubewire::{Object, Verb};
use serde_json::Value;

use crate::arguments::DryRun;
use crate::failure::Failure;
use crate::get::print;
use crate::target::Target;
use crate::words::{self, Planned};

#[derive(Args)]
pub(crate) struct Patch {
    /// TYPE NAME or TYPE/NAME
    #[arg(value_name = "TYPE NAME", required = true)]
    words: Vec<String>,
    /// The patch, as JSON or YAML
    #[arg(short, long, value_name = "PATCH")]
    patch: String,
    /// The language of the patch
    #[arg(long = "type", value_enum, default_value_t = Language::Strategic)]
    language: Language,
    /// What of the object to patch, such as status
    #[arg(long, value_name = "NAME")]
    subresource: Option<String>,
    /// The name that owns the fields
    #[arg(long, default_value = "kubewire", value_name = "NAME")]
    field_manager: String,
    #[command(flatten)]
    dry_run: DryRun,
}

#[derive(Clone, Copy, ValueEnum)]
enum Language {
    /// A list of steps (RFC 6902)
    Json,
    /// The members to change (RFC 7386)
    Merge,
    /// The members to change; lists merge by key
    Strategic,
}

pub(crate) fn plan(target: &Target<'_>, patch: &Patch) -> Result<Vec<Planned>, Failure> {
    let parsed: Value = serde_saphyr::from_str(&patch.patch)
        .map_err(|error| Failure::new(format_args!("unable to parse {:?}: {error}", patch.patch)))?;
    let language = match patch.language {
        Language::Json => "json",
        Language::Merge => "merge",
        Language::Strategic => "strategic",
    };
    let mut plan = words::named(target, &patch.words, Verb::Patch)?;
    for planned in &mut plan {
        planned.operation.set("patchType", language)?;
        planned.operation.set("fieldManager", &patch.field_manager)?;
        if let Some(subresource) = &patch.subresource {
            planned.operation.set("subresource", subresource)?;
        }
        patch.dry_run.set(&mut planned.operation)?;
        planned.operation.set_body(parsed.to_string());
    }
    Ok(plan)
}

/// As kubectl does, it reads the object before, to say whether the patch changed it.
pub(crate) fn run(target: &Target<'_>, patch: &Patch) -> Result<(), Failure> {
    for planned in plan(target, patch)? {
        let mut before =
            words::planned(Verb::Get, planned.resource.clone(), planned.namespace.clone(), &planned.name)?;
        if let Some(subresource) = &patch.subresource {
            before.operation.set("subresource", subresource)?;
        }
        let before: Object = target.run(&before.operation)?;
        let after: Object = target.run(&planned.operation)?;
        let same = before.metadata.resource_version == after.metadata.resource_version;
        let note = if same && patch.dry_run.note().is_empty() { " (no change)" } else { "" };
        // A subresource answers an object of its own kind, such as a Scale.
        let group = after.api_version.split_once('/').map_or(String::new(), |(group, _)| format!(".{group}"));
        let object = format!("{}{group}/{}", after.kind.to_lowercase(), planned.name);
        print(format!("{object} patched{}{note}\n", patch.dry_run.note()).as_bytes())?;
    }
    Ok(())
}
