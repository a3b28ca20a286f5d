//! `kubewire get`.

use std::io::Write;

use kubewire::{Answer, Body, List, Object, Table, Verb};

use crate::arguments::Get;
use crate::failure::Failure;
use crate::follow;
use crate::format::Output;
use crate::output;
use crate::shown::Shown;
use crate::table::Printer;
use crate::target::Target;
use crate::words::{self, Planned};

pub(crate) fn run(target: &Target<'_>, get: &Get) -> Result<(), Failure> {
    if let Some(path) = &get.raw {
        let answer: Body = target.run(&raw(path)?)?;
        return print(answer.bytes());
    }
    let plan = words::get(target, get)?;
    if get.watch || get.watch_only {
        return follow::run(target, get, &plan);
    }
    match &get.output {
        None | Some(Output::Wide) => tables(target, get, &plan),
        Some(format) => objects(target, get, format, &plan),
    }
}

/// The server's tables, one below the other.
fn tables(target: &Target<'_>, get: &Get, plan: &[Planned]) -> Result<(), Failure> {
    let several = plan.iter().any(|planned| planned.resource != plan[0].resource);
    let mut out = String::new();
    let mut missing = Vec::new();
    let mut rest = plan;
    while let Some(first) = rest.first() {
        let alike = rest.iter().take_while(|planned| planned.resource == first.resource).count();
        let (group, others) = rest.split_at(alike);
        rest = others;
        let mut printer = Printer::new(follow::style(get, first, several));
        // Objects that were named are one table, without those that are not there.
        let mut named: Option<Table> = None;
        for planned in group {
            let told = pages(target, planned, |Shown(table)| match &mut named {
                Some(whole) => whole.rows.extend(table.rows),
                None if planned.operation.verb() == Verb::Get => named = Some(table),
                None => printer.print(&table),
            });
            match told {
                Err(failure) if get.ignore_not_found && failure.is_not_found() => {}
                Err(failure) if plan.len() > 1 => missing.push(failure),
                told => told?,
            }
        }
        if let Some(whole) = named {
            printer.print(&whole);
        }
        if !out.is_empty() && !printer.layout.out.is_empty() {
            out.push('\n');
        }
        out.push_str(&printer.layout.out);
    }
    match (out.is_empty(), missing.is_empty()) {
        (true, true) if get.ignore_not_found => {}
        (true, true) => return nothing(plan),
        (true, false) => {}
        (false, _) => print(out.as_bytes())?,
    }
    missing.iter().for_each(Failure::print);
    if missing.is_empty() { Ok(()) } else { Err(Failure::silent()) }
}

/// The objects themselves, or what is made of them.
fn objects(target: &Target<'_>, get: &Get, format: &Output, plan: &[Planned]) -> Result<(), Failure> {
    let mut names = String::new();
    let mut objects: Vec<Object> = Vec::new();
    for planned in plan {
        let mut found = Vec::new();
        if planned.operation.verb() == Verb::Get {
            match target.run::<Object>(&planned.operation) {
                Err(failure) if get.ignore_not_found && failure.is_not_found() => {}
                object => found.push(object?),
            }
        } else {
            pages(target, planned, |page: List<Object>| found.extend(page.items))?;
        }
        let kind = words::kind_and_group(&planned.resource);
        found.iter().for_each(|object| names.push_str(&format!("{kind}/{}\n", object.name())));
        objects.append(&mut found);
    }
    // As in kubectl: over a third of an object, and for few eyes.
    objects.iter_mut().for_each(|object| drop(object.metadata.rest.remove("managedFields")));
    let one_by_name = matches!(plan, [only] if only.operation.verb() == Verb::Get);
    if one_by_name && objects.is_empty() {
        return Ok(());
    }
    let value = match objects.as_slice() {
        [object] if one_by_name => serde_json::to_value(object).map_err(Failure::new)?,
        objects => output::list(objects)?,
    };
    let text = match format {
        Output::Json => output::json(&value)? + "\n",
        Output::Yaml => output::yaml(&value)?,
        Output::JsonPath(template) => template.text(&value),
        Output::JsonPathAsJson(template) => output::json(&template.found(&value).into())? + "\n",
        Output::Columns(columns) => match &value["items"] {
            serde_json::Value::Array(items) if !one_by_name => columns.text(items, get.no_headers),
            _ => columns.text(&[value], get.no_headers),
        },
        Output::Name | Output::Wide => names,
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

/// Hands each page of a list, or the one object, to `take`.
fn pages<T: Answer>(target: &Target<'_>, planned: &Planned, mut take: impl FnMut(T)) -> Result<(), Failure> {
    if planned.operation.verb() != Verb::List {
        take(target.run(&planned.operation)?);
        return Ok(());
    }
    for page in target.pages(&planned.operation)? {
        take(page?);
    }
    Ok(())
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
