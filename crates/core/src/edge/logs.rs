//! Logs of pods.

use bytes::Bytes;

use super::api::{PODS, PodKind};
use super::{Answer, Api, Op};
use crate::call::{Draft, Verb};
use crate::error::Error;
use crate::prelude::*;
use crate::stream::{Lines, LogLine};
use crate::wire::Head;

/// A log that came as a whole: [`Api::logs`] run as any other call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    lines: Vec<LogLine>,
}

impl Log {
    /// Its lines, the oldest first.
    #[must_use]
    pub fn lines(&self) -> &[LogLine] {
        &self.lines
    }
}

impl Answer for Log {
    fn decode(draft: &Draft, _: &Head, body: Bytes) -> Result<Self, Error> {
        let mut lines = Lines::new(usize::MAX, draft.says("timestamps=true"));
        lines.push(&body);
        lines.finish(false);
        Ok(Self { lines: core::iter::from_fn(|| lines.next()).collect() })
    }
}

impl<K: PodKind> Api<K> {
    /// The log of a pod's container: `client.run` gives it whole, `client.logs` line by line, as the container writes it.
    ///
    /// Its parameters are those of [`kubectl logs`](https://kubernetes.io/docs/reference/kubectl/generated/kubectl_logs/).
    ///
    /// ```
    /// use kubewire::{Api, Builtin, Catalog, Object};
    /// let pods = Api::<Object>::dynamic(Builtin.find(None, "pods").unwrap()).within("shop");
    /// let call = pods.logs("web").container("app").tail_lines(10).timestamps().call()?;
    /// assert_eq!(call.target(), "/api/v1/namespaces/shop/pods/web/log?container=app&tailLines=10&timestamps=true");
    /// # Ok::<(), kubewire::Error>(())
    /// ```
    pub fn logs(&self, name: &str) -> Op<Log> {
        self.only(PODS, Verb::Get, name, "log")
    }
}

impl Op<Log> {
    /// Which container, where the pod has several.
    pub fn container(self, name: &str) -> Self {
        self.query("container", name)
    }

    /// Goes on as the container writes, until it ends. For `client.logs`: a call that is run waits two minutes at most.
    pub fn follow(self) -> Self {
        self.query("follow", "true")
    }

    /// Of the container's earlier run.
    pub fn previous(self) -> Self {
        self.query("previous", "true")
    }

    /// Only what is not older than so many seconds.
    pub fn since_seconds(self, seconds: u32) -> Self {
        self.query("sinceSeconds", &seconds.to_string())
    }

    /// Only what is not older than this time (RFC 3339).
    pub fn since_time(self, time: &str) -> Self {
        self.query("sinceTime", time)
    }

    /// Only the last so many lines.
    pub fn tail_lines(self, lines: u32) -> Self {
        self.query("tailLines", &lines.to_string())
    }

    /// Each line with its time: [`LogLine::timestamp`].
    pub fn timestamps(self) -> Self {
        self.query("timestamps", "true")
    }

    /// Only the first so many bytes.
    pub fn limit_bytes(self, bytes: u64) -> Self {
        self.query("limitBytes", &bytes.to_string())
    }
}
