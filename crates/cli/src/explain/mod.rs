//! `kubewire explain`: what a type's fields are and mean, from the server's own OpenAPI v3 documents.

mod page;
mod schema;
mod wrap;

use clap::Args;
use kubewire::{Body, Resource};
use serde_json::Value;

use crate::discover;
use crate::failure::Failure;
use crate::get::{print, raw};
use crate::target::Target;
use crate::words::Planned;
use page::Page;

#[derive(Args)]
pub(crate) struct Explain {
    /// TYPE, or TYPE.FIELD.FIELD
    #[arg(value_name = "TYPE[.FIELD...]")]
    path: String,
    /// Another version of the type, such as autoscaling/v1
    #[arg(long, value_name = "VERSION")]
    api_version: Option<String>,
    /// The fields of the fields too, a line each
    #[arg(long)]
    recursive: bool,
}

/// The index; which document follows, its answer says.
pub(crate) fn plan() -> Result<Vec<Planned>, Failure> {
    Ok(vec![Planned::bare(raw("/openapi/v3")?)])
}

pub(crate) fn run(target: &Target<'_>, explain: &Explain) -> Result<(), Failure> {
    let (resource, fields) = resolve(target, explain)?;
    let index: Value = target.run::<Body>(&raw("/openapi/v3")?)?.json().map_err(Failure::from)?;
    let prefix = if resource.group.is_empty() { "api" } else { "apis" };
    let group = [prefix, "/", &resource.api_version()].concat();
    let path = index["paths"][&group]["serverRelativeURL"].as_str();
    let path = path.ok_or_else(|| Failure::new(format!("the server has no OpenAPI document of {group}")))?;
    let document: Value = target.run::<Body>(&raw(path)?)?.json().map_err(Failure::from)?;
    let Some(page) = Page::find(&document, &resource) else {
        let why = format!("the server's OpenAPI document of {group} does not have {}", resource.kind);
        return Err(Failure::new(why));
    };
    print(page.head().as_bytes())?;
    let Some(text) = page.text(&fields, explain.recursive) else {
        let field = fields.last().copied().unwrap_or_default();
        return Err(Failure::new(format!("field \"{field}\" does not exist")));
    };
    print(text.as_bytes())
}

/// The type that the path begins with, by its name alone or with its group, and the fields behind it.
fn resolve<'a>(target: &Target<'_>, explain: &'a Explain) -> Result<(Resource, Vec<&'a str>), Failure> {
    let path = explain.path.strip_suffix('.').unwrap_or(&explain.path);
    let (word, fields) = path.split_once('.').unwrap_or((path, ""));
    let resource = match &explain.api_version {
        Some(version) => discover::in_version(target, version, word)?,
        None => discover::by_name(target, word)?,
    };
    let fields = match fields.strip_prefix(&*resource.group) {
        Some(rest) if !resource.group.is_empty() && (rest.is_empty() || rest.starts_with('.')) => {
            rest.trim_start_matches('.')
        }
        _ => fields,
    };
    Ok((resource, fields.split('.').filter(|field| !field.is_empty()).collect()))
}
