//! `kubewire create` and `replace`: whole objects from files.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use kubewire::{Body, Builtin, Catalog, Object, Verb};
use serde_json::{Value, json};

use crate::arguments::DryRun;
use crate::failure::Failure;
use crate::get::print;
use crate::manifest;
use crate::target::Target;
use crate::words::{self, Planned};

#[derive(Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct Create {
    #[command(flatten)]
    from: From,
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Args)]
pub(crate) struct Replace {
    #[command(flatten)]
    from: From,
}

/// A file's objects, and how they are written.
#[derive(Args)]
pub(crate) struct From {
    /// A file of YAML or JSON, of one or more documents; - for standard input
    #[arg(short, long, value_name = "FILE", required = true)]
    filename: Option<PathBuf>,
    /// The name that owns the fields
    #[arg(long, default_value = "kubewire", value_name = "NAME")]
    field_manager: String,
    #[command(flatten)]
    dry_run: DryRun,
}

#[derive(Subcommand)]
enum What {
    /// A token of a service account, printed
    Token {
        /// The service account
        name: String,
        /// Whom the token is for; without it the API server
        #[arg(long)]
        audience: Vec<String>,
        /// How long it shall serve, such as 10m or 1h
        #[arg(long, value_parser = crate::duration::parse)]
        duration: Option<std::time::Duration>,
    },
}

pub(crate) fn plan_create(target: &Target<'_>, create: &Create) -> Result<Vec<Planned>, Failure> {
    let Some(What::Token { name, audience, duration }) = &create.what else {
        return from_file(target, &create.from, Verb::Create);
    };
    let accounts = Builtin.find(None, "serviceaccounts").ok_or_else(|| Failure::new("no serviceaccounts"))?;
    let mut planned = words::planned(Verb::Create, accounts, Some(target.namespace()?), name)?;
    planned.operation.set("name", name)?;
    planned.operation.set("subresource", "token")?;
    let mut spec = json!({});
    if !audience.is_empty() {
        spec["audiences"] = json!(audience);
    }
    if let Some(time) = duration {
        spec["expirationSeconds"] = json!(time.as_secs());
    }
    let body = json!({"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": spec});
    planned.operation.set_body(body.to_string());
    Ok(vec![planned])
}

pub(crate) fn plan_replace(target: &Target<'_>, replace: &Replace) -> Result<Vec<Planned>, Failure> {
    from_file(target, &replace.from, Verb::Replace)
}

pub(crate) fn create(target: &Target<'_>, create: &Create) -> Result<(), Failure> {
    let plan = plan_create(target, create)?;
    if create.what.is_none() {
        return write(target, &plan, ["creating", "created"], &create.from);
    }
    for planned in plan {
        let review: Value = target.run::<Body>(&planned.operation)?.json()?;
        let token =
            review["status"]["token"].as_str().ok_or_else(|| Failure::new("the answer has no token"))?;
        print(format!("{token}\n").as_bytes())?;
    }
    Ok(())
}

pub(crate) fn replace(target: &Target<'_>, replace: &Replace) -> Result<(), Failure> {
    write(target, &plan_replace(target, replace)?, ["replacing", "replaced"], &replace.from)
}

fn from_file(target: &Target<'_>, from: &From, verb: Verb) -> Result<Vec<Planned>, Failure> {
    let file = from.filename.as_deref().ok_or_else(|| Failure::new("must specify -f"))?;
    let mut plan = Vec::new();
    for manifest in manifest::read(file)? {
        let mut planned = words::of_manifest(target, &manifest, verb)?;
        planned.operation.set("fieldManager", &from.field_manager)?;
        from.dry_run.set(&mut planned.operation)?;
        planned.operation.set_body(manifest.object.to_string());
        // Unlike an apply these send JSON, and curl would send the file as it is.
        planned.file = manifest.file.filter(|file| file.ends_with(".json"));
        plan.push(planned);
    }
    Ok(plan)
}

/// Goes on after an object that is refused, as kubectl does: the others are none the worse for it.
fn write(
    target: &Target<'_>,
    plan: &[Planned],
    [doing, done]: [&str; 2],
    from: &From,
) -> Result<(), Failure> {
    let file = from.filename.as_deref().unwrap_or_else(|| Path::new("-"));
    let mut refused = false;
    for planned in plan {
        match target.run::<Object>(&planned.operation) {
            Ok(object) => {
                let kind = words::kind_and_group(&planned.resource);
                print(format!("{kind}/{} {done}{}\n", object.name(), from.dry_run.note()).as_bytes())?;
            }
            Err(failure) => {
                failure.when(doing, file).print();
                refused = true;
            }
        }
    }
    if refused { Err(Failure::silent()) } else { Ok(()) }
}
