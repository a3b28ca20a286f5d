//! The level and the version that a namespace's labels say.

use std::fmt;

use serde_json::Value;

use super::Fault;

const PREFIX: &str = "pod-security.kubernetes.io/";

/// How much a pod may do; the more it may, the less.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    Privileged,
    Baseline,
    Restricted,
}

/// A level, and the version of Kubernetes of which it is.
#[derive(Clone, Debug)]
pub(super) struct Policy {
    pub(super) level: Level,
    /// The minor version; the highest number for the latest.
    pub(super) version: u32,
}

fn label<'v>(namespace: &'v Value, name: &str) -> Option<&'v str> {
    namespace.pointer("/metadata/labels")?.get(format!("{PREFIX}{name}"))?.as_str()
}

fn level(text: &str) -> Option<Level> {
    Some(match text {
        "privileged" => Level::Privileged,
        "baseline" => Level::Baseline,
        "restricted" => Level::Restricted,
        _ => return None,
    })
}

fn version(text: &str) -> Option<u32> {
    if text == "latest" {
        return Some(u32::MAX);
    }
    let minor = text.strip_prefix("v1.")?;
    let plain = minor.bytes().all(|byte| byte.is_ascii_digit()) && (minor == "0" || !minor.starts_with('0'));
    minor.parse().ok().filter(|_| plain)
}

impl Policy {
    /// What is to be enforced. Who says nothing wants nothing.
    pub(super) fn enforced(namespace: &Value) -> Self {
        let own = label(namespace, "enforce");
        Self {
            level: own.map_or(Level::Privileged, |own| level(own).unwrap_or(Level::Restricted)),
            version: label(namespace, "enforce-version").and_then(version).unwrap_or(u32::MAX),
        }
    }

    /// What is to be told: unless said, what is enforced, of templates too.
    pub(super) fn told(namespace: &Value) -> Self {
        let enforced = Self::enforced(namespace);
        let own = label(namespace, "warn");
        let version = label(namespace, "warn-version").and_then(version);
        let otherwise = if own.is_some() { u32::MAX } else { enforced.version };
        let level = own.map_or(enforced.level, |own| level(own).unwrap_or(Level::Privileged));
        Self { level, version: version.unwrap_or(otherwise) }
    }

    /// Whether it is of a version of Kubernetes 1.`minor` or later.
    pub(super) fn since(&self, minor: u32) -> bool {
        self.version >= minor
    }
}

impl fmt::Display for Policy {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let level = match self.level {
            Level::Privileged => "privileged",
            Level::Baseline => "baseline",
            Level::Restricted => "restricted",
        };
        match self.version {
            u32::MAX => write!(out, "{level}:latest"),
            minor => write!(out, "{level}:v1.{minor}"),
        }
    }
}

/// What is wrong with the labels.
pub(super) fn faults(namespace: &Value) -> Vec<Fault> {
    let mut faults = Vec::new();
    for mode in ["enforce", "audit", "warn"] {
        let mut judge = |name: &str, good: fn(&str) -> bool, why: &str| {
            if let Some(value) = label(namespace, name).filter(|value| !good(value)) {
                faults.push(Fault::invalid(&format!("metadata.labels[{PREFIX}{name}]"), value, why));
            }
        };
        judge(mode, |value| level(value).is_some(), "must be one of privileged, baseline, restricted");
        let name = format!("{mode}-version");
        judge(&name, |value| version(value).is_some(), "must be \"latest\" or \"v1.x\"");
    }
    faults
}
