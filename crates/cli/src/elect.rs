//! `kubewire elect NAME -- COMMAND`: runs the command only while leading.
//!
//! The command is a child of a watchdog, which is a process of its own: told how long we lead, it stops the command when that time is over,
//! also where this process was frozen, or killed, and can tell it nothing.

use std::io::Write;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use clap::Args;
use kubewire::machine::{Candidate, ElectionEvent};
use kubewire_ureq::Election;

use crate::duration;
use crate::failure::Failure;
use crate::target::Target;
use crate::watchdog::{self, uptime};

#[derive(Args)]
pub(crate) struct Elect {
    /// The Lease's name
    name: String,
    /// Our own name in it, which no other candidate may have; without it the host's, which is the pod's
    #[arg(long, value_name = "IDENTITY")]
    id: Option<String>,
    /// How long others wait before they take over
    #[arg(long, value_name = "TIME", default_value = "15s", value_parser = duration::parse)]
    lease_duration: Duration,
    /// How long we lead without a renewal
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = duration::parse)]
    renew_deadline: Duration,
    /// How often we renew
    #[arg(long, value_name = "TIME", default_value = "2s", value_parser = duration::parse)]
    retry_period: Duration,
    /// How long the command may take to end before it is killed, when we lead no more: within the renew deadline
    #[arg(long, value_name = "TIME", default_value = "3s", value_parser = duration::parse)]
    grace_period: Duration,
    /// What to run while we lead
    #[arg(last = true, required = true, value_name = "COMMAND")]
    command: Vec<String>,
}

/// How often it looks whether anything has happened.
const LOOK: Duration = Duration::from_millis(50);

pub(crate) fn run(target: &Target<'_>, elect: &Elect) -> Result<(), Failure> {
    if elect.grace_period >= elect.renew_deadline {
        return Err(Failure::new("the grace period must be less than the renew deadline"));
    }
    let identity = match &elect.id {
        Some(id) => id.clone(),
        None => host_name()?,
    };
    let candidate = Candidate::new(&target.namespace()?, &elect.name, &identity)
        .lease_duration(elect.lease_duration)
        .renew_deadline(elect.renew_deadline)
        .retry_period(elect.retry_period);
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [signal_hook::consts::SIGTERM, signal_hook::consts::SIGINT] {
        signal_hook::flag::register(signal, Arc::clone(&stop)).map_err(Failure::new)?;
    }
    let mut election = target.client()?.elect(&candidate)?;
    let mut running: Option<Running> = None;
    let mut last_error = String::new();
    loop {
        while let Some(event) = election.try_next() {
            match event {
                Ok(event) => say(&event),
                // A failure that stays the same is said once.
                Err(error) if last_error != error.to_string() => {
                    last_error = error.to_string();
                    eprintln!("kubewire: {error}; going on");
                }
                Err(_) => {}
            }
        }
        if stop.load(Ordering::SeqCst) {
            if let Some(running) = running.take() {
                running.end()?;
            }
            election.stop();
            return Err(Failure::silent());
        }
        running = match running.take() {
            None if election.is_leader() => Some(Running::start(elect, &election)?),
            None => None,
            Some(mut running) => match running.ended()? {
                // Another has taken over, or will; we may lead again.
                Some(status) if watchdog::stopped_in_time(status) => None,
                Some(status) => {
                    election.stop();
                    return if status.success() {
                        Ok(())
                    } else {
                        Err(Failure::code(status.code().unwrap_or(1)))
                    };
                }
                None if election.is_leader() => {
                    running.tell(&election);
                    Some(running)
                }
                None => {
                    running.end()?;
                    None
                }
            },
        };
        sleep(LOOK);
    }
}

fn say(event: &ElectionEvent) {
    match event {
        ElectionEvent::Leading { .. } => eprintln!("kubewire: leading"),
        ElectionEvent::Lost { reason } => eprintln!("kubewire: leading no more ({reason:?})"),
        ElectionEvent::Following { leader } => eprintln!("kubewire: {leader} leads"),
        _ => {}
    }
}

fn host_name() -> Result<String, Failure> {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname")
        .or_else(|_| std::fs::read_to_string("/etc/hostname"));
    let name = name.unwrap_or_default().trim().to_owned();
    if name.is_empty() { Err(Failure::new("this host has no name: say --id IDENTITY")) } else { Ok(name) }
}

/// The command and its watchdog.
struct Running {
    watchdog: Child,
    words: Option<ChildStdin>,
    told: Option<Instant>,
}

impl Running {
    fn start(elect: &Elect, election: &Election) -> Result<Self, Failure> {
        let myself = std::env::current_exe().map_err(Failure::new)?;
        let mut command = Command::new(myself);
        command.arg(watchdog::WORD).arg(elect.grace_period.as_millis().to_string()).args(&elect.command);
        // A signal from the terminal is for us: we end it in order.
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut watchdog = command.stdin(Stdio::piped()).spawn().map_err(Failure::new)?;
        let words = watchdog.stdin.take();
        let mut running = Self { watchdog, words, told: None };
        running.tell(election);
        Ok(running)
    }

    /// Tells the watchdog until when we lead, on the clock that all processes share.
    fn tell(&mut self, election: &Election) {
        // In this order: should we be frozen in between, the time told is too early and not too late.
        let now = uptime();
        let Some(until) = election.leading_until() else { return };
        if self.told == Some(until) {
            return;
        }
        let left = until.saturating_duration_since(Instant::now());
        self.told = Some(until);
        // A watchdog that hears nothing acts on what it heard before.
        _ = self.words.as_mut().map(|words| writeln!(words, "{}", (now + left).as_millis()));
    }

    fn ended(&mut self) -> Result<Option<ExitStatus>, Failure> {
        self.watchdog.try_wait().map_err(Failure::new)
    }

    /// Ends the command: the watchdog does, when it hears no more.
    fn end(mut self) -> Result<(), Failure> {
        self.words = None;
        self.watchdog.wait().map(drop).map_err(Failure::new)
    }
}
