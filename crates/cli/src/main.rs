//! `kubewire`, the command: kubectl's words, from within a pod or with its mount.

mod apply;
mod arguments;
mod curl;
mod delete;
mod discover;
mod failure;
mod get;
mod manifest;
mod output;
mod table;
mod target;
mod words;

use std::process::ExitCode;

use clap::Parser;

use arguments::{Arguments, Verb};
use failure::Failure;

fn main() -> ExitCode {
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
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let target = target::Target::new(&arguments.target);
    match &arguments.verb {
        Verb::Get(get) => get::run(&target, get),
        Verb::Apply(apply) => apply::run(&target, apply),
        Verb::Delete(delete) => delete::run(&target, delete),
        Verb::Curl { verb } => curl::run(&target, verb),
    }
}
