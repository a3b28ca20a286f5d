//! Which resource a word means: one that is built in, or what the API server says.

use kubewire::{Builtin, Catalog, Resource};

use crate::failure::Failure;
use crate::target::Target;

/// The resource of a word such as `pods`, `deploy`, `widgets.example.com` or `widgets.v1.example.com`. The server is asked only about what is
/// not built in.
pub(crate) fn by_name(target: &Target<'_>, word: &str) -> Result<Resource, Failure> {
    if let Some(resource) = Builtin.find(None, word) {
        return Ok(resource);
    }
    let served = target.served()?;
    served.find(None, word).ok_or_else(|| Failure::no_type(word, &served.nearest(word)))
}

/// The resource of a word in one version, such as `autoscaling/v1`.
pub(crate) fn in_version(target: &Target<'_>, api_version: &str, word: &str) -> Result<Resource, Failure> {
    if let Some(resource) = Builtin.find(Some(api_version), word) {
        return Ok(resource);
    }
    let none = || Failure::new(format!("couldn't find resource for \"{api_version}, Resource={word}\""));
    target.served()?.find(Some(api_version), word).ok_or_else(none)
}

/// The resources of a category such as `all`; none where there is no such category.
pub(crate) fn category(target: &Target<'_>, word: &str) -> Result<Vec<Resource>, Failure> {
    let built_in: Vec<Resource> = Builtin.category(word).collect();
    if !built_in.is_empty() || Builtin.find(None, word).is_some() {
        return Ok(built_in);
    }
    Ok(target.served()?.category(word).collect())
}

/// The resource of a manifest's `apiVersion` and `kind`.
pub(crate) fn by_kind(target: &Target<'_>, api_version: &str, kind: &str) -> Result<Resource, Failure> {
    if let Some(resource) = Builtin.find(Some(api_version), kind).filter(|resource| resource.kind == kind) {
        return Ok(resource);
    }
    let served = target.served()?.find(Some(api_version), kind).filter(|resource| resource.kind == kind);
    served.ok_or_else(|| {
        let version = format!("\"{kind}\" in version \"{api_version}\"");
        Failure::new(format_args!(
            "no matches for kind {version}: is its CustomResourceDefinition installed?"
        ))
    })
}
