//! The one builder.

use core::fmt;
use core::marker::PhantomData;

use super::{Answer, Answered, Call, IntoCall, List, Object, Raw, RawMetadata, Table};
use crate::call::{Operation, PROTOBUF_METADATA, PROTOBUF_METADATA_LIST, PatchType, Verb};
use crate::error::{BuildError, Error};
use crate::prelude::*;
use crate::resource::{Builtin, Resource};

/// An [`Operation`] that knows the type of its answer; [`Api`](super::Api) makes them.
///
/// Methods set what the verb can carry; what it cannot carry is an error when the call is formed, not lost.
#[must_use = "an operation does nothing until a host runs it"]
pub struct Op<T> {
    operation: Operation,
    problem: Option<BuildError>,
    /// What to ask for in place of what the operation says.
    accept: Option<&'static str>,
    answer: PhantomData<fn() -> T>,
}

impl<T> Op<T> {
    pub(crate) fn new(verb: Verb, resource: Resource) -> Self {
        let mut operation = Operation::new(verb);
        operation.known = Some(resource);
        Self { operation, problem: None, accept: None, answer: PhantomData }
    }

    /// Sets a field by its name; the first refusal is kept for [`Op::call`].
    pub(crate) fn with(mut self, field: &str, value: &str) -> Self {
        if let Err(problem) = self.operation.set(field, value) {
            self.problem.get_or_insert(problem);
        }
        self
    }

    /// What cannot be formed, in the words of whoever knows; the first refusal is kept.
    pub(crate) fn refused(mut self, problem: BuildError) -> Self {
        self.problem.get_or_insert(problem);
        self
    }

    pub(crate) fn body(mut self, body: Result<Vec<u8>, BuildError>) -> Self {
        match body {
            Ok(body) => self.operation.set_body(body),
            Err(problem) => _ = self.problem.get_or_insert(problem),
        }
        self
    }

    pub(crate) fn patch_type(mut self, patch_type: PatchType) -> Self {
        self.operation.patch_type = Some(patch_type);
        self
    }

    fn retyped<U>(self) -> Op<U> {
        Op { operation: self.operation, problem: self.problem, accept: self.accept, answer: PhantomData }
    }

    /// Only objects with these labels: `app=web,tier in (a,b),!old`, or a [`Selector`](crate::Selector).
    pub fn labels(self, selector: impl fmt::Display) -> Self {
        self.with("labelSelector", &selector.to_string())
    }

    /// Only objects with these fields: `status.phase=Running,metadata.name!=web`, or a [`FieldSelector`](crate::FieldSelector).
    pub fn fields(self, selector: impl fmt::Display) -> Self {
        self.with("fieldSelector", &selector.to_string())
    }

    /// At most so many objects; the list's continue token gets the next ones.
    pub fn limit(self, objects: u32) -> Self {
        self.with("limit", &objects.to_string())
    }

    /// Goes on where a limited list ended.
    pub fn continue_token(self, token: &str) -> Self {
        self.with("continue", token)
    }

    /// The version to read at, or not older than. See the
    /// [semantics](https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions).
    pub fn resource_version(self, version: &str) -> Self {
        self.with("resourceVersion", version)
    }

    /// How the version is meant: `Exact` or `NotOlderThan`.
    pub fn resource_version_match(self, rule: &str) -> Self {
        self.with("resourceVersionMatch", rule)
    }

    /// The server ends the list or watch after so many seconds.
    pub fn timeout_seconds(self, seconds: u32) -> Self {
        self.with("timeoutSeconds", &seconds.to_string())
    }

    /// A watch also brings bookmarks, which tell its version while nothing changes.
    pub fn bookmarks(self) -> Self {
        self.with("allowWatchBookmarks", "true")
    }

    /// The server does everything but store it.
    pub fn dry_run(self) -> Self {
        self.with("dryRun", "All")
    }

    /// The name under which the server notes who owns which field.
    pub fn field_manager(self, name: &str) -> Self {
        self.with("fieldManager", name)
    }

    /// What the server does about unknown fields: `Strict`, `Warn` or `Ignore`.
    pub fn field_validation(self, rule: &str) -> Self {
        self.with("fieldValidation", rule)
    }

    /// An apply takes over fields that other managers own.
    pub fn force(self) -> Self {
        self.with("force", "true")
    }

    /// What happens to the object's dependents: `Background`, `Foreground` or `Orphan`.
    pub fn propagation_policy(self, policy: &str) -> Self {
        self.with("propagationPolicy", policy)
    }

