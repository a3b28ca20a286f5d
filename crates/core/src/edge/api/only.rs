//! Subresources that one kind alone has.

use super::Api;
use crate::call::Verb;
use crate::edge::Op;
use crate::error::BuildError;
use crate::prelude::*;

impl<K> Api<K> {
    /// A call on a subresource of `plural` in `group`. The marker traits keep typed kinds from it at compile time; a dynamic [`Api`]
    /// of another resource is told here.
    pub(crate) fn only<T>(
        &self,
        (group, plural): (&str, &str),
        verb: Verb,
        name: &str,
        subresource: &str,
    ) -> Op<T> {
        let op = self.part(verb, name, subresource);
        if self.resource.group == group && self.resource.plural == plural {
            return op;
        }
        let what = ["subresource ", subresource, ": ", plural, " have it"].concat();
        op.refused(BuildError::Surplus {
            verb: verb.name(),
            resource: self.resource.plural.to_string(),
            what,
        })
    }
}
