//! One more API server in front of a running cluster's data, for tests that are hard on it.

use crate::{Admin, Error, Result, State, certificates::Serving, flags, ports, process::Process};
use std::{
    fs,
    path::{self, Path, PathBuf},
};

const TRIES: u32 = 3;

/// An API server of the same objects and the same service accounts as a cluster's, with a port and a certificate
/// authority of its own; dropping it stops it.
///
/// Its certificate can be rotated, and it can be killed and started again, without a word to the cluster's other users.
#[derive(Debug)]
pub struct Front {
    cluster: State,
    dir: PathBuf,
    port: u16,
    serving: Serving,
    // `None` while it is stopped.
    process: Option<Process>,
}

impl Front {
    /// Starts one whose files are in `dir`. Returns when it answers: 3 s.
    ///
    /// # Errors
    /// When it does not start, with the end of its log.
    pub fn start(cluster: &State, dir: &Path) -> Result<Self> {
        let dir = path::absolute(dir).map_err(|cause| Error::file("find", dir, cause))?;
        fs::create_dir_all(&dir).map_err(|cause| Error::file("make", &dir, cause))?;
        let mut tries = 1;
        loop {
            let [port] = ports::free()?;
            let serving = Serving::create(&dir)?;
            let mut front = Self { cluster: cluster.clone(), dir: dir.clone(), port, serving, process: None };
            match front.run() {
                Ok(()) => return Ok(front),
                Err(error) if error.is_taken_port() && tries < TRIES => tries += 1,
                Err(error) => return Err(error),
            }
        }
    }

    /// Its base URL.
    #[must_use]
    pub fn server(&self) -> String {
        format!("https://127.0.0.1:{}", self.port)
    }

    /// The port in it.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The authority that signed its certificate: a file that [`Front::rotate`] replaces.
    #[must_use]
    pub fn ca(&self) -> &Path {
        &self.serving.ca
    }

    /// Its admin, who trusts the authority of now and not one that comes with a later [`Front::rotate`].
    ///
    /// # Errors
    /// When its files cannot be read.
    pub fn admin(&self) -> Result<Admin> {
        Admin::new(&self.server(), self.ca(), &self.cluster.admin_token()?)
    }

    /// Stops it, gives it a certificate of a new authority, and starts it on the same port. Returns when it answers.
    ///
    /// # Errors
    /// When it does not start.
    pub fn rotate(&mut self) -> Result<()> {
        self.kill();
        self.serving = Serving::create(&self.dir)?;
        self.run()
    }

    /// Stops it as `kill -9` does and starts it again, unchanged. Returns when it answers.
    ///
    /// # Errors
    /// When it does not start.
    pub fn restart(&mut self) -> Result<()> {
        self.kill();
        self.run()
    }

    /// Stops it as `kill -9` does, until [`Front::restart`].
    pub fn kill(&mut self) {
        self.process = None;
    }

    fn run(&mut self) -> Result<()> {
        let flags = flags::api_server(&self.cluster, &self.dir, self.port, &self.serving);
        let program = &self.cluster.binaries.kube_apiserver;
        let process = Process::start("kube-apiserver", program, &flags, &self.dir)?;
        let admin = self.admin()?;
        self.process.insert(process).wait_until_ready(&admin)
    }
}
