//! A real cluster and a server in front of it, with [`Admin`] only: what the other tests stand on.

use kubewire_apiserver::{Admin, Front, State};
use std::{fs, path::Path};

const SERVED: &str = "/api/v1/namespaces/default/serviceaccounts/default";

/// A folder for the files of one test's server.
fn dir(test: &str) -> String {
    format!("{}/front-{test}", env!("CARGO_TARGET_TMPDIR"))
}

#[test]
#[ignore = "needs the real API server: cargo xtask test --only conformance"]
fn the_state_says_all_there_is_to_know() {
    let state = State::from_env().unwrap();
    assert_eq!(state.server, format!("https://{}:{}", state.host, state.port));
    let held = |file: &Path| fs::read_to_string(file).unwrap();
    assert_eq!(held(&state.admin_mount.join("ca.crt")), held(&state.ca));
    assert_eq!(held(&state.admin_mount.join("namespace")), "default");
    assert_eq!(held(&state.ca).matches("BEGIN CERTIFICATE").count(), 1, "the authority alone, as in a pod");

    let version = Admin::of(&state).unwrap().json("/version").unwrap();
    assert!(version["gitVersion"].as_str().unwrap().starts_with("v1."), "{version}");
}

#[test]
#[ignore = "needs the real API server: cargo xtask test --only conformance"]
fn a_front_is_killed_and_comes_back() {
    let mut front = Front::start(&State::from_env().unwrap(), dir("restart").as_ref()).unwrap();
    let admin = front.admin().unwrap();
    assert_eq!(admin.get(SERVED).unwrap().0, 200);
    front.kill();
    assert!(admin.get(SERVED).unwrap_err().to_string().contains("refused"));
    front.restart().unwrap();
    assert_eq!(admin.get(SERVED).unwrap().0, 200);
}

#[test]
#[ignore = "needs the real API server: cargo xtask test --only conformance"]
fn a_front_changes_its_authority_and_keeps_its_port() {
    let state = State::from_env().unwrap();
    let mut front = Front::start(&state, dir("rotate").as_ref()).unwrap();
    let (old_admin, old_server) = (front.admin().unwrap(), front.server());
    assert_ne!(old_server, state.server);
    front.rotate().unwrap();
    assert_eq!(front.server(), old_server);
    let refused = old_admin.get(SERVED).unwrap_err().to_string();
    assert!(refused.contains("certificate"), "{refused}");
    assert_eq!(front.admin().unwrap().get(SERVED).unwrap().0, 200);
}
