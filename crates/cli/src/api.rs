//! `kubewire api-resources` and `api-versions`: what the server has.

use clap::Args;
use kubewire::{Body, Table};
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::get::{print, raw};
use crate::table::{Printer, Style};
use crate::target::Target;
use crate::words::Planned;

#[derive(Args)]
pub(crate) struct Resources {
    /// Only those of this group; an empty one is the core group
    #[arg(long, value_name = "GROUP")]
    api_group: Option<String>,
    /// Only those that live in namespaces, or with `=false` only the others
    #[arg(long, num_args = 0..=1, default_missing_value = "true", require_equals = true)]
    namespaced: Option<bool>,
    /// No line of headings
    #[arg(long)]
    no_headers: bool,
    /// `name`: only names; `wide`: verbs and categories too
    #[arg(short, long, value_name = "name|wide", value_parser = ["name", "wide"])]
    output: Option<String>,
}

/// The first questions; those for each group follow from their answers.
pub(crate) fn plan() -> Result<Vec<Planned>, Failure> {
    ["/api", "/apis"].into_iter().map(|path| Ok(Planned::bare(raw(path)?))).collect()
}

/// Every group with its versions, the preferred one first.
fn groups(target: &Target<'_>) -> Result<Vec<(String, Vec<String>)>, Failure> {
    let core = ask(target, "/api")?;
    let mut groups = vec![(String::new(), texts(&core["versions"]))];
    for group in ask(target, "/apis")?["groups"].as_array().into_iter().flatten() {
        let version = |version: &Value| version["groupVersion"].as_str().unwrap_or_default().to_owned();
        let preferred = version(&group["preferredVersion"]);
        let mut versions: Vec<String> =
            group["versions"].as_array().into_iter().flatten().map(version).collect();
        versions.sort_by_key(|version| *version != preferred);
        groups.push((group["name"].as_str().unwrap_or_default().to_owned(), versions));
    }
    Ok(groups)
}

pub(crate) fn versions(target: &Target<'_>) -> Result<(), Failure> {
    let mut versions: Vec<String> = groups(target)?.into_iter().flat_map(|(_, versions)| versions).collect();
    versions.sort();
    print((versions.join("\n") + "\n").as_bytes())
}

pub(crate) fn resources(target: &Target<'_>, resources: &Resources) -> Result<(), Failure> {
    let mut found = Vec::new();
    for (group, versions) in groups(target)? {
        if resources.api_group.as_ref().is_some_and(|wanted| *wanted != group) {
            continue;
        }
        let mut seen: Vec<String> = Vec::new();
        for version in versions {
            let path =
                if version.contains('/') { format!("/apis/{version}") } else { format!("/api/{version}") };
            for served in ask(target, &path)?["resources"].as_array().into_iter().flatten() {
                let name = served["name"].as_str().unwrap_or_default().to_owned();
                let wanted = resources.namespaced.is_none_or(|wanted| served["namespaced"] == wanted);
                // A later version only adds what the preferred one has not.
                if name.contains('/') || !wanted || texts(&served["verbs"]).is_empty() || seen.contains(&name)
                {
                    continue;
                }
                seen.push(name.clone());
                found.push((group.clone(), name, version.clone(), served.clone()));
            }
        }
    }
    found.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
    if resources.output.as_deref() == Some("name") {
        let dotted = |(group, name, ..): &(String, String, String, Value)| {
            if group.is_empty() { format!("{name}\n") } else { format!("{name}.{group}\n") }
        };
        return print(found.iter().map(dotted).collect::<String>().as_bytes());
    }
    print(laid_out(resources, &found)?.as_bytes())
}

fn laid_out(resources: &Resources, found: &[(String, String, String, Value)]) -> Result<String, Failure> {
    let wide = resources.output.is_some();
    let rows = found.iter().map(|(_, name, version, served)| {
        let joined = |field: &str| texts(&served[field]).join(",");
        let namespaced = served["namespaced"] == true;
        json!({"cells": [
            name, joined("shortNames"), version, namespaced.to_string(), served["kind"], joined("verbs"), joined("categories"),
        ]})
    });
    let rows: Vec<Value> = rows.collect();
    let column = |name: &str, priority: u8| json!({"name": name, "type": "string", "priority": priority});
    let mut columns: Vec<Value> = ["Name", "Shortnames", "APIVersion", "Namespaced", "Kind"]
        .into_iter()
        .map(|name| column(name, 0))
        .collect();
    columns.extend([column("Verbs", 1), column("Categories", 1)]);
    let table: Table =
        serde_json::from_value(json!({"columnDefinitions": columns, "rows": rows})).map_err(Failure::new)?;
    let style = Style { wide, no_headers: resources.no_headers, ..Style::default() };
    let mut printer = Printer::new(style);
    printer.print_whole(&table);
    Ok(printer.layout.out)
}

fn ask(target: &Target<'_>, path: &str) -> Result<Value, Failure> {
    Ok(target.run::<Body>(&raw(path)?)?.json()?)
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}