    /// How long the object may take to end.
    pub fn grace_period_seconds(self, seconds: u32) -> Self {
        self.with("gracePeriodSeconds", &seconds.to_string())
    }

    /// Deletes only if the object still is the one with this uid.
    pub fn precondition_uid(self, uid: &str) -> Self {
        self.with("preconditions.uid", uid)
    }

    /// Deletes only if the object still is at this version.
    pub fn precondition_resource_version(self, version: &str) -> Self {
        self.with("preconditions.resourceVersion", version)
    }

    /// The path behind a proxy: `/healthz` of `api.subresource("https:web:8443", "proxy").get()`.
    pub fn path(self, path: &str) -> Self {
        self.with("path", path)
    }

    /// Deletes dependents last, or not at all: what [`Op::propagation_policy`] says better. For old servers.
    pub fn orphan_dependents(self, orphan: bool) -> Self {
        self.with("orphanDependents", if orphan { "true" } else { "false" })
    }

    /// A parameter of a subresource, such as `container` of `log`.
    pub fn query(self, key: &str, value: &str) -> Self {
        self.with(&["query.", key].concat(), value)
    }

    /// The answer's `Warning` texts beside its value.
    pub fn with_warnings(self) -> Op<Answered<T>> {
        self.retyped()
    }

    /// The operation as data.
    #[must_use]
    pub fn operation(&self) -> &Operation {
        &self.operation
    }

    /// Checks it and forms the call.
    ///
    /// # Errors
    /// [`Error::Build`], naming what was refused and by which rule.
    pub fn call(self) -> Result<Call<T>, Error> {
        match self.problem {
            Some(problem) => Err(problem.into()),
            None => {
                let mut draft = self.operation.draft(&Builtin)?;
                draft.accept = self.accept.unwrap_or(draft.accept);
                Ok(Call::new(draft))
            }
        }
    }
}

impl<K> Op<K> {
    /// The server's own view of it: a row and its columns.
    pub fn table(self) -> Op<Table> {
        self.with("as", "Table").retyped()
    }

    /// The object's metadata alone: less to send, and less to read.
    pub fn metadata_only(self) -> Op<Object> {
        self.with("as", "PartialObjectMetadata").retyped()
    }

    /// The object's metadata alone, as protobuf where the server has it: the least to send and to read.
    pub fn raw_metadata(self) -> Op<RawMetadata> {
        let mut op = self.with("as", "PartialObjectMetadata").retyped();
        op.accept = Some(PROTOBUF_METADATA);
        op
    }

    /// The object as bytes, decoded on demand.
    pub fn raw(self) -> Op<Raw<K>> {
        self.retyped()
    }
}

impl<K> Op<List<K>> {
    /// The objects' metadata alone: less to send, and less to read.
    pub fn metadata_only_items(self) -> Op<List<Object>> {
        self.with("as", "PartialObjectMetadata").retyped()
    }

    /// The objects' metadata alone, as protobuf where the server has it: hundreds of times as quick to read as typed objects, and a tenth of
    /// the server's work.
    ///
    /// See [alternate representations](https://kubernetes.io/docs/reference/using-api/api-concepts/#alternate-representations-of-resources).
    pub fn raw_metadata_items(self) -> Op<List<RawMetadata>> {
        let mut op = self.with("as", "PartialObjectMetadata").retyped();
        op.accept = Some(PROTOBUF_METADATA_LIST);
        op
    }

    /// Only the object of this name: what watchers, informers and waits take that are about one object.
    pub fn named(self, name: &str) -> Self {
        self.fields(["metadata.name=", name].concat())
    }

    /// The items as compressed bytes, decoded on demand: for caches of many objects, in a quarter to a half of the memory of [`Op::raw_items`].
    #[cfg(feature = "lz4")]
    pub fn packed_items(self) -> Op<List<crate::Packed<K>>> {
        self.retyped()
    }

    /// The items as bytes, decoded on demand: far quicker where only names are looked at.
    pub fn raw_items(self) -> Op<List<Raw<K>>> {
        self.retyped()
    }
}

impl<T: Answer> IntoCall for Op<T> {
    type Answer = T;

    fn into_call(self) -> Result<Call<T>, Error> {
        self.call()
    }
}

impl<T> Clone for Op<T> {
    fn clone(&self) -> Self {
        Self {
            operation: self.operation.clone(),
            problem: self.problem.clone(),
            accept: self.accept,
            answer: PhantomData,
        }
    }
}

impl<T> fmt::Debug for Op<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.operation.fmt(f)
    }
}
