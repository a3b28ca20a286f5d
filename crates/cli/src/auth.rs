//! `kubewire auth`: what one may do, and who one is.

use clap::Subcommand;
use kubewire::{Body, Builtin, Catalog, Resource, Table, Verb};
use serde_json::{Value, json};

use crate::discover;
use crate::failure::Failure;
use crate::get::print;
use crate::table::{Printer, Style};
use crate::target::Target;
use crate::words::{self, Planned};

#[derive(Subcommand)]
pub(crate) enum Question {
    /// Whether one may do VERB to TYPE, TYPE/NAME or a path such as /metrics; the exit code is 1 for no
    CanI {
        /// get, list, watch, create, update, patch, delete, deletecollection, or another word of RBAC
        verb: String,
        /// TYPE, TYPE/NAME or /PATH
        #[arg(value_name = "TYPE[/NAME] | /PATH")]
        what: String,
        /// The object's name
        name: Option<String>,
        /// What of the object, such as log or scale
        #[arg(long, value_name = "NAME")]
        subresource: Option<String>,
        /// In all namespaces
        #[arg(short = 'A', long, conflicts_with = "namespace")]
        all_namespaces: bool,
        /// No yes or no, only the exit code
        #[arg(short, long)]
        quiet: bool,
    },
    /// Who the server says one is
    Whoami,
}

pub(crate) fn plan(target: &Target<'_>, question: &Question) -> Result<Vec<Planned>, Failure> {
    let (plural, body) = match question {
        Question::Whoami => {
            let body = json!({"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"});
            ("selfsubjectreviews", body)
        }
        Question::CanI { verb, what, name, subresource, all_namespaces, .. } => {
            let spec = if what.starts_with('/') {
                json!({"nonResourceAttributes": {"verb": verb, "path": what}})
            } else {
                let (word, slashed) = what.split_once('/').unwrap_or((what, ""));
                let resource = match word {
                    "*" => Resource::new("*", "*", "", "*", kubewire::Scope::Unknown),
                    word => discover::by_name(target, word)?,
                };
                let namespace = if *all_namespaces { String::new() } else { target.namespace()? };
                json!({"resourceAttributes": {
                    "verb": verb,
                    "group": resource.group,
                    "resource": resource.plural,
                    "subresource": subresource.as_deref().unwrap_or_default(),
                    "name": name.as_deref().unwrap_or(slashed),
                    "namespace": namespace,
                }})
            };
            let kind = "SelfSubjectAccessReview";
            (
                "selfsubjectaccessreviews",
                json!({"apiVersion": "authorization.k8s.io/v1", "kind": kind, "spec": spec}),
            )
        }
    };
    let resource = Builtin.find(None, plural).ok_or_else(|| Failure::new(plural))?;
    let mut planned = words::planned(Verb::Create, resource, None, "")?;
    planned.operation.set_body(body.to_string());
    Ok(vec![planned])
}

pub(crate) fn run(target: &Target<'_>, question: &Question) -> Result<(), Failure> {
    for planned in plan(target, question)? {
        let review: Value = target.run::<Body>(&planned.operation)?.json()?;
        match question {
            Question::CanI { quiet, .. } => decide(&review["status"], *quiet)?,
            Question::Whoami => print(who(&review["status"]["userInfo"])?.as_bytes())?,
        }
    }
    Ok(())
}

fn decide(status: &Value, quiet: bool) -> Result<(), Failure> {
    let allowed = status["allowed"] == true;
    let mut line = String::from(if allowed { "yes" } else { "no" });
    if let Some(reason) = status["reason"].as_str().filter(|reason| !allowed && !reason.is_empty()) {
        line.push_str(" - ");
        line.push_str(reason);
    }
    if !quiet {
        print(format!("{line}\n").as_bytes())?;
    }
    if allowed { Ok(()) } else { Err(Failure::silent()) }
}

fn who(user: &Value) -> Result<String, Failure> {
    let list = |value: &Value| {
        let texts: Vec<&str> = value.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        format!("[{}]", texts.join(" "))
    };
    let mut rows = vec![json!({"cells": ["Username", user["username"]]})];
    if user["uid"].as_str().is_some_and(|uid| !uid.is_empty()) {
        rows.push(json!({"cells": ["UID", user["uid"]]}));
    }
    if user["groups"].is_array() {
        rows.push(json!({"cells": ["Groups", list(&user["groups"])]}));
    }
    for (key, value) in user["extra"].as_object().into_iter().flatten() {
        rows.push(json!({"cells": [format!("Extra: {key}"), list(value)]}));
    }
    let columns = json!([{"name": "Attribute", "type": "string"}, {"name": "Value", "type": "string"}]);
    let table: Table =
        serde_json::from_value(json!({"columnDefinitions": columns, "rows": rows})).map_err(Failure::new)?;
    let mut printer = Printer::new(Style::default());
    printer.print(&table);
    Ok(printer.layout.out)
}
