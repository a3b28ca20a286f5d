//! `kubewire`, the command: kubectl's words, from within a pod or with its mount.

mod api;
mod apply;
mod arguments;
mod auth;
mod columns;
mod curl;
mod delete;
mod discover;
mod duration;
mod elect;
mod explain;
mod failure;
mod follow;
mod format;
mod get;
mod jsonpath;
mod label;
mod logs;
mod manifest;
mod metrics;
mod operations;
mod output;
mod patch;
mod plan;
mod sandbox;
mod scale;
mod shown;
mod table;
mod target;
mod wait;
mod watchdog;
mod words;
mod write;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use arguments::{Arguments, Plain, Verb};
use failure::Failure;

fn main() -> ExitCode {
    if let Some(code) = watchdog::run_if_meant(std::env::args().skip(1)) {
        return code;
    }
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let _ = error.print();
            // kubectl's exit code of an error in usage; help and version are none.
            return ExitCode::from(u8::from(error.use_stderr()));
        }
    };
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.print();
            failure.exit_code()
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let target = target::Target::new(&arguments.target);
    if arguments.as_operation {
        return operations::print(&target, &arguments.verb);
    }
    let plain = match &arguments.verb {
        Verb::Plain(plain) => plain,
        Verb::Curl { verb } => return curl::run(&target, verb),
        Verb::Elect(elect) => return elect::run(&target, elect),
        Verb::Sandbox(sandbox) => return sandbox::run(&arguments.target, sandbox),
        Verb::Completion { shell } => {
            clap_complete::generate(*shell, &mut Arguments::command(), "kubewire", &mut std::io::stdout());
            return Ok(());
        }
    };
    match plain {
        Plain::Get(get) => get::run(&target, get),
        Plain::Apply(apply) => apply::run(&target, apply),
        Plain::Delete(delete) => delete::run(&target, delete),
        Plain::Create(create) => write::create(&target, create),
        Plain::Replace(replace) => write::replace(&target, replace),
        Plain::Patch(patch) => patch::run(&target, patch),
        Plain::Scale(scale) => scale::run(&target, scale),
        Plain::Label(change) => label::run(&target, change, &label::LABELS),
        Plain::Annotate(change) => label::run(&target, change, &label::ANNOTATIONS),
        Plain::Wait(wait) => wait::run(&target, wait),
        Plain::Rollout { action } => wait::rollout(&target, action),
        Plain::Logs(logs) => logs::run(&target, logs),
        Plain::Auth { question } => auth::run(&target, question),
        Plain::ApiResources(resources) => api::resources(&target, resources),
        Plain::ApiVersions => api::versions(&target),
        Plain::Explain(explain) => explain::run(&target, explain),
        Plain::Metrics(metrics) => metrics::run(&target, metrics),
    }
}
