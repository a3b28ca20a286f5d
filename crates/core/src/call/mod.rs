//! Calls: from what is desired to what is sent, and the type of what comes back.
//!
//! [`Operation`] (data) and [`Api`] (Rust types) both end in one function that checks every part and forms a [`Draft`]; a
//! [`Call`] is a draft and the type of its answer.

mod api;
mod attributes;
mod build;
mod draft;
mod op;
mod operation;
mod operation_serde;
mod parameters;
mod rules;
mod verb;

use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::sync::Arc;

use bytes::Bytes;

pub use api::{Api, Subresource};
pub use attributes::Attributes;
pub use draft::Draft;
pub(crate) use draft::Replay;
pub use op::Op;
pub use operation::Operation;
pub use verb::{PatchType, Verb};

use crate::error::Error;
use crate::object::Body;
use crate::resource::Builtin;
use crate::wire::Head;

/// One API call and the type of its answer: checked, comparable, printable, and free of credentials and clocks.
pub struct Call<T> {
    draft: Arc<Draft>,
    answer: PhantomData<fn() -> T>,
}

impl<T> Call<T> {
    pub(crate) fn new(draft: Draft) -> Self {
        Self { draft: Arc::new(draft), answer: PhantomData }
    }

    /// What machines and sessions take.
    #[must_use]
    pub fn draft(&self) -> &Arc<Draft> {
        &self.draft
    }

    /// What RBAC is asked.
    #[must_use]
    pub fn attributes(&self) -> &Attributes {
        &self.draft.attributes
    }

    /// The HTTP method.
    #[must_use]
    pub fn method(&self) -> &'static str {
        self.draft.method()
    }

    /// The path below the server's base, and the query.
    #[must_use]
    pub fn target(&self) -> &str {
        &self.draft.target
    }

    /// The same call with its answer as another type.
    #[must_use]
    pub fn answering<U: Answer>(self) -> Call<U> {
        Call { draft: self.draft, answer: PhantomData }
    }
}

impl<T: Answer> Call<T> {
    /// Reads an answer: the value, or the server's [`Status`](crate::Status) as an error.
    ///
    /// # Errors
    /// [`Error::Api`] where the server said no, [`Error::Decode`] where the answer does not fit `T`.
    pub fn decode(&self, response: http::Response<Bytes>) -> Result<T, Error> {
        let (parts, body) = response.into_parts();
        let head = Head::from(&parts);
        crate::answer::refuse_failures(&self.draft, &head, &body)?;
        T::decode(&self.draft, &head, body)
    }
}

/// A type that an answer can be read as.
pub trait Answer: Sized {
    /// Reads the body of an answer that is no failure.
    ///
    /// # Errors
    /// [`Error::Decode`] with the path of the field that does not fit.
    fn decode(draft: &Draft, head: &Head, body: Bytes) -> Result<Self, Error>;
}

/// What a host can run.
pub trait IntoCall {
    /// The type of the answer.
    type Answer: Answer;

    /// Checks it and forms the call.
    ///
    /// # Errors
    /// [`Error::Build`], naming what was refused and by which rule.
    fn into_call(self) -> Result<Call<Self::Answer>, Error>;
}

impl<T: Answer> IntoCall for Call<T> {
    type Answer = T;

    fn into_call(self) -> Result<Self, Error> {
        Ok(self)
    }
}

/// With the built-in resources as its catalog.
impl IntoCall for Operation {
    type Answer = Body;

    fn into_call(self) -> Result<Call<Body>, Error> {
        self.call(&Builtin)
    }
}

/// A GET of a path that is no resource, such as `/version` or `/metrics`.
///
/// # Errors
/// [`Error::Build`] for a path that is not plain.
pub fn get_path(path: &str) -> Result<Call<Body>, Error> {
    let mut operation = Operation::new(Verb::Get);
    operation.set("path", path)?;
    operation.call(&Builtin)
}

impl<T> Clone for Call<T> {
    fn clone(&self) -> Self {
        Self { draft: Arc::clone(&self.draft), answer: PhantomData }
    }
}

impl<T> PartialEq for Call<T> {
    fn eq(&self, other: &Self) -> bool {
        self.draft == other.draft
    }
}

impl<T> Eq for Call<T> {}

impl<T> Hash for Call<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.draft.hash(state);
    }
}

impl<T> fmt::Display for Call<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.draft.fmt(f)
    }
}

impl<T> fmt::Debug for Call<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.draft, f)
    }
}
