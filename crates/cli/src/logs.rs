//! `kubewire logs`.

use std::time::Duration;

use clap::Args;
use kubewire::{Builtin, Catalog, Log, LogLine, Verb};

use crate::duration;
use crate::failure::Failure;
use crate::get::print;
use crate::target::Target;
use crate::words::{self, Planned};

#[derive(Args)]
pub(crate) struct Logs {
    /// POD or pod/POD
    #[arg(value_name = "POD")]
    pod: String,
    /// Which container, where the pod has several
    #[arg(short, long, value_name = "NAME")]
    container: Option<String>,
    /// Go on until the container ends
    #[arg(short, long)]
    follow: bool,
    /// Of the container's earlier run
    #[arg(short, long)]
    previous: bool,
    /// Only the last so many lines
    #[arg(long, value_name = "LINES")]
    tail: Option<u32>,
    /// Only what is newer, such as 10s, 5m or 3h
    #[arg(long, value_name = "DURATION", value_parser = duration::parse, conflicts_with = "since_time")]
    since: Option<Duration>,
    /// Only what is newer than this time (RFC 3339)
    #[arg(long, value_name = "TIME")]
    since_time: Option<String>,
    /// Each line with its time
    #[arg(long)]
    timestamps: bool,
    /// Only the first so many bytes
    #[arg(long, value_name = "BYTES")]
    limit_bytes: Option<u64>,
}

pub(crate) fn plan(target: &Target<'_>, logs: &Logs) -> Result<Vec<Planned>, Failure> {
    let name = match logs.pod.split_once('/') {
        Some(("pod" | "pods" | "po", name)) => name,
        Some(_) => return Err(Failure::new("logs are a pod's: name it as POD or pod/POD")),
        None => &logs.pod,
    };
    let pods = Builtin.find(None, "pods").ok_or_else(|| Failure::new("no pods"))?;
    let mut planned = words::planned(Verb::Get, pods, Some(target.namespace()?), name)?;
    planned.operation.set("subresource", "log")?;
    let flag = |set: bool| set.then(|| "true".to_owned());
    let parameters = [
        ("container", logs.container.clone()),
        ("follow", flag(logs.follow)),
        ("previous", flag(logs.previous)),
        ("tailLines", logs.tail.map(|lines| lines.to_string())),
        ("sinceSeconds", logs.since.map(|time| time.as_secs().to_string())),
        ("sinceTime", logs.since_time.clone()),
        ("timestamps", flag(logs.timestamps)),
        ("limitBytes", logs.limit_bytes.map(|bytes| bytes.to_string())),
    ];
    for (key, value) in parameters {
        if let Some(value) = value {
            planned.operation.set(&format!("query.{key}"), &value)?;
        }
    }
    Ok(vec![planned])
}

/// Line by line, as they come: a log may be long, or not be over yet.
pub(crate) fn run(target: &Target<'_>, logs: &Logs) -> Result<(), Failure> {
    for planned in plan(target, logs)? {
        let log = planned.operation.call(&Builtin)?.answering::<Log>();
        let client = target.client()?;
        if !logs.follow {
            for line in client.logs(log)? {
                show(&line?, true)?;
            }
            continue;
        }
        let mut last = None;
        for line in client.follow_logs(log)? {
            last = None;
            match line {
                Ok(line) => show(&line, logs.timestamps)?,
                // Should nothing follow it, it is the end.
                Err(error) => {
                    eprintln!("kubewire: {error}");
                    last = Some(Failure::silent());
                }
            }
        }
        last.map_or(Ok(()), Err)?;
    }
    Ok(())
}

fn show(line: &LogLine, times: bool) -> Result<(), Failure> {
    let time = line.timestamp().filter(|_| times).map(|time| format!("{time} ")).unwrap_or_default();
    print(&[time.as_bytes(), line.bytes(), b"\n"].concat())
}
