//! `kubewire get`.

use std::io::Write;

use kubewire::{Builtin, List, Object, Verb};

use crate::arguments::{Get, Output};
use crate::failure::Failure;
use crate::output;
use crate::target::Target;
use crate::words::{self, Planned};

/// kubectl's page.
const PAGE: &str = "500";

pub(crate) fn run(target: &Target<'_>, get: &Get) -> Result<(), Failure> {
    if let Some(path) = &get.raw {
        let answer = target.client()?.run(raw(path)?)?;
        return print(answer.bytes());
    }
    let plan = words::get(target, get)?;
    let mut shown: Vec<(String, Object)> = Vec::new();
    let several = plan.iter().any(|planned| planned.resource != plan[0].resource);
    for planned in &plan {
        for object in fetch(target, planned)? {
            let kind = words::kind_and_group(&planned.resource);
            let prefixed = several || get.output == Some(Output::Name);
            let name = if prefixed { format!("{kind}/{}", object.name()) } else { object.name().to_owned() };
            shown.push((name, object));
        }
    }
    let one_by_name = matches!(plan.as_slice(), [only] if only.operation.verb() == Verb::Get);
    let text = match get.output {
        Some(Output::Name) => shown.iter().map(|(name, _)| format!("{name}\n")).collect(),
        Some(format) => {
            let mut objects: Vec<Object> = shown.into_iter().map(|(_, object)| object).collect();
            // As in kubectl: over a third of an object, and for few eyes.
            objects.iter_mut().for_each(|object| drop(object.metadata.rest.remove("managedFields")));
            let value = match objects.as_slice() {
                [object] if one_by_name => serde_json::to_value(object).map_err(Failure::new)?,
                objects => output::list(objects)?,
            };
            if format == Output::Json { output::json(&value)? + "\n" } else { output::yaml(&value)? }
        }
        None if shown.is_empty() => return nothing(&plan),
        None => {
            let rows: Vec<(String, &Object)> =
                shown.iter().map(|(name, object)| (name.clone(), object)).collect();
            output::table(&rows, get.all_namespaces)
        }
    };
    print(text.as_bytes())
}

/// A path with its query.
pub(crate) fn raw(path: &str) -> Result<kubewire::Operation, Failure> {
    let mut operation = kubewire::Operation::new(Verb::Get);
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    operation.set("path", path)?;
    operation.set_query(query)?;
    Ok(operation)
}

/// All objects of a list, page by page, or the one.
fn fetch(target: &Target<'_>, planned: &Planned) -> Result<Vec<Object>, Failure> {
    let client = target.client()?;
    let mut operation = planned.operation.clone();
    if operation.verb() == Verb::Get {
        let object = client.run(operation.call(&Builtin)?.answering::<Object>())?;
        return Ok(vec![object]);
    }
    operation.set("limit", PAGE)?;
    let mut objects = Vec::new();
    loop {
        let page = client.run(operation.call(&Builtin)?.answering::<List<Object>>())?;
        objects.extend(page.items);
        match page.continue_token {
            Some(token) => operation.set("continue", &token)?,
            None => return Ok(objects),
        }
    }
}

fn nothing(plan: &[Planned]) -> Result<(), Failure> {
    match plan.first().and_then(|planned| planned.namespace.as_deref()) {
        Some(namespace) => eprintln!("No resources found in {namespace} namespace."),
        None => eprintln!("No resources found"),
    }
    Ok(())
}

/// A reader that has had enough, such as `head`, is no failure.
pub(crate) fn print(text: &[u8]) -> Result<(), Failure> {
    match std::io::stdout().write_all(text) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(Failure::new(error)),
        _ => Ok(()),
    }
}
