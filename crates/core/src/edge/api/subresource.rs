//! Any subresource of an object.

use serde::Serialize;

use super::Api;
use crate::call::{PatchType, Verb};
use crate::edge::{Body, Op};
use crate::prelude::*;

/// One subresource of one object: the general door, for those that have no method of their own. See [`Api::subresource`].
#[derive(Debug)]
pub struct Subresource<'a, K> {
    api: &'a Api<K>,
    name: String,
    subresource: String,
}

impl<'a, K> Subresource<'a, K> {
    pub(super) fn new(api: &'a Api<K>, name: &str, subresource: &str) -> Self {
        Self { api, name: name.to_owned(), subresource: subresource.to_owned() }
    }

    fn op<T>(&self, verb: Verb) -> Op<T> {
        self.api.part(verb, &self.name, &self.subresource)
    }

    /// Reads it: `status`, `scale`, or `log`, whose answer is text.
    pub fn get(&self) -> Op<Body> {
        self.op(Verb::Get)
    }

    /// Posts to it: `eviction`, `binding`, `token`.
    pub fn create(&self, object: &impl Serialize) -> Op<Body> {
        self.op(Verb::Create).body(self.api.json(object))
    }

    /// Replaces it: `status`, `scale`, `approval`.
    pub fn replace(&self, object: &impl Serialize) -> Op<Body> {
        self.op(Verb::Replace).body(self.api.json(object))
    }

    /// Deletes what stands behind a proxy.
    pub fn delete(&self) -> Op<Body> {
        self.op(Verb::Delete)
    }

    /// The head of what stands behind a proxy.
    pub fn head(&self) -> Op<Body> {
        self.op(Verb::Head)
    }

    /// What can be asked of what stands behind a proxy.
    pub fn options(&self) -> Op<Body> {
        self.op(Verb::Options)
    }

    /// Patches it.
    pub fn patch(&self, patch_type: PatchType, patch: &impl Serialize) -> Op<Body> {
        self.op(Verb::Patch).patch_type(patch_type).body(self.api.json(patch))
    }
}
