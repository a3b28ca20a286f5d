//! A draft and the type of its answer.

use alloc::sync::Arc;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::marker::PhantomData;

use bytes::Bytes;

use super::Body;
use crate::answer::refuse_failures;
use crate::call::{Attributes, Draft, Operation, Verb};
use crate::error::Error;
use crate::resource::{Builtin, Catalog};
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

impl Call<Body> {
    /// The same call with its answer in another form.
    pub(crate) fn accepting<U: Answer>(self, accept: &'static str) -> Call<U> {
        let mut draft = Arc::unwrap_or_clone(self.draft);
        draft.accept = accept;
        Call::new(draft)
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
        refuse_failures(&self.draft, &head, &body)?;
        T::decode(&self.draft, &head, body)
    }
}

impl Operation {
    /// Checks the operation and forms the call, whose answer stays bytes until its type is said with
    /// [`Call::answering`].
    ///
    /// # Errors
    /// [`Error::Build`] with the segment and the rule that it breaks, or with what is missing or too much.
    pub fn call(&self, catalog: &dyn Catalog) -> Result<Call<Body>, Error> {
        Ok(Call::new(self.draft(catalog)?))
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
