//! What someone gets wrong before anything is asked.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::process::Command;

#[test]
fn a_mount_that_is_not_there_is_told() {
    for words in ["curl get pods", "get pods"] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kubewire"));
        command.args(words.split(' ')).args(["--server", "https://127.0.0.1:1", "--mount", "nowhere/at-all"]);
        let output = command.output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && output.stdout.is_empty(), "{words}: {output:?}");
        assert!(told.contains("--mount nowhere/at-all: there is no such directory"), "{words}: {told}");
    }
}
