//! `kubewire wait` and `kubewire rollout status`.

use std::cell::RefCell;
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use clap::{Args, Subcommand};
use kubewire::conditions::{self, Rollout};
use kubewire::{Builtin, Error, List, Object, Verb};

use crate::duration;
use crate::failure::Failure;
use crate::get::print;
use crate::jsonpath::Template;
use crate::target::Target;
use crate::words::{self, Planned};

#[derive(Args)]
pub(crate) struct Wait {
    /// TYPE NAME..., TYPE/NAME..., or TYPE with -l or --all
    #[arg(value_name = "TYPE NAME", required = true)]
    words: Vec<String>,
    /// What to wait for: condition=NAME[=STATUS], delete, create, or jsonpath='{PATH}'[=VALUE]
    #[arg(long = "for", value_name = "WHAT")]
    goal: String,
    /// How long, for all together: 30s, 5m
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = duration::parse)]
    timeout: Duration,
    /// The objects with these labels
    #[arg(short = 'l', long, value_name = "LABELS")]
    selector: Option<String>,
    /// All objects of the type in the namespace
    #[arg(long)]
    all: bool,
}

#[derive(Subcommand)]
pub(crate) enum RolloutAction {
    /// Wait until a Deployment, DaemonSet or StatefulSet runs as it was said
    Status {
        /// TYPE NAME or TYPE/NAME
        #[arg(value_name = "TYPE NAME", required = true)]
        words: Vec<String>,
        /// How long; without it as long as it takes
        #[arg(long, value_name = "TIME", value_parser = duration::parse)]
        timeout: Option<Duration>,
        /// Say how far it is, and do not wait
        #[arg(long)]
        no_watch: bool,
    },
}

enum Goal {
    Delete,
    Create,
    Condition(String, String),
    Path(Template, Option<String>),
}

impl Goal {
    fn parse(text: &str) -> Result<Self, Failure> {
        let (word, rest) = text.split_once('=').map_or((text, None), |(word, rest)| (word, Some(rest)));
        match (word.to_ascii_lowercase().as_str(), rest) {
            ("delete", None) => Ok(Self::Delete),
            ("create", None) => Ok(Self::Create),
            ("condition", Some(rest)) if !rest.is_empty() => {
                let (name, status) = rest.split_once('=').unwrap_or((rest, "true"));
                Ok(Self::Condition(name.into(), status.into()))
            }
            ("jsonpath", Some(rest)) => {
                let end = rest.rfind('}').map_or(rest.len(), |end| end + 1);
                let (path, value) = rest.split_at(end);
                let path = path.trim_matches('\'');
                let template = Template::parse(path).map_err(Failure::new)?;
                Ok(Self::Path(template, value.strip_prefix('=').map(ToOwned::to_owned)))
            }
            _ => Err(Failure::new(format!("unrecognized condition: {text:?}"))),
        }
    }

    fn is_met(&self, object: Option<&Object>) -> bool {
        match (self, object) {
            (Self::Delete, object) => object.is_none(),
            (_, None) => false,
            (Self::Create, Some(_)) => true,
            (Self::Condition(name, status), Some(object)) => conditions::has(object, name, status),
            (Self::Path(template, wanted), Some(object)) => {
                let found =
                    serde_json::to_value(object).map(|value| template.found(&value)).unwrap_or_default();
                match wanted {
                    Some(wanted) => matches!(&found[..], [one] if text(one) == *wanted),
                    None => !found.is_empty(),
                }
            }
        }
    }
}

fn text(value: &serde_json::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned)
}

/// The list that finds each object alone, for running and for printing it.
pub(crate) fn plan(target: &Target<'_>, wait: &Wait) -> Result<Vec<Planned>, Failure> {
    if wait.selector.is_none() && !wait.all {
        return words::named(target, &wait.words, Verb::Get)?.iter().map(alone).collect();
    }
    let mut plan = words::all(target, &wait.words)?;
    for planned in &mut plan {
        if let Some(selector) = &wait.selector {
            planned.operation.set("labelSelector", selector)?;
        }
    }
    Ok(plan)
}

/// The list in which this object is alone.
fn alone(planned: &Planned) -> Result<Planned, Failure> {
    let (resource, name) = (planned.resource.clone(), planned.name.as_str());
    let mut list = words::planned(Verb::List, resource, planned.namespace.clone(), "")?;
    list.operation.set("fieldSelector", &format!("metadata.name={name}"))?;
    Ok(Planned { name: name.to_owned(), ..list })
}

