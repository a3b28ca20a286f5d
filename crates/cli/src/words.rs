//! From kubectl's words to operations: the same for running them and for printing them.

use kubewire::{Operation, Resource, Scope, Verb};

use crate::arguments::{Apply, Cascade, Delete, Get};
use crate::discover;
use crate::failure::Failure;
use crate::format::Output;
use crate::manifest::{self, Manifest};
use crate::target::Target;

/// An operation, and what printing its answer needs to know.
pub(crate) struct Planned {
    pub(crate) operation: Operation,
    pub(crate) resource: Resource,
    pub(crate) name: String,
    pub(crate) namespace: Option<String>,
    /// The file that is the body, where one is.
    pub(crate) file: Option<String>,
}

impl Planned {
    /// What is about no object, such as a path.
    pub(crate) fn bare(operation: Operation) -> Self {
        let resource = Resource::new("", "", "", "", Scope::Cluster);
        Self { operation, resource, name: String::new(), namespace: None, file: None }
    }

    /// `deployment.apps/web`, as kubectl calls an object.
    pub(crate) fn object(&self) -> String {
        format!("{}/{}", kind_and_group(&self.resource), self.name)
    }
}

/// `pod`, `deployment.apps`.
pub(crate) fn kind_and_group(resource: &Resource) -> String {
    let kind = resource.kind.to_lowercase();
    if resource.group.is_empty() { kind } else { format!("{kind}.{}", resource.group) }
}

/// `get TYPE`, `get TYPE NAME...`, `get TYPE/NAME...`.
pub(crate) fn get(target: &Target<'_>, get: &Get) -> Result<Vec<Planned>, Failure> {
    let mut plan = Vec::new();
    for (name, resource) in types(target, &get.words)? {
        let namespace = match (resource.scope, get.all_namespaces) {
            (Scope::Cluster, _) | (_, true) => None,
            _ => Some(target.namespace()?),
        };
        if name.is_some() && get.all_namespaces {
            let why = "a resource cannot be retrieved by name across all namespaces";
            return Err(Failure::new(why));
        }
        let selectors = [("labelSelector", &get.selector), ("fieldSelector", &get.field_selector)];
        if name.is_some() && selectors.iter().any(|(_, given)| given.is_some()) {
            return Err(Failure::new("selectors may not be specified when naming objects"));
        }
        if name.is_none() && get.subresource.is_some() {
            return Err(Failure::new("a subresource is one object's: say the object's name"));
        }
        let verb = if name.is_some() { Verb::Get } else { Verb::List };
        let mut planned = planned(verb, resource, namespace, name.unwrap_or_default())?;
        if matches!(get.output, None | Some(Output::Wide)) {
            planned.operation.set("as", "Table")?;
        }
        let subresource = ("subresource", &get.subresource);
        for (field, given) in selectors.into_iter().chain([subresource]) {
            if let Some(selector) = given {
                planned.operation.set(field, selector)?;
            }
        }
        plan.push(planned);
    }
    Ok(plan)
}

/// `apply -f FILE`.
pub(crate) fn apply(target: &Target<'_>, apply: &Apply) -> Result<Vec<Planned>, Failure> {
    let mut plan = Vec::new();
    for manifest in manifest::read(&apply.filename)? {
        let mut planned = of_manifest(target, &manifest, Verb::Patch)?;
        planned.operation.set("patchType", "apply")?;
        planned.operation.set("fieldManager", &apply.field_manager)?;
        planned.operation.set("force", if apply.force_conflicts { "true" } else { "false" })?;
        apply.dry_run.set(&mut planned.operation)?;
        planned.operation.set_body(manifest.object.to_string());
        planned.file = manifest.file;
        plan.push(planned);
    }
    Ok(plan)
}

/// `delete TYPE NAME...`, `delete TYPE/NAME...`, `delete -f FILE`.
pub(crate) fn delete(target: &Target<'_>, delete: &Delete) -> Result<Vec<Planned>, Failure> {
    let mut plan = Vec::new();
    if let Some(file) = &delete.filename {
        for manifest in manifest::read(file)? {
            plan.push(of_manifest(target, &manifest, Verb::Delete)?);
        }
    }
    plan.extend(named(target, &delete.words, Verb::Delete)?);
    for planned in &mut plan {
        let policy = match delete.cascade {
            Cascade::Background => "Background",
            Cascade::Foreground => "Foreground",
            Cascade::Orphan => "Orphan",
        };
        planned.operation.set("propagationPolicy", policy)?;
        if let Some(seconds) = delete.grace_period {
            planned.operation.set("gracePeriodSeconds", &seconds.to_string())?;
        }
        delete.dry_run.set(&mut planned.operation)?;
    }
    Ok(plan)
}

