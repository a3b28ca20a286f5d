//! `kubewire logs`.

use clap::Args;
use kubewire::{Builtin, Catalog, Log, Verb};

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
    #[arg(long, value_name = "DURATION", value_parser = seconds, conflicts_with = "since_time")]
    since: Option<u64>,
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
        ("sinceSeconds", logs.since.map(|seconds| seconds.to_string())),
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
        for line in target.client()?.logs(log)? {
            let line = line?;
            let time = line.timestamp().map(|time| format!("{time} ")).unwrap_or_default();
            print(&[time.as_bytes(), line.bytes(), b"\n"].concat())?;
        }
    }
    Ok(())
}

/// Whole seconds of a duration in Go's words: `90`, `10s`, `5m`, `1h30m`.
pub(crate) fn seconds(text: &str) -> Result<u64, String> {
    let refuse = || format!("`{text}` is no duration such as 10s, 5m or 1h30m");
    let (mut total, mut digits) = (0_u64, String::new());
    for letter in text.chars() {
        let unit = match letter {
            '0'..='9' => {
                digits.push(letter);
                continue;
            }
            's' => 1,
            'm' => 60,
            'h' => 3600,
            _ => return Err(refuse()),
        };
        let count: u64 = digits.parse().map_err(|_| refuse())?;
        total = count.checked_mul(unit).and_then(|more| total.checked_add(more)).ok_or_else(refuse)?;
        digits.clear();
    }
    if digits.is_empty() && !text.is_empty() { Ok(total) } else { Err(refuse()) }
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn durations_are_gos() {
        for (text, want) in [("10s", 10), ("5m", 300), ("1h30m", 5400), ("0s", 0)] {
            assert_eq!(seconds(text), Ok(want));
        }
        for bad in ["", "5", "m", "1d", "-1s", "99999999999999999999h", "18446744073709551615h"] {
            assert!(seconds(bad).is_err(), "{bad}");
        }
    }
}
