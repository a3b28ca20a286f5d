//! A server process: its log, its end, and the guard that ends it when we end.

use crate::{Admin, Error, Result};
use std::{
    fs::{self, File},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// How long a server may take to become ready: it takes 4 s, but on a busy machine with cold disks far longer.
const PATIENCE: Duration = Duration::from_secs(180);
const PAUSE: Duration = Duration::from_millis(100);
const LOG_LINES_SHOWN: usize = 15;

/// A process that we started; dropping it kills it.
#[derive(Debug)]
pub(crate) struct Process {
    name: &'static str,
    log: PathBuf,
    // `None` once detached.
    running: Option<Running>,
}

#[derive(Debug)]
struct Running {
    child: Child,
    guard: Child,
}

impl Process {
    pub(crate) fn start(name: &'static str, program: &Path, flags: &[String], dir: &Path) -> Result<Self> {
        let log = dir.join(format!("{name}.log"));
        let out = File::options().create(true).append(true).open(&log);
        let out = out.map_err(|cause| Error::file("write", &log, cause))?;
        let err = out.try_clone().map_err(|cause| Error::file("write", &log, cause))?;
        let mut child = Command::new(program)
            .args(flags)
            .current_dir(dir)
            // A group of its own: Ctrl-C ends us, and the guard then ends the server, in this order.
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(out)
            .stderr(err)
            .spawn()
            .map_err(|cause| Error::file("run", program, cause))?;
        match guard(child.id()) {
            Ok(guard) => Ok(Self { name, log, running: Some(Running { child, guard }) }),
            Err(cause) => {
                end(&mut child);
                Err(Error::failed(format!("could not guard {name} with `sh`: {cause}")))
            }
        }
    }

    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    pub(crate) fn pid(&self) -> Option<u32> {
        self.running.as_ref().map(|running| running.child.id())
    }

    /// Asks `ready` until it says yes. Fails when the process has ended, or when patience has.
    pub(crate) fn wait_until(&mut self, what: &str, mut ready: impl FnMut() -> Result<bool>) -> Result<()> {
        let start = Instant::now();
        loop {
            let last = match ready() {
                Ok(true) => return Ok(()),
                Ok(false) => "not yet".to_owned(),
                Err(error) => error.to_string(),
            };
            let name = self.name;
            if let Some(running) = &mut self.running
                && let Ok(Some(status)) = running.child.try_wait()
            {
                return Err(self.failure(&format!("{name} ended ({status}) before {what}")));
            }
            if start.elapsed() > PATIENCE {
                let waited = PATIENCE.as_secs();
                return Err(self.failure(&format!("waited {waited} s in vain until {what}; at last: {last}")));
            }
            thread::sleep(PAUSE);
        }
    }

    /// Waits until the API server that this is says so itself.
    pub(crate) fn wait_until_ready(&mut self, admin: &Admin) -> Result<()> {
        self.wait_until("/readyz said ok", || Ok(admin.get("/readyz")? == (200, "ok".to_owned())))
    }

    fn failure(&self, what: &str) -> Error {
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        let tail = lines[lines.len().saturating_sub(LOG_LINES_SHOWN)..].join("\n  ");
        Error::failed(format!("{what}. The end of its log, {}:\n  {tail}", self.log.display()))
    }

    /// Kills it (`kill -9`) and waits until it is gone.
    pub(crate) fn kill(&mut self) {
        if let Some(Running { mut child, mut guard }) = self.running.take() {
            // The guard goes first: it kills by number, and the number is free once the child is gone.
            end(&mut guard);
            end(&mut child);
        }
    }

    /// Lets it run on after we end.
    pub(crate) fn detach(mut self) {
        if let Some(Running { mut guard, .. }) = self.running.take() {
            end(&mut guard);
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Waits on a pipe that closes when we end, even by `kill -9`, and kills `pid` then.
fn guard(pid: u32) -> std::io::Result<Child> {
    Command::new("sh")
        .args(["-c", "cat >/dev/null; kill -9 \"$0\"", &pid.to_string()])
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
}

fn end(child: &mut Child) {
    // It may have ended by itself: then there is nothing to do.
    let _ = child.kill();
    let _ = child.wait();
}

/// Kills a process that an earlier program started, if `pid` still is `program`. Says whether it was.
pub(crate) fn kill_if_still(pid: u32, program: &Path) -> Result<bool> {
    if !runs(pid, program) {
        return Ok(false);
    }
    let pid = pid.to_string();
    let done = Command::new("sh").args(["-c", "kill -9 \"$0\"", &pid]).status();
    let ended = done.is_ok_and(|status| status.success());
    if !ended {
        return Err(Error::failed(format!(
            "could not kill process {pid}, which is {}: kill it by hand",
            program.display()
        )));
    }
    let start = Instant::now();
    while runs(pid.parse().unwrap_or(u32::MAX), program) && start.elapsed() < Duration::from_secs(5) {
        thread::sleep(PAUSE);
    }
    Ok(true)
}

/// Whether `pid` is a process of `program`: a number alone may be someone else's by now.
fn runs(pid: u32, program: &Path) -> bool {
    // Linux has this file, and `ps` is an extra there; elsewhere it is the other way around.
    let line = fs::read(format!("/proc/{pid}/cmdline")).ok().or_else(|| {
        let out = Command::new("ps").args(["-p", &pid.to_string(), "-o", "args="]).output().ok()?;
        out.status.success().then_some(out.stdout)
    });
    line.is_some_and(|line| String::from_utf8_lossy(&line).starts_with(&*program.to_string_lossy()))
}
