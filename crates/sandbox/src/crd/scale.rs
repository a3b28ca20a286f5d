//! Where a custom object has its replicas.
//!
//! Source: `ScaleREST` and `ValidateScaleSpec` in `k8s.io/apiextensions-apiserver/pkg/registry/customresource`.

use serde_json::Value;

use crate::object::text;
use crate::validate::Fault;

/// The paths of a definition's `scale`, such as `.spec.replicas`.
#[derive(Clone, Debug)]
pub(crate) struct Scale {
    pub(crate) spec: String,
    pub(crate) status: String,
    /// Of a text, which may not be there.
    pub(crate) selector: Option<String>,
}

impl Scale {
    /// What a version of a definition says.
    pub(super) fn of(version: &Value) -> Option<Self> {
        let own = version.pointer("/subresources/scale")?;
        let path = |name: &str| text(own, name).to_owned();
        let selector = Some(path("/labelSelectorPath")).filter(|path| !path.is_empty());
        Some(Self { spec: path("/specReplicasPath"), status: path("/statusReplicasPath"), selector })
    }

    /// What of an object's replicas is none.
    pub(super) fn faults(&self, object: &Value) -> Vec<Fault> {
        let mut faults: Vec<Fault> = replicas(object, &self.spec).into_iter().collect();
        faults.extend(self.status_faults(object));
        faults
    }

    /// The same of its status alone.
    pub(super) fn status_faults(&self, object: &Value) -> Vec<Fault> {
        let mut faults: Vec<Fault> = replicas(object, &self.status).into_iter().collect();
        if let Some(path) = &self.selector
            && let Err(why) = label_selector(object, path)
        {
            faults.push(Fault::invalid(path, "", why));
        }
        faults
    }
}

fn replicas(object: &Value, path: &str) -> Option<Fault> {
    let invalid = |number: i64, why: String| Some(Fault::invalid_value(path, number.to_string(), why));
    match number(object, path) {
        Err(why) => invalid(0, why),
        Ok(Some(number)) if number < 0 => invalid(number, "should be a non-negative integer".to_owned()),
        Ok(Some(number)) if number > i64::from(i32::MAX) => {
            invalid(number, format!("should be less than or equal to {}", i32::MAX))
        }
        Ok(_) => None,
    }
}

/// The names along a path.
pub(crate) fn names(path: &str) -> impl Iterator<Item = &str> {
    path.trim_start_matches('.').split('.')
}

/// The whole number at a path, if there is any.
///
/// # Errors
/// Go's words, where something else is there.
pub(crate) fn number(object: &Value, path: &str) -> Result<Option<i64>, String> {
    match at(object, path)? {
        None => Ok(None),
        Some(value) => value.as_i64().map(Some).ok_or_else(|| other(path, value, "int64")),
    }
}

/// The text at a path, empty where there is none.
///
/// # Errors
/// As above.
pub(crate) fn label_selector<'o>(object: &'o Value, path: &str) -> Result<&'o str, String> {
    match at(object, path)? {
        None => Ok(""),
        Some(value) => value.as_str().ok_or_else(|| other(path, value, "string")),
    }
}

fn at<'o>(object: &'o Value, path: &str) -> Result<Option<&'o Value>, String> {
    let (mut value, mut walked) = (object, String::new());
    for name in names(path) {
        walked = format!("{walked}.{name}");
        value = match value {
            Value::Null => return Ok(None),
            Value::Object(fields) => match fields.get(name) {
                Some(value) => value,
                None => return Ok(None),
            },
            odd => return Err(other(&walked, odd, "map[string]interface{}")),
        };
    }
    Ok(Some(value))
}

fn other(path: &str, value: &Value, wanted: &str) -> String {
    let (shown, kind) = crate::fields::in_go(value);
    format!(
        ".{} accessor error: {shown} is of the type {kind}, expected {wanted}",
        path.trim_start_matches('.')
    )
}

/// Puts a number at a path, where everything before it is a map or not there yet; or takes it away.
///
/// # Errors
/// Go's words.
pub(crate) fn set(object: &mut Value, path: &str, number: Option<i64>) -> Result<(), String> {
    let (mut value, mut names) = (object, names(path).peekable());
    while let Some(name) = names.next() {
        let Value::Object(fields) = value else {
            return Err(format!("value cannot be set because {path} is not a map[string]interface{{}}"));
        };
        if names.peek().is_none() {
            match number {
                Some(number) => fields.insert(name.to_owned(), number.into()),
                None => fields.remove(name),
            };
            break;
        }
        value = fields.entry(name).or_insert_with(|| Value::Object(serde_json::Map::new()));
    }
    Ok(())
}
