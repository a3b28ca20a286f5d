//! `kubewire metrics`: what the API server counts, in Prometheus' text format.

use clap::Args;
use kubewire::{Body, Operation};

use crate::failure::Failure;
use crate::get::{print, raw};
use crate::target::Target;
use crate::words::Planned;

#[derive(Args)]
pub(crate) struct Metrics {
    /// Only metrics whose names begin so
    #[arg(value_name = "PREFIX")]
    prefix: Option<String>,
}

pub(crate) fn plan() -> Result<Vec<Planned>, Failure> {
    Ok(vec![Planned::bare(operation()?)])
}

fn operation() -> Result<Operation, Failure> {
    raw("/metrics")
}

pub(crate) fn run(target: &Target<'_>, metrics: &Metrics) -> Result<(), Failure> {
    let answer: Body = target.run(&operation()?)?;
    let Some(prefix) = &metrics.prefix else { return print(answer.bytes()) };
    let text = answer.text()?;
    let name = |line: &str| {
        let line = line.strip_prefix("# HELP ").or_else(|| line.strip_prefix("# TYPE ")).unwrap_or(line);
        line.starts_with(prefix.as_str())
    };
    let lines: String = text.split_inclusive('\n').filter(|line| name(line)).collect();
    print(lines.as_bytes())
}
