//! `-o FORMAT`: how objects are printed.

use std::ffi::OsStr;

use clap::builder::{PossibleValue, TypedValueParser};
use clap::error::ErrorKind;
use clap::{Arg, Command, Error};

use crate::columns::Columns;
use crate::jsonpath::Template;

/// How to print what was asked for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Output {
    /// The table with the columns that are shown where there is room.
    Wide,
    /// TYPE/NAME, a line each.
    Name,
    Json,
    Yaml,
    /// What a template makes of the object, or of the list.
    JsonPath(Template),
    /// What a template's paths find, as a list of JSON.
    JsonPathAsJson(Template),
    /// A table of the caller's own columns.
    Columns(Columns),
}

/// The formats, with those that carry text of their own.
#[derive(Clone)]
pub(crate) struct Formats;

const FORMATS: [(&str, &str); 7] = [
    ("wide", "The table with the columns that are shown where there is room"),
    ("name", "TYPE/NAME, a line each"),
    ("json", "JSON"),
    ("yaml", "YAML"),
    ("jsonpath=", "What a template such as {.items[*].metadata.name} finds"),
    ("jsonpath-as-json=", "The same as a list of JSON"),
    ("custom-columns=", "Columns of one's own, such as NAME:.metadata.name,NODE:.spec.nodeName"),
];

impl TypedValueParser for Formats {
    type Value = Output;

    fn parse_ref(&self, command: &Command, _: Option<&Arg>, value: &OsStr) -> Result<Output, Error> {
        parse(&value.to_string_lossy())
            .map_err(|why| Error::raw(ErrorKind::InvalidValue, format!("{why}\n")).with_cmd(command))
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(FORMATS.iter().map(|(name, help)| PossibleValue::new(*name).help(*help))))
    }
}

fn parse(text: &str) -> Result<Output, String> {
    let (format, template) =
        text.split_once('=').map_or((text, None), |(format, template)| (format, Some(template)));
    let template = |wanted: &str| {
        template
            .filter(|template| !template.is_empty())
            .ok_or_else(|| format!("{wanted} format specified but no {wanted} given"))
    };
    let path = || {
        template("template").and_then(|text| {
            Template::parse(text).map_err(|why| format!("error parsing jsonpath {text}, {why}"))
        })
    };
    match format {
        "wide" => Ok(Output::Wide),
        "name" => Ok(Output::Name),
        "json" => Ok(Output::Json),
        "yaml" => Ok(Output::Yaml),
        "jsonpath" => Ok(Output::JsonPath(path()?)),
        "jsonpath-as-json" => Ok(Output::JsonPathAsJson(path()?)),
        "custom-columns" => Ok(Output::Columns(Columns::parse(template("custom-columns")?)?)),
        _ => {
            let names: Vec<&str> = FORMATS.iter().map(|(name, _)| *name).collect();
            let names = names.join(", ");
            Err(format!(
                "unable to match a printer suitable for the output format \"{text}\", allowed formats are: {names}"
            ))
        }
    }
}
