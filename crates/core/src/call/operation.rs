//! A desired operation as data.

use core::fmt;

use bytes::Bytes;

use super::{Draft, PatchType, Verb, View, build, parameters, rules};
use crate::error::BuildError;
use crate::prelude::*;
use crate::resource::{Catalog, Resource};
use crate::text::{digits, number};

/// What is desired, not yet checked: the door for files, the command line and JavaScript.
///
/// In JSON it is flat, in the API's own words, and everything but the verb is optional:
///
/// ```
/// use kubewire::{Builtin, Operation};
/// let operation: Operation = serde_json::from_str(
///     r#"{"verb": "list", "resource": "pods", "namespace": "shop", "labelSelector": "app=web", "limit": 500}"#,
/// )?;
/// let call = operation.call(&Builtin)?;
/// assert_eq!(call.target(), "/api/v1/namespaces/shop/pods?labelSelector=app%3Dweb&limit=500");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// The fields: `verb` (get, list, watch, create, replace, patch, delete, deletecollection; head and options through a proxy), `resource` with `apiVersion` where the
/// resource is no built-in one, `namespace`, `name`, `subresource`, `patchType` (json, merge, strategic, apply), `as` (Table or
/// PartialObjectMetadata, for what is read), `body`, the verb's
/// parameters (`labelSelector`, `dryRun`, `fieldManager`, `propagationPolicy`, `preconditions` and so on), and `query` for parameters of one
/// subresource. Or `path`, such as `/version`, with at most a `query`, to get what is no resource; beside `"subresource": "proxy"` it is the
/// path behind the proxy, and the name may say scheme and port: `https:web:8443`.
#[derive(Clone, PartialEq, Eq)]
pub struct Operation {
    pub(crate) verb: Verb,
    pub(crate) known: Option<Resource>,
    pub(crate) api_version: String,
    pub(crate) resource: String,
    pub(crate) namespace: String,
    pub(crate) name: String,
    pub(crate) subresource: String,
    pub(crate) path: String,
    pub(crate) patch_type: Option<PatchType>,
    pub(crate) view: Option<View>,
    /// In the order of their names.
    pub(crate) parameters: Vec<(&'static str, String)>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) body: Option<Bytes>,
}

impl Operation {
    /// An operation of which only the verb is said.
    #[must_use]
    pub fn new(verb: Verb) -> Self {
        let empty = String::new;
        Self {
            verb,
            known: None,
            api_version: empty(),
            resource: empty(),
            namespace: empty(),
            name: empty(),
            subresource: empty(),
            path: empty(),
            patch_type: None,
            view: None,
            parameters: Vec::new(),
            query: Vec::new(),
            body: None,
        }
    }

    /// Sets a field by its name. Members of `query` and `preconditions` are named `query.KEY` and `preconditions.uid`; a
    /// `query` key may repeat. The body has a setter of its own.
    ///
    /// # Errors
    /// [`BuildError::UnknownField`], or [`BuildError::Value`] for what the field cannot be.
    pub fn set(&mut self, field: &str, value: &str) -> Result<(), BuildError> {
        let refuse = |expected| BuildError::value(field, value, expected);
        let text = match field {
            "verb" => {
                self.verb = Verb::from_name(value).ok_or_else(|| {
                    refuse(
                        "get, list, watch, create, replace, patch, delete, deletecollection, head or options",
                    )
                })?;
                return Ok(());
            }
            "patchType" => {
                let expected = "json, merge, strategic or apply";
                self.patch_type = Some(PatchType::from_name(value).ok_or_else(|| refuse(expected))?);
                return Ok(());
            }
            "as" => {
                let expected = "Table or PartialObjectMetadata";
                self.view = Some(View::from_name(value).ok_or_else(|| refuse(expected))?);
                return Ok(());
            }
            "apiVersion" => &mut self.api_version,
            "resource" => &mut self.resource,
            "namespace" => &mut self.namespace,
            "name" => &mut self.name,
            "subresource" => &mut self.subresource,
            "path" => &mut self.path,
            _ => return self.set_parameter(field, value),
        };
        // An empty name is not an absent one: it once deleted whole collections.
        if value.is_empty() {
            return Err(refuse("left out, or not empty"));
        }
        *text = value.to_owned();
        Ok(())
    }

