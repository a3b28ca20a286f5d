//! `kubewire get -w`: what there is, and then each change.

use kubewire::{Builtin, Object, Operation, Verb, WatchEvent};
use serde_json::Value;

use crate::arguments::Get;
use crate::failure::Failure;
use crate::format::Output;
use crate::get::print;
use crate::output;
use crate::shown::Shown;
use crate::table::{Printer, Style};
use crate::target::Target;
use crate::words::Planned;

pub(crate) fn run(target: &Target<'_>, get: &Get, plan: &[Planned]) -> Result<(), Failure> {
    let [planned] = plan else {
        return Err(Failure::new("you may only specify a single resource type"));
    };
    let mut show = Show { get, planned, printer: Printer::new(style(get, planned, false)) };
    // A named object is a list of one: so that a watch can go on from it.
    let list = turned(&planned.operation, Verb::List, "")?;
    let first: Object = target.run(&list)?;
    let mut version = first.metadata.resource_version.clone().unwrap_or_default();
    if planned.operation.verb() == Verb::Get && is_empty(&first) {
        target.run::<Object>(&planned.operation)?;
    }
    if !get.watch_only {
        show.first(first)?;
    }
    loop {
        let watch = turned(&planned.operation, Verb::Watch, &version)?;
        for event in target.client()?.watch(watch.call(&Builtin)?.answering::<Object>())? {
            match event? {
                WatchEvent::Added(object) | WatchEvent::Modified(object) | WatchEvent::Deleted(object) => {
                    if let Some(now) = version_of(&object) {
                        version = now;
                    }
                    show.one(object)?;
                }
                WatchEvent::Bookmark { resource_version } => version = resource_version,
                // The server has forgotten that version: what there is comes anew.
                WatchEvent::Error(status) if status.is_expired() => version.clear(),
                WatchEvent::Error(status) => return Err(Failure::new(status)),
                _ => {}
            }
        }
    }
}

/// The same operation with another verb.
fn turned(operation: &Operation, verb: Verb, version: &str) -> Result<Operation, Failure> {
    let mut value = serde_json::to_value(operation).map_err(Failure::new)?;
    if let Some(Value::String(name)) = value.as_object_mut().and_then(|fields| fields.remove("name")) {
        value["fieldSelector"] = format!("metadata.name={name}").into();
    }
    value["verb"] = verb.name().into();
    let mut turned: Operation = serde_json::from_value(value).map_err(Failure::new)?;
    if verb == Verb::Watch {
        turned.set("allowWatchBookmarks", "true")?;
        if !version.is_empty() {
            turned.set("resourceVersion", version)?;
        }
    }
    Ok(turned)
}

fn rows(object: &Object) -> Option<&Vec<Value>> {
    object.at(&["rows"]).or_else(|| object.at(&["items"])).and_then(Value::as_array)
}

fn is_empty(list: &Object) -> bool {
    rows(list).is_none_or(Vec::is_empty)
}

/// The version of an event's object, or of the one in its table.
fn version_of(object: &Object) -> Option<String> {
    let row = rows(object).and_then(|rows| rows.first());
    let of_row = row.and_then(|row| row["object"]["metadata"]["resourceVersion"].as_str());
    of_row.map(ToOwned::to_owned).or_else(|| object.metadata.resource_version.clone())
}

struct Show<'a> {
    get: &'a Get,
    planned: &'a Planned,
    printer: Printer,
}

impl Show<'_> {
    fn first(&mut self, list: Object) -> Result<(), Failure> {
        if matches!(self.get.output, None | Some(Output::Wide)) {
            return self.one(list);
        }
        let kind = list.kind.trim_end_matches("List").to_owned();
        for item in rows(&list).into_iter().flatten() {
            let mut object: Object = serde_json::from_value(item.clone()).map_err(Failure::new)?;
            object.kind.clone_from(&kind);
            object.api_version.clone_from(&list.api_version);
            self.one(object)?;
        }
        Ok(())
    }

    fn one(&mut self, mut object: Object) -> Result<(), Failure> {
        let text = match &self.get.output {
            None | Some(Output::Wide) => {
                let mut table = Shown::of(&object)?.0;
                // Later events have no columns of their own.
                self.printer.take_columns(&mut table);
                self.printer.print(&table);
                std::mem::take(&mut self.printer.layout.out)
            }
            Some(format) => {
                object.metadata.rest.remove("managedFields");
                let value = serde_json::to_value(&object).map_err(Failure::new)?;
                match format {
                    Output::Json => output::json(&value)? + "\n",
                    Output::Yaml => format!("---\n{}", output::yaml(&value)?),
                    Output::JsonPath(template) => template.text(&value),
                    Output::JsonPathAsJson(template) => output::json(&template.found(&value).into())? + "\n",
                    Output::Columns(columns) => columns.text(&[value], true),
                    Output::Name | Output::Wide => {
                        format!(
                            "{}/{}\n",
                            crate::words::kind_and_group(&self.planned.resource),
                            object.name()
                        )
                    }
                }
            }
        };
        print(text.as_bytes())
    }
}

/// What a table shows of one type.
pub(crate) fn style(get: &Get, planned: &Planned, several: bool) -> Style {
    Style {
        wide: get.output == Some(Output::Wide),
        namespaces: get.all_namespaces && planned.resource.scope != kubewire::Scope::Cluster,
        label_columns: get.label_columns.clone(),
        labels: get.show_labels,
        prefix: several.then(|| crate::words::kind_and_group(&planned.resource)),
        no_headers: get.no_headers,
    }
}