/// The words with the resources that they mean: a category such as `all` means several.
fn types<'a>(target: &Target<'_>, words: &'a [String]) -> Result<Vec<(Option<&'a str>, Resource)>, Failure> {
    let mut types = Vec::new();
    for (word, name) in objects(words)? {
        // The newest version of each: `horizontalpodautoscalers` has two.
        let mut category: Vec<Resource> = Vec::new();
        let found = if name.is_none() { discover::category(target, word)? } else { Vec::new() };
        for resource in found {
            let again =
                |other: &Resource| (&other.group, &other.plural) == (&resource.group, &resource.plural);
            if !category.iter().any(again) {
                category.push(resource);
            }
        }
        if category.is_empty() {
            category.push(discover::by_name(target, word)?);
        }
        types.extend(category.into_iter().map(|resource| (name, resource)));
    }
    Ok(types)
}

/// The lists of the types that the words name.
pub(crate) fn all(target: &Target<'_>, words: &[String]) -> Result<Vec<Planned>, Failure> {
    let mut plan = Vec::new();
    for (name, resource) in types(target, words)? {
        if name.is_some() {
            return Err(Failure::new("a name cannot be given beside a selector or --all"));
        }
        let namespace = if resource.scope == Scope::Cluster { None } else { Some(target.namespace()?) };
        plan.push(planned(Verb::List, resource, namespace, "")?);
    }
    Ok(plan)
}

/// One operation of the same verb on each object that the words name.
pub(crate) fn named(target: &Target<'_>, words: &[String], verb: Verb) -> Result<Vec<Planned>, Failure> {
    let mut plan = Vec::new();
    for (word, name) in objects(words)? {
        let name =
            name.ok_or_else(|| Failure::new("resource(s) were provided, but no name was specified"))?;
        let resource = discover::by_name(target, word)?;
        let namespace = if resource.scope == Scope::Cluster { None } else { Some(target.namespace()?) };
        plan.push(planned(verb, resource, namespace, name)?);
    }
    Ok(plan)
}

/// Pairs of a type and a name.
fn objects(words: &[String]) -> Result<Vec<(&str, Option<&str>)>, Failure> {
    let slashed = words.iter().filter(|word| word.contains('/')).count();
    if slashed == 0 {
        let Some((word, names)) = words.split_first() else { return Ok(Vec::new()) };
        if names.is_empty() {
            return Ok(word.split(',').map(|word| (word, None)).collect());
        }
        return Ok(names.iter().map(|name| (word.as_str(), Some(name.as_str()))).collect());
    }
    if slashed < words.len() {
        let why = "there is no need to specify a resource type as a separate argument when passing arguments in resource/name form";
        return Err(Failure::new(why));
    }
    Ok(words.iter().filter_map(|word| word.split_once('/')).map(|(word, name)| (word, Some(name))).collect())
}

pub(crate) fn of_manifest(target: &Target<'_>, manifest: &Manifest, verb: Verb) -> Result<Planned, Failure> {
    let resource = discover::by_kind(target, &manifest.api_version, &manifest.kind)?;
    let namespace = match (resource.scope, &manifest.namespace) {
        (Scope::Cluster, _) => None,
        (_, Some(namespace)) => Some(namespace.clone()),
        (_, None) => Some(target.namespace()?),
    };
    planned(verb, resource, namespace, &manifest.name)
}

/// One operation on a resource.
pub(crate) fn planned(
    verb: Verb,
    resource: Resource,
    namespace: Option<String>,
    name: &str,
) -> Result<Planned, Failure> {
    let mut operation = Operation::new(verb);
    operation.set("apiVersion", &resource.api_version())?;
    operation.set("resource", &resource.plural)?;
    if let Some(namespace) = &namespace {
        operation.set("namespace", namespace)?;
    }
    if !matches!(verb, Verb::List | Verb::Create) {
        operation.set("name", name)?;
    }
    Ok(Planned { operation, resource, name: name.to_owned(), namespace, file: None })
}