pub(crate) fn run(target: &Target<'_>, wait: &Wait) -> Result<(), Failure> {
    Goal::parse(&wait.goal)?;
    let mut plan = plan(target, wait)?;
    if wait.selector.is_some() || wait.all {
        let mut found = Vec::new();
        for list in &plan {
            let objects: List<Object> = target.run(&list.operation)?;
            for object in objects {
                let name = object.name().to_owned();
                let (resource, namespace) = (list.resource.clone(), list.namespace.clone());
                found.push(alone(&words::planned(Verb::Get, resource, namespace, &name)?)?);
            }
        }
        if found.is_empty() {
            return Err(Failure::new("no matching resources found"));
        }
        plan = found;
    }
    let end = Instant::now() + wait.timeout;
    for planned in &plan {
        let goal = Goal::parse(&wait.goal)?;
        // What is not there is waited for only where that is what is wanted; where it is to go, there is nothing to say.
        let deletes = matches!(goal, Goal::Delete);
        let creates = matches!(goal, Goal::Create);
        let mut first = !creates;
        let missing = Arc::new(Mutex::new(false));
        let told = Arc::clone(&missing);
        let until = move |object: Option<&Object>| {
            if std::mem::take(&mut first) && object.is_none() {
                *told.lock().unwrap_or_else(PoisonError::into_inner) = true;
                return true;
            }
            goal.is_met(object)
        };
        let left = end.saturating_duration_since(Instant::now());
        let call = planned.operation.call(&Builtin)?.answering::<List<Object>>();
        match target.client()?.wait(call, left, until) {
            Ok(_) if deletes && *missing.lock().unwrap_or_else(PoisonError::into_inner) => {}
            Ok(_) if *missing.lock().unwrap_or_else(PoisonError::into_inner) => {
                let plural = dotted(planned);
                let text = format!("Error from server (NotFound): {plural} \"{}\" not found", planned.name);
                return Err(Failure::said(text));
            }
            Ok(_) => print(format!("{} condition met\n", planned.object()).as_bytes())?,
            Err(Error::Timeout { .. }) if creates => {
                return Err(Failure::new("timed out waiting for the condition"));
            }
            Err(Error::Timeout { .. }) => {
                let object = format!("{}/{}", dotted(planned), planned.name);
                return Err(Failure::new(format!("timed out waiting for the condition on {object}")));
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// `pods`, `deployments.apps`.
fn dotted(planned: &Planned) -> String {
    match &*planned.resource.group {
        "" => planned.resource.plural.to_string(),
        group => format!("{}.{group}", planned.resource.plural),
    }
}

pub(crate) fn plan_rollout(target: &Target<'_>, action: &RolloutAction) -> Result<Vec<Planned>, Failure> {
    let RolloutAction::Status { words, .. } = action;
    words::named(target, words, Verb::Get)?.iter().map(alone).collect()
}

pub(crate) fn rollout(target: &Target<'_>, action: &RolloutAction) -> Result<(), Failure> {
    let RolloutAction::Status { timeout, no_watch, .. } = action;
    for planned in plan_rollout(target, action)? {
        // Each step is printed as it comes, a repeated one once.
        let last = RefCell::new(String::new());
        let no_watch = *no_watch;
        let until = move |object: Option<&Object>| {
            let Some(object) = object else { return true };
            match conditions::rollout(object) {
                Some(Rollout::Waiting(step)) => {
                    if *last.borrow() != step {
                        _ = writeln!(std::io::stdout(), "{step}");
                        last.replace(step);
                    }
                    no_watch
                }
                _ => true,
            }
        };
        // Without a time it takes as long as it takes.
        let limit = timeout.unwrap_or(Duration::MAX);
        let call = planned.operation.call(&Builtin)?.answering::<List<Object>>();
        let object = match target.client()?.wait(call, limit, until) {
            Err(Error::Timeout { .. }) => {
                return Err(Failure::new("timed out waiting for the condition"));
            }
            object => object?,
        };
        let Some(object) = object else {
            let text =
                format!("Error from server (NotFound): {} \"{}\" not found", dotted(&planned), planned.name);
            return Err(Failure::said(text));
        };
        match conditions::rollout(&object) {
            Some(Rollout::Done(text)) => print((text + "\n").as_bytes())?,
            Some(Rollout::Failed(why)) => return Err(Failure::new(why)),
            Some(_) => {}
            None => {
                let kind = words::kind_and_group(&planned.resource);
                return Err(Failure::new(format!("no status viewer has been implemented for {kind}")));
            }
        }
    }
    Ok(())
}
