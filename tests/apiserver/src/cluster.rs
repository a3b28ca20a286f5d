//! One cluster: etcd, an API server and, mostly, a controller manager.

use crate::{
    Admin, Binaries, Error, Result, State,
    certificates::{Serving, random_hex, service_account_key, write},
    flags, ports,
    process::{Process, kill_if_still},
};
use serde_json::json;
use std::{
    collections::BTreeMap,
    fs,
    net::{Ipv4Addr, TcpStream},
    path::{self, Path},
};

/// How often ports are sought anew when somebody else takes one before we can.
const TRIES: u32 = 3;

/// A running cluster; dropping it stops it.
#[derive(Debug)]
pub struct Cluster {
    state: State,
    // In the order in which they are stopped: who depends on others first.
    controller_manager: Option<Process>,
    api_server: Process,
    etcd: Process,
}

impl Cluster {
    /// Starts a new and empty cluster in `dir`, in place of one that was there. Returns when it answers and has made the
    /// `default` service account: 4 s.
    ///
    /// # Errors
    /// When a program does not start, with the end of its log.
    pub fn start(dir: &Path, binaries: &Binaries) -> Result<Self> {
        Self::start_with(dir, binaries, true)
    }

    /// The same without controllers: nobody touches what is in it but those who ask.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub fn start_bare(dir: &Path, binaries: &Binaries) -> Result<Self> {
        Self::start_with(dir, binaries, false)
    }

    fn start_with(dir: &Path, binaries: &Binaries, controllers: bool) -> Result<Self> {
        let dir = &path::absolute(dir).map_err(|cause| Error::file("find", dir, cause))?;
        let mut tries = 1;
        loop {
            stop(dir)?;
            match Self::try_start(dir, binaries, controllers) {
                Err(error) if error.is_taken_port() && tries < TRIES => tries += 1,
                other => return other,
            }
        }
    }

    /// What a test has to know of it.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Lets it run on when this program ends, until [`stop`].
    pub fn detach(self) -> State {
        if let Some(controller_manager) = self.controller_manager {
            controller_manager.detach();
        }
        self.api_server.detach();
        self.etcd.detach();
        self.state
    }

    fn try_start(dir: &Path, binaries: &Binaries, controllers: bool) -> Result<Self> {
        if dir.exists() {
            fs::remove_dir_all(dir).map_err(|cause| Error::file("empty", dir, cause))?;
        }
        fs::create_dir_all(dir).map_err(|cause| Error::file("make", dir, cause))?;
        let [client, peer, port] = ports::free()?;
        let serving = Serving::create(dir)?;
        let mut state = new_state(dir, binaries, &serving, client, port)?;
        let admin = Admin::of(&state)?;

        let mut etcd = Process::start("etcd", &binaries.etcd, &flags::etcd(dir, client, peer), dir)?;
        etcd.wait_until("it listened", || Ok(TcpStream::connect((Ipv4Addr::LOCALHOST, client)).is_ok()))?;
        let flags = flags::api_server(&state, dir, port, &serving);
        let mut api_server = Process::start("kube-apiserver", &binaries.kube_apiserver, &flags, dir)?;
        api_server.wait_until_ready(&admin)?;

        let controller_manager =
            controllers.then(|| start_controllers(dir, binaries, &state, &serving, &admin)).transpose()?;
        let processes = [Some(&etcd), Some(&api_server), controller_manager.as_ref()];
        let pid = |one: &Process| Some((one.name().to_owned(), one.pid()?));
        state.pids = processes.into_iter().flatten().filter_map(pid).collect();
        state.save()?;
        Ok(Self { state, controller_manager, api_server, etcd })
    }
}

/// The controller manager, which has made the `default` service account when this returns.
fn start_controllers(
    dir: &Path,
    binaries: &Binaries,
    state: &State,
    serving: &Serving,
    admin: &Admin,
) -> Result<Process> {
    let kubeconfig = dir.join("kubeconfig.json");
    let flags = flags::controller_manager(&kubeconfig, &state.service_account_key, &serving.ca);
    write(&kubeconfig, &kubeconfig_text(state)?)?;
    let program = &binaries.kube_controller_manager;
    let mut process = Process::start("kube-controller-manager", program, &flags, dir)?;
    let account = "/api/v1/namespaces/default/serviceaccounts/default";
    process.wait_until("the service account `default` was made", || Ok(admin.get(account)?.0 == 200))?;
    Ok(process)
}

/// Stops what was started in `dir` and detached, and says how many processes that were. A process id that is somebody
/// else's by now is left alone.
///
/// # Errors
/// When the state cannot be read, or a process does not end.
pub fn stop(dir: &Path) -> Result<usize> {
    let path = State::path_in(dir);
    if !path.exists() {
        return Ok(0);
    }
    let state = State::read(&path)?;
    let mut stopped = 0;
    for (name, pid) in &state.pids {
        if let Some(program) = state.binaries.program(name) {
            stopped += usize::from(kill_if_still(*pid, program)?);
        }
    }
    fs::remove_file(&path).map_err(|cause| Error::file("remove", &path, cause))?;
    Ok(stopped)
}

fn new_state(dir: &Path, binaries: &Binaries, serving: &Serving, client: u16, port: u16) -> Result<State> {
    let token = random_hex()?;
    let tokens = dir.join("tokens.csv");
    write(&tokens, &format!("{token},admin,admin,\"system:masters\"\n"))?;

    let admin_mount = State::admin_mount_in(dir);
    fs::create_dir_all(&admin_mount).map_err(|cause| Error::file("make", &admin_mount, cause))?;
    write(&admin_mount.join("token"), &token)?;
    write(&admin_mount.join("namespace"), "default")?;
    let ca = admin_mount.join("ca.crt");
    fs::copy(&serving.ca, &ca).map_err(|cause| Error::file("write", &ca, cause))?;

    let (service_account_key, service_account_public_key) = service_account_key(dir)?;
    Ok(State {
        server: format!("https://127.0.0.1:{port}"),
        host: "127.0.0.1".to_owned(),
        port,
        ca: serving.ca.clone(),
        admin_mount,
        etcd: format!("http://127.0.0.1:{client}"),
        service_account_key,
        service_account_public_key,
        tokens,
        dir: dir.to_owned(),
        binaries: binaries.clone(),
        pids: BTreeMap::new(),
    })
}

/// The admin's kubeconfig, as JSON, which is YAML.
fn kubeconfig_text(state: &State) -> Result<String> {
    let name = "kubewire";
    let text = json!({
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": name, "cluster": {"server": state.server, "certificate-authority": state.ca}}],
        "users": [{"name": name, "user": {"token": state.admin_token()?}}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
        "current-context": name,
    });
    Ok(format!("{text:#}\n"))
}