    fn set_parameter(&mut self, field: &str, value: &str) -> Result<(), BuildError> {
        if let Some(key) = field.strip_prefix("query.") {
            if key.is_empty() {
                let expected = "a parameter's name, not empty";
                return Err(BuildError::value("query", key, expected));
            }
            self.query.push((key.into(), value.into()));
            return Ok(());
        }
        let Some(parameter) = parameters::find(field) else {
            return Err(BuildError::UnknownField(field.into()));
        };
        // The API has one kind of dry run; both ways to say it are in use.
        let value = if field == "dryRun" && value == "true" { "All" } else { value };
        parameter.check(value)?;
        // A number of a deletion goes into JSON, where `030` is none.
        let value = number(value)
            .filter(|_| matches!(parameter.value, parameters::Value::Integer))
            .map_or_else(|| value.into(), digits);
        self.parameters.retain(|(name, _)| *name != parameter.name);
        let at = self.parameters.iter().position(|(name, _)| *name > parameter.name);
        self.parameters.insert(at.unwrap_or(self.parameters.len()), (parameter.name, value));
        Ok(())
    }

    /// Takes a path's query as it stands in a URL: pairs with `=` between them and `&` between pairs, form-encoded.
    ///
    /// # Errors
    /// [`BuildError::Value`] where it does not decode to text.
    pub fn set_query(&mut self, query: &str) -> Result<(), BuildError> {
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            let expected = "form-encoded: `%` and two hex digits, UTF-8, and a key before each `=`";
            let refuse = || BuildError::value("query", pair, expected);
            let key = rules::decode_form(key).filter(|key| !key.is_empty()).ok_or_else(refuse)?;
            self.query.push((key, rules::decode_form(value).ok_or_else(refuse)?));
        }
        Ok(())
    }

    /// Sets the body: an object, a patch, or an options object, as JSON.
    pub fn set_body(&mut self, body: impl Into<Bytes>) {
        self.body = Some(body.into());
    }

    /// What is done.
    #[must_use]
    pub fn verb(&self) -> Verb {
        self.verb
    }

    pub(super) fn resource_is_unsaid(&self) -> bool {
        self.known.is_none() && self.resource.is_empty()
    }

    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(other, _)| *other == name).map(|(_, value)| value.as_str())
    }

    /// Checks the operation and forms the draft of its call.
    ///
    /// # Errors
    /// [`BuildError`] with the segment and the rule that it breaks, or with what is missing or too much.
    pub fn draft(&self, catalog: &dyn Catalog) -> Result<Draft, BuildError> {
        build::build(self, catalog)
    }
}

/// The body is left out: it may be a Secret.
impl fmt::Debug for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Operation");
        out.field("verb", &self.verb.name());
        for (name, value) in self.texts() {
            if !value.is_empty() {
                out.field(name, &value);
            }
        }
        out.field("parameters", &self.parameters).field("query", &self.query);
        out.field("body", &self.body.as_ref().map(Bytes::len)).finish()
    }
}

impl Operation {
    /// The plain text fields, in the order in which they are written.
    pub(crate) fn texts(&self) -> [(&'static str, &str); 8] {
        [
            ("apiVersion", &self.api_version),
            ("resource", &self.resource),
            ("namespace", &self.namespace),
            ("name", &self.name),
            ("subresource", &self.subresource),
            ("path", &self.path),
            ("patchType", self.patch_type.map_or("", PatchType::name)),
            ("as", self.view.map_or("", View::name)),
        ]
    }
}
