//! What holds the command of `kubewire elect`, and stops it in time.

use std::io::BufRead;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitCode, ExitStatus};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, getpid, kill_process, kill_process_group};

/// The word by which the program starts itself as a watchdog. No user says it.
pub(crate) const WORD: &str = "--elect-watchdog";

/// What the watchdog ends itself by when it has stopped the command.
const TIME_IS_OVER: Signal = Signal::ALARM;

/// How often it looks whether the command has ended.
const LOOK: Duration = Duration::from_millis(50);

/// Since the machine started, its sleep included: a clock that all processes share, and nobody sets.
pub(crate) fn uptime() -> Duration {
    let text = std::fs::read_to_string("/proc/uptime").unwrap_or_default();
    let seconds: f64 = text.split(' ').next().and_then(|text| text.parse().ok()).unwrap_or_default();
    Duration::try_from_secs_f64(seconds).unwrap_or_default()
}

/// Runs as a watchdog, where these are its words: how long the command may take to end, and the command. Standard input says, line by line,
/// until when it may run.
pub(crate) fn run_if_meant(mut words: impl Iterator<Item = String>) -> Option<ExitCode> {
    if words.next()? != WORD {
        return None;
    }
    let grace = Duration::from_millis(words.next()?.parse().ok()?);
    let (program, arguments) = (words.next()?, words.collect::<Vec<_>>());
    let (sender, until) = channel();
    thread::spawn(move || {
        for line in std::io::stdin().lock().lines() {
            let Some(until) = line.ok().and_then(|line| line.parse().ok()) else { return };
            if sender.send(Duration::from_millis(until)).is_err() {
                return;
            }
        }
    });
    // A group of its own: what the command starts is stopped with it.
    match Command::new(&program).args(arguments).stdin(std::process::Stdio::null()).process_group(0).spawn() {
        Ok(child) => Some(guard(child, &until, grace)),
        Err(error) => {
            eprintln!("error: {program} cannot be run: {error}");
            Some(ExitCode::from(127))
        }
    }
}

fn guard(mut child: Child, told: &Receiver<Duration>, grace: Duration) -> ExitCode {
    let mut until = Duration::ZERO;
    loop {
        if let Ok(Some(status)) = child.try_wait() {
            return ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1));
        }
        match told.recv_timeout(LOOK) {
            Ok(later) => until = later,
            Err(RecvTimeoutError::Disconnected) => break,
            // The first word comes at once.
            Err(RecvTimeoutError::Timeout) if until.is_zero() => {}
            Err(RecvTimeoutError::Timeout) if uptime() + grace >= until => break,
            Err(RecvTimeoutError::Timeout) => {}
        }
    }
    end(&mut child, until, grace);
    // No command's exit code says this.
    _ = kill_process(getpid(), TIME_IS_OVER);
    ExitCode::from(1)
}

/// Whether the watchdog has stopped the command because its time was over: we were frozen, or heard of no renewal.
pub(crate) fn stopped_in_time(status: ExitStatus) -> bool {
    status.signal() == Some(TIME_IS_OVER.as_raw())
}

/// Asks the command to end, and kills it when its time is over.
fn end(child: &mut Child, until: Duration, grace: Duration) {
    let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) else { return };
    _ = kill_process_group(group, Signal::TERM);
    let last = until.min(uptime() + grace);
    while uptime() < last && !matches!(child.try_wait(), Ok(Some(_))) {
        thread::sleep(Duration::from_millis(10));
    }
    // What it started may be there still.
    _ = kill_process_group(group, Signal::KILL);
    _ = child.wait();
}
