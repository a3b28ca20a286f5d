//! What the server's watches send: pods as JSON, and as protobuf to those who ask for it, which client-go does by itself.

use std::io::{BufReader, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

use anyhow::{Context, Result, ensure};

use crate::objects::{Objects, protobuf};

/// The version of the first change: later than the lists'.
pub const FIRST_CHANGE: usize = 5_000_000;

/// One way of writing events.
pub trait Form: Send + Sync {
    fn content_type(&self) -> &'static str;
    /// An object as it is.
    fn added(&self, index: usize, to: &mut Vec<u8>);
    /// The bookmark at the end of a streaming list.
    fn end(&self, to: &mut Vec<u8>);
    /// An object changed.
    fn modified(&self, index: usize, to: &mut Vec<u8>);
}

impl Form for Objects {
    fn content_type(&self) -> &'static str {
        "application/json"
    }

    fn added(&self, index: usize, to: &mut Vec<u8>) {
        self.event("ADDED", &self.items[index], to);
    }

    fn end(&self, to: &mut Vec<u8>) {
        self.event("BOOKMARK", Self::bookmark().as_bytes(), to);
    }

    fn modified(&self, index: usize, to: &mut Vec<u8>) {
        self.event("MODIFIED", &changed(&self.items[index], br#""resourceVersion":""#, index), to);
    }
}

/// An object at the version of its change, which has as many digits: they follow the first `before`.
fn changed(object: &[u8], before: &[u8], index: usize) -> Vec<u8> {
    let mut object = object.to_vec();
    let at = memchr::memmem::find(&object, before).expect("a version") + before.len();
    let version = (FIRST_CHANGE + index).to_string();
    object[at..at + version.len()].copy_from_slice(version.as_bytes());
    object
}

/// Pods as the API server writes them in protobuf.
pub struct Protobuf {
    pods: Vec<Vec<u8>>,
    end: Vec<u8>,
}

impl Protobuf {
    /// Encoded by Kubernetes' own code.
    pub fn encode(pods: &Objects, client_go: &Path) -> Result<Self> {
        let mut command = Command::new(client_go);
        let mut child = command.arg("encode").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut to = child.stdin.take().context("its input is piped")?;
        let mut from = BufReader::new(child.stdout.take().context("its output is piped")?);
        let mut encoded = thread::scope(|scope| -> Result<Vec<Vec<u8>>> {
            scope.spawn(move || -> std::io::Result<()> {
                let mut line = Vec::new();
                for pod in &pods.items {
                    line.clear();
                    pods.object(pod, &mut line);
                    line.push(b'\n');
                    to.write_all(&line)?;
                }
                line.clear();
                pods.object(Objects::bookmark().as_bytes(), &mut line);
                to.write_all(&line)
            });
            let read = |_| {
                let mut length = [0; 4];
                from.read_exact(&mut length)?;
                let mut object = vec![0; u32::from_be_bytes(length) as usize];
                from.read_exact(&mut object)?;
                Ok(object)
            };
            (0..=pods.items.len()).map(read).collect()
        })?;
        ensure!(child.wait()?.success(), "client-go's program did not encode the pods");
        let end = encoded.pop().context("the bookmark comes last")?;
        Ok(Self { pods: encoded, end })
    }
}

impl Form for Protobuf {
    fn content_type(&self) -> &'static str {
        "application/vnd.kubernetes.protobuf;stream=watch"
    }

    fn added(&self, index: usize, to: &mut Vec<u8>) {
        protobuf::event("ADDED", &self.pods[index], to);
    }

    fn end(&self, to: &mut Vec<u8>) {
        protobuf::event("BOOKMARK", &self.end, to);
    }

    fn modified(&self, index: usize, to: &mut Vec<u8>) {
        // Field 6 of the metadata, of seven bytes that begin with a 4.
        protobuf::event("MODIFIED", &changed(&self.pods[index], b"\x32\x07", index), to);
    }
}
