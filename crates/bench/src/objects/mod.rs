//! The objects that the work is done with: of several kinds, as a server writes them, the same in every run.

mod certificates;
mod config_maps;
mod deployments;
mod leases;
mod metadata;
mod pods;
pub mod protobuf;
mod seed;

pub use certificates::Certificate;

use bytes::Bytes;
use seed::Seed;

/// What a socket gives at once.
const PIECE: usize = 64 * 1024;

/// The version of lists: no object's is later.
const VERSION: &str = "4711000";

/// How the members of a pod stand.
#[derive(Clone, Copy, PartialEq)]
pub enum Order {
    /// As Go writes them: `metadata` first, the name first in it.
    Go,
    /// As custom resources have them: all in alphabetical order, so `managedFields` before `name`.
    Alphabetical,
    /// `metadata` last, and in it the names in alphabetical order.
    Odd,
}

/// Objects of one kind, each as it stands in a list.
pub struct Objects {
    /// The members `kind` and `apiVersion`, which stand at the list and at each object of a watch.
    kind: &'static str,
    api_version: &'static str,
    pub items: Vec<Bytes>,
}

impl Objects {
    fn new(kind: &'static str, api_version: &'static str, items: impl Iterator<Item = String>) -> Self {
        Self { kind, api_version, items: items.map(Bytes::from).collect() }
    }

    /// Some 6.7 KB each.
    pub fn pods(count: usize, order: Order) -> Self {
        let mut seed = Seed::FIRST;
        Self::new("Pod", "v1", (0..count).map(|index| pods::pod(&mut seed, index, order)))
    }

    /// Some 0.9 KB each.
    pub fn leases(count: usize) -> Self {
        let mut seed = Seed::FIRST;
        Self::new("Lease", "coordination.k8s.io/v1", (0..count).map(|index| leases::lease(&mut seed, index)))
    }

    pub fn deployments(count: usize) -> Self {
        let mut seed = Seed::FIRST;
        Self::new("Deployment", "apps/v1", (0..count).map(|_| deployments::deployment(&mut seed)))
    }

    pub fn config_maps(count: usize) -> Self {
        let mut seed = Seed::FIRST;
        Self::new("ConfigMap", "v1", (0..count).map(|_| config_maps::config_map(&mut seed)))
    }

    /// A custom resource's.
    pub fn certificates(count: usize) -> Self {
        let mut seed = Seed::FIRST;
        Self::new(
            "Certificate",
            "cert-manager.io/v1",
            (0..count).map(|_| certificates::certificate(&mut seed)),
        )
    }

    /// The bytes of one, in the mean.
    pub fn size(&self) -> usize {
        self.items.iter().map(Bytes::len).sum::<usize>() / self.items.len()
    }

    /// The list of these, of which `rest` are left to come.
    pub fn list(&self, range: std::ops::Range<usize>) -> Bytes {
        let rest = self.items.len() - range.end;
        let next = format!(r#","continue":"{}","remainingItemCount":{rest}"#, range.end);
        let next = if rest == 0 { "" } else { &next };
        let (kind, api_version) = (self.kind, self.api_version);
        let own = format!(r#""metadata":{{"resourceVersion":"{VERSION}"{next}}}"#);
        let head = format!(r#"{{"kind":"{kind}List","apiVersion":"{api_version}",{own},"items":["#);
        let items = &self.items[range];
        let mut text =
            Vec::with_capacity(head.len() + items.iter().map(|item| item.len() + 1).sum::<usize>() + 2);
        text.extend_from_slice(head.as_bytes());
        for (index, item) in items.iter().enumerate() {
            text.extend_from_slice(if index == 0 { b"" } else { b"," });
            text.extend_from_slice(item);
        }
        text.extend_from_slice(b"]}");
        text.into()
    }

    /// All of them in one list.
    pub fn whole_list(&self) -> Bytes {
        self.list(0..self.items.len())
    }

    /// An object as it stands in a watch.
    pub fn object(&self, item: &[u8], to: &mut Vec<u8>) {
        if item.starts_with(br#"{"apiVersion""#) {
            to.extend_from_slice(item);
        } else {
            let (kind, api_version) = (self.kind, self.api_version);
            to.extend_from_slice(format!(r#"{{"kind":"{kind}","apiVersion":"{api_version}","#).as_bytes());
            to.extend_from_slice(&item[1..]);
        }
    }

    /// An event of a watch, as one line.
    pub fn event(&self, event_type: &str, item: &[u8], to: &mut Vec<u8>) {
        to.extend_from_slice(format!(r#"{{"type":"{event_type}","object":"#).as_bytes());
        self.object(item, to);
        to.extend_from_slice(b"}\n");
    }

    /// The object of the bookmark at the end of a streaming list.
    pub fn bookmark() -> String {
        let end = r#""annotations":{"k8s.io/initial-events-end":"true"}"#;
        format!(r#"{{"metadata":{{"resourceVersion":"{VERSION}",{end}}}}}"#)
    }

    /// A streaming list of them, in the pieces in which it comes.
    pub fn stream(&self) -> Vec<Bytes> {
        let mut text = Vec::new();
        for item in &self.items {
            self.event("ADDED", item, &mut text);
        }
        self.event("BOOKMARK", Self::bookmark().as_bytes(), &mut text);
        pieces(text)
    }

    /// The same of their metadata, in protobuf.
    pub fn metadata_stream(&self) -> Vec<Bytes> {
        pieces(protobuf::metadata_stream(&self.items, VERSION))
    }
}

fn pieces(text: Vec<u8>) -> Vec<Bytes> {
    let text = Bytes::from(text);
    (0..text.len()).step_by(PIECE).map(|at| text.slice(at..text.len().min(at + PIECE))).collect()
}

/// Texts in the order given; the maps within are in alphabetical order.
fn object(members: &[(&str, String)]) -> String {
    let members: Vec<String> = members.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
    format!("{{{}}}", members.join(","))
}
