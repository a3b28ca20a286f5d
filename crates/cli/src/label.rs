//! `kubewire label` and `annotate`.

use clap::Args;
use kubewire::{Object, Verb};
use serde_json::{Map, Value, json};

use crate::arguments::DryRun;
use crate::failure::Failure;
use crate::get::print;
use crate::target::Target;
use crate::words::{self, Planned};

#[derive(Args)]
pub(crate) struct Change {
    /// TYPE NAME... or TYPE/NAME..., then KEY=VALUE to set and KEY- to remove
    #[arg(value_name = "TYPE NAME KEY=VALUE", required = true)]
    words: Vec<String>,
    /// Change what has another value now
    #[arg(long)]
    overwrite: bool,
    #[command(flatten)]
    dry_run: DryRun,
}

/// Which part of the metadata is changed, and what kubectl calls it.
pub(crate) struct Part {
    field: &'static str,
    done: &'static str,
}

pub(crate) const LABELS: Part = Part { field: "labels", done: "labeled" };
pub(crate) const ANNOTATIONS: Part = Part { field: "annotations", done: "annotated" };

impl Change {
    /// The words that name objects, and the changes: `null` removes.
    fn split(&self) -> Result<(&[String], Map<String, Value>), Failure> {
        let is_change = |word: &String| word.contains('=') || word.ends_with('-');
        let at = self.words.iter().position(is_change).unwrap_or(self.words.len());
        let (objects, changes) = self.words.split_at(at);
        if changes.is_empty() {
            return Err(Failure::new("at least one KEY=VALUE or KEY- is required"));
        }
        let mut map = Map::new();
        for word in changes {
            let (key, value) = match (word.split_once('='), word.strip_suffix('-')) {
                (Some((key, value)), _) => (key, json!(value)),
                (None, Some(key)) => (key, Value::Null),
                (None, None) => {
                    return Err(Failure::new(format_args!("`{word}` is neither KEY=VALUE nor KEY-")));
                }
            };
            map.insert(key.to_owned(), value);
        }
        Ok((objects, map))
    }
}

pub(crate) fn plan(target: &Target<'_>, change: &Change, part: &Part) -> Result<Vec<Planned>, Failure> {
    let (objects, changes) = change.split()?;
    let mut plan = words::named(target, objects, Verb::Patch)?;
    for planned in &mut plan {
        planned.operation.set("patchType", "merge")?;
        planned.operation.set("fieldManager", "kubewire")?;
        change.dry_run.set(&mut planned.operation)?;
        planned.operation.set_body(json!({"metadata": {part.field: changes}}).to_string());
    }
    Ok(plan)
}

/// As kubectl does, it reads each object before, so as not to overwrite by mistake.
pub(crate) fn run(target: &Target<'_>, change: &Change, part: &Part) -> Result<(), Failure> {
    let (_, changes) = change.split()?;
    for planned in plan(target, change, part)? {
        let get =
            words::planned(Verb::Get, planned.resource.clone(), planned.namespace.clone(), &planned.name)?;
        let object: Object = target.run(&get.operation)?;
        let now = if part.field == "labels" { &object.metadata.labels } else { &object.metadata.annotations };
        let other = |(key, new): (&String, &Value)| {
            let old = now.get(key)?.as_str()?;
            new.as_str().filter(|new| *new != old).map(|_| (key.clone(), old.to_owned()))
        };
        if let Some((key, old)) = changes.iter().find_map(other).filter(|_| !change.overwrite) {
            return Err(Failure::new(format_args!(
                "'{key}' already has a value ({old}), and --overwrite is false"
            )));
        }
        let after: Object = target.run(&planned.operation)?;
        let same = object.metadata.resource_version == after.metadata.resource_version;
        let done = match part.done {
            "labeled" if same && change.dry_run.note().is_empty() => "not labeled",
            "labeled" if after.metadata.labels.len() < object.metadata.labels.len() => "unlabeled",
            done => done,
        };
        print(format!("{} {done}{}\n", planned.object(), change.dry_run.note()).as_bytes())?;
    }
    Ok(())
}
