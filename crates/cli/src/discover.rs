//! Resources that are not built in: the API server is asked.

use kubewire::{Builtin, Catalog, Resource, Scope, get_path};
use serde::Deserialize;

use crate::failure::Failure;
use crate::target::Target;

#[derive(Deserialize)]
struct Groups {
    groups: Vec<Group>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Group {
    preferred_version: Version,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Version {
    group_version: String,
}

#[derive(Deserialize)]
struct Resources {
    resources: Vec<Served>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Served {
    name: String,
    #[serde(default)]
    singular_name: String,
    namespaced: bool,
    kind: String,
    #[serde(default)]
    short_names: Vec<String>,
}

impl Served {
    fn is_called(&self, name: &str) -> bool {
        !self.name.contains('/')
            && (self.name == name
                || self.singular_name == name
                || self.kind.eq_ignore_ascii_case(name)
                || self.short_names.iter().any(|short| short == name))
    }
}

/// The resource of a word such as `pods`, `deploy`, `widgets.example.com` or `widgets.v1.example.com`.
pub(crate) fn by_name(target: &Target<'_>, word: &str) -> Result<Resource, Failure> {
    if let Some(resource) = Builtin.find(None, word) {
        return Ok(resource);
    }
    let (name, place) = word.split_once('.').unwrap_or((word, ""));
    let groups: Groups = target.client()?.run(get_path("/apis")?)?.json()?;
    for group in groups.groups {
        let api_version = group.preferred_version.group_version;
        let (group, _) = api_version.split_once('/').unwrap_or_default();
        let said_version = place.strip_suffix(group).and_then(|rest| rest.strip_suffix('.'));
        let api_version = match said_version {
            Some(version) => format!("{group}/{version}"),
            None if place.is_empty() || place == group => api_version,
            None => continue,
        };
        if let Some(resource) = served(target, &api_version, name)? {
            return Ok(resource);
        }
    }
    Err(Failure::no_type(word, &Builtin.nearest(word)))
}

/// The resource of a manifest's `apiVersion` and `kind`.
pub(crate) fn by_kind(target: &Target<'_>, api_version: &str, kind: &str) -> Result<Resource, Failure> {
    if let Some(resource) = Builtin.find(Some(api_version), kind).filter(|resource| resource.kind == kind) {
        return Ok(resource);
    }
    served(target, api_version, kind)?.ok_or_else(|| {
        let version = format!("\"{kind}\" in version \"{api_version}\"");
        Failure::new(format_args!(
            "no matches for kind {version}: is its CustomResourceDefinition installed?"
        ))
    })
}

fn served(target: &Target<'_>, api_version: &str, name: &str) -> Result<Option<Resource>, Failure> {
    let path = if api_version.contains('/') {
        format!("/apis/{api_version}")
    } else {
        format!("/api/{api_version}")
    };
    let resources: Resources = match target.client()?.run(get_path(&path)?) {
        Ok(answer) => answer.json()?,
        Err(error) if error.status().is_some_and(kubewire::Status::is_not_found) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    Ok(resources.resources.into_iter().find(|served| served.is_called(name)).map(|served| {
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        let mut resource = Resource::new("", "", "", "", Scope::Cluster);
        resource.group = group.to_owned().into();
        resource.version = version.to_owned().into();
        resource.kind = served.kind.into();
        resource.plural = served.name.into();
        resource.scope = if served.namespaced { Scope::Namespaced } else { Scope::Cluster };
        resource
    }))
}
