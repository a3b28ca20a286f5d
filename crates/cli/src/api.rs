//! `kubewire api-resources` and `api-versions`: what the server has.

use clap::Args;
use kubewire::{Resource, ServedGroup, ServedResource, Table};
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

pub(crate) fn versions(target: &Target<'_>) -> Result<(), Failure> {
    let groups = target.served()?.groups.iter();
    let version = |group: &ServedGroup, version: &str| match &*group.name {
        "" => version.to_owned(),
        name => format!("{name}/{version}"),
    };
    let mut versions: Vec<String> =
        groups.flat_map(|group| group.versions.iter().map(|found| version(group, &found.version))).collect();
    versions.sort();
    print((versions.join("\n") + "\n").as_bytes())
}

pub(crate) fn resources(target: &Target<'_>, resources: &Resources) -> Result<(), Failure> {
    let mut found: Vec<(Resource, &ServedResource)> = Vec::new();
    for (resource, served) in target.served()?.resources() {
        let wanted = resources.api_group.as_ref().is_none_or(|group| *group == resource.group)
            && resources.namespaced.is_none_or(|namespaced| namespaced == served.namespaced)
            && !served.verbs.is_empty();
        // A later version only adds what the preferred one has not.
        let seen = found
            .iter()
            .any(|(other, _)| (&other.group, &other.plural) == (&resource.group, &resource.plural));
        if wanted && !seen {
            found.push((resource, served));
        }
    }
    found.sort_by(|(a, _), (b, _)| (&a.group, &a.plural).cmp(&(&b.group, &b.plural)));
    if resources.output.as_deref() == Some("name") {
        let dotted = |(resource, _): &(Resource, &ServedResource)| match &*resource.group {
            "" => format!("{}\n", resource.plural),
            group => format!("{}.{group}\n", resource.plural),
        };
        return print(found.iter().map(dotted).collect::<String>().as_bytes());
    }
    print(laid_out(resources, &found)?.as_bytes())
}

fn laid_out(resources: &Resources, found: &[(Resource, &ServedResource)]) -> Result<String, Failure> {
    let wide = resources.output.is_some();
    let rows = found.iter().map(|(resource, served)| {
        json!({"cells": [
            served.name, served.short_names.join(","), resource.api_version(), served.namespaced.to_string(), served.kind,
            served.verbs.join(","), served.categories.join(","),
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
