//! A file that is read, read again when due or doubted, and kept where a later reading fails.

use super::Claim;
use crate::error::ConfigError;
use crate::prelude::*;
use crate::time::Now;

/// A host that asked to read a file and never said what came of it loses its claim after so long.
const CLAIM: u64 = 10_000;
/// Those who wait for another's reading look again after so long.
const GLANCE: u64 = 20;
/// After a failed reading the old content serves so long before the next try.
const PATIENCE: u64 = 10_000;
/// A failure without old content is told to all who ask within so long, and only then tried again.
const FAILURE: u64 = 1_000;

/// One file's content, and what is going on about it.
#[derive(Debug)]
pub(super) struct Source<T> {
    pub(super) path: String,
    /// How long a content serves before the file is read again.
    life: u64,
    content: Option<T>,
    /// Changes with the content, and starts at 1.
    number: u32,
    read_at: u64,
    due: u64,
    doubted: bool,
    /// The doubt came while the file was being read: what is read may be from before.
    overtaken: bool,
    claim: Option<(u32, u64)>,
    failure: Option<(ConfigError, u64)>,
}

impl<T: PartialEq> Source<T> {
    pub(super) fn new(path: String, life: u64) -> Self {
        Self {
            path,
            life,
            content: None,
            number: 0,
            read_at: 0,
            due: 0,
            doubted: false,
            overtaken: false,
            claim: None,
            failure: None,
        }
    }

    /// A content that was given, and that no reading renews.
    pub(super) fn fixed(content: T) -> Self {
        let mut source = Self::new(String::new(), u64::MAX);
        source.content = Some(content);
        source.number = 1;
        source.due = u64::MAX;
        source
    }

    /// Whether there is a file to read it from.
    pub(super) fn is_file(&self) -> bool {
        !self.path.is_empty()
    }

    /// Whether the content can be used now, or what to do first.
    pub(super) fn ask(&mut self, need: &mut u32, now: Now) -> Result<Claim, ConfigError> {
        let usable = self.content.is_some() && !self.doubted;
        if usable && now.mono < self.due {
            return Ok(Claim::Ready);
        }
        if let Some((_, until)) = self.claim.filter(|(_, until)| now.mono < *until) {
            return Ok(if usable { Claim::Ready } else { Claim::Wait(until.min(now.mono + GLANCE)) });
        }
        if self.content.is_none()
            && let Some((failure, _)) = self.failure.as_ref().filter(|(_, until)| now.mono < *until)
        {
            return Err(failure.clone());
        }
        *need += 1;
        self.claim = Some((*need, now.mono + CLAIM));
        Ok(Claim::Need(*need, self.path.clone()))
    }

    /// Who was to read will not say what came of it: the next who asks reads.
    pub(super) fn release(&mut self, need: u32) {
        if self.is_claimed_by(need) {
            self.claim = None;
            // The next reading begins after whatever doubt there is.
            self.overtaken = false;
        }
    }

    /// Whether this is the answer to what was asked last.
    pub(super) fn is_claimed_by(&self, need: u32) -> bool {
        self.claim.is_some_and(|(claimed, _)| claimed == need)
    }

    /// Takes what was read. A failure keeps the old content.
    pub(super) fn provide(&mut self, read: Result<T, ConfigError>, now: Now) {
        self.claim = None;
        let overtaken = core::mem::take(&mut self.overtaken);
        self.doubted = false;
        self.read_at = now.mono;
        match read {
            Ok(content) => {
                if self.content.as_ref() == Some(&content) {
                    self.doubted = overtaken;
                } else {
                    self.number += 1;
                    self.content = Some(content);
                }
                self.due = now.mono + self.life;
                self.failure = None;
            }
            Err(failure) => {
                self.due = now.mono + PATIENCE;
                self.failure = Some((failure, now.mono + FAILURE));
            }
        }
    }

    /// The server refused content number `number`, in a request formed at `since`: read again, unless that has happened since.
    pub(super) fn doubt(&mut self, number: u32, since: u64) {
        if self.is_file() && number == self.number && self.read_at <= since && !self.doubted {
            self.doubted = true;
            self.overtaken = self.claim.is_some();
        }
    }

    pub(super) fn number(&self) -> u32 {
        self.number
    }

    pub(super) fn content(&self) -> Option<&T> {
        self.content.as_ref()
    }
}
