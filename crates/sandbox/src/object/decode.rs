//! From a body to an object of its type: what Go's decoder takes, drops, fills in and refuses.

use serde_json::{Map, Value};

use super::json::Parsed;
use super::refuse::{At, Wording};
use super::scalar;
use super::{join, quantity, quote};
use crate::defaults;
use crate::registry::Kind;
use crate::schema::{Empty, Shape, Typed};

/// An object of its type.
#[derive(Debug)]
pub(crate) struct Decoded {
    pub(crate) object: Value,
    /// What strict decoding tells: `unknown field "spec.foo"`, `duplicate field "data.a"`.
    pub(crate) strict: Vec<String>,
    pub(crate) raw: Raw,
}

/// What a body said that the object read from it does not show. Only of the bytes of ConfigMaps and Secrets, where it makes a difference.
#[derive(Clone, Debug, Default)]
pub(crate) struct Raw {
    /// The map of bytes that is there, and empty: where it may not change that is not none.
    pub(crate) hollow: Option<&'static str>,
    /// Bytes that are null: the real server reads them from its store as none at all, which are not the same to it.
    pub(crate) nulls: bool,
}

impl Raw {
    fn of(kind: &Kind, body: &Value) -> Self {
        let bytes: &'static str = match (kind.group.as_str(), kind.kind.as_str()) {
            ("", "Secret") => "data",
            ("", "ConfigMap") => "binaryData",
            _ => return Self::default(),
        };
        let map = body.get(bytes).and_then(Value::as_object);
        let hollow = map.is_some_and(Map::is_empty).then_some(bytes);
        Self { hollow, nulls: map.is_some_and(|map| map.values().any(Value::is_null)) }
    }
}

/// Reads an object of a kind.
///
/// # Errors
/// Go's words: `json: cannot unmarshal number into Go struct field ConfigMap.data of type string`.
pub(crate) fn decode(kind: &Kind, parsed: Parsed, wording: Wording) -> Result<Decoded, String> {
    if let Some(custom) = &kind.custom {
        return crate::crd::decode(kind, custom, parsed, wording);
    }
    let mut walk = Walk { wording, strict: Vec::new(), misfit: None };
    // sigs.k8s.io/json tells duplicates and unknown fields as it meets them; here the duplicates come first.
    let mut strict = parsed.told();
    let raw = Raw::of(kind, &parsed.value);
    let fields = match parsed.value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    };
    let mut fields = walk.structure(fields, kind.shape(), "", "")?;
    if let Some(why) = walk.misfit {
        return Err(why);
    }
    fields.insert("kind".into(), kind.kind.as_str().into());
    fields.insert("apiVersion".into(), kind.api_version().into());
    strict.append(&mut walk.strict);
    Ok(Decoded { object: Value::Object(fields), strict, raw })
}

/// Reads the metadata of an object whose own type is of another sort.
///
/// # Errors
/// As above.
pub(crate) fn metadata(
    root: Typed<'_>,
    fields: Map<String, Value>,
    wording: Wording,
    strict: &mut Vec<String>,
) -> Result<Value, String> {
    let Some(shape) = root.named("metadata") else { return Ok(fields.into()) };
    let mut walk = Walk { wording, strict: Vec::new(), misfit: None };
    let fields = walk.structure(fields, shape, "", "metadata")?;
    strict.append(&mut walk.strict);
    walk.misfit.map_or_else(|| Ok(fields.into()), Err)
}

struct Walk {
    wording: Wording,
    strict: Vec<String>,
    /// The first value of a wrong type: Go reads on, and tells it in the end, unless a type that reads itself fails.
    misfit: Option<String>,
}

impl Walk {
    /// `go_path` has no indices, `path` has.
    fn structure(
        &mut self,
        fields: Map<String, Value>,
        shape: Typed<'_>,
        go_path: &str,
        path: &str,
    ) -> Result<Map<String, Value>, String> {
        let Shape::Struct(own) = shape.shape() else { return Ok(fields) };
        let mut out = Map::new();
        for (field, value) in fields {
            let inner = join(path, &field);
            let Some(known) = shape.named(&field) else {
                self.strict.push(format!("unknown field {}", quote(&inner)));
                continue;
            };
            if value.is_null() {
                continue;
            }
            let within = super::embedded::within(&own.name, &field);
            let go_inner = within.map_or_else(|| go_path.to_owned(), |within| join(go_path, within));
            let go_inner = join(&go_inner, &field);
            let at = At { name: &own.name, path: &go_inner, wording: self.wording };
            let value = self.value(value, known, at, &inner)?;
            // Whoever says that nobody owns anything is heard.
            if !is_nothing(&value, known) || own.name == "ObjectMeta" && field == "managedFields" {
                out.insert(field, value);
            }
        }
        fill(shape, &mut out);
        Ok(out)
    }

    fn value(&mut self, value: Value, shape: Typed<'_>, at: At<'_>, path: &str) -> Result<Value, String> {
        Ok(match (shape.shape(), value) {
            (_, Value::Null) => empty(shape, true),
            (Shape::Any, value) => value,
            (Shape::Scalar(scalar), value) => match scalar::read(scalar, value, shape, at) {
                Ok(value) => value,
                Err(why) if scalar.reads_itself() => return Err(why),
                Err(why) => self.misfit(why)?,
            },
            (Shape::Struct(_), Value::Object(fields)) => self.structure(fields, shape, at.path, path)?.into(),
            (Shape::List(_), Value::Array(items)) => {
                let Some(inner) = shape.items() else { return Ok(items.into()) };
                let mut list = Vec::with_capacity(items.len());
                for (index, item) in items.into_iter().enumerate() {
                    list.push(self.value(item, inner, at, &format!("{path}[{index}]"))?);
                }
                list.into()
            }
            (Shape::Map, Value::Object(fields)) => {
                let Some(inner) = shape.items() else { return Ok(fields.into()) };
                let mut map = Map::new();
                for (key, value) in fields {
                    let path = join(path, &key);
                    map.insert(key, self.value(value, inner, at, &path)?);
                }
                if shape.is_resource_list() {
                    for amount in map.values_mut() {
                        if let Value::String(text) = amount {
                            *text = quantity::in_thousandths(std::mem::take(text));
                        }
                    }
                }
                map.into()
            }
            (_, other) => self.misfit(at.mismatch(&other, shape))?,
        })
    }

    fn misfit(&mut self, why: String) -> Result<Value, String> {
        if self.wording == Wording::Converter {
            return Err(why);
        }
        self.misfit.get_or_insert(why);
        Ok(Value::Null)
    }
}

/// Whether a field with this value is as one that is not there.
fn is_nothing(value: &Value, shape: Typed<'_>) -> bool {
    let bare = match value {
        Value::Null => true,
        Value::Bool(flag) => !flag,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
    };
    // An empty list that is always written is a list, until it is stored.
    bare && shape.empty() == Empty::Omit
}

/// What the store makes of an object: an empty list is none, and what is read from it has its defaults.
pub(crate) fn settle(kind: &Kind, value: &mut Value) {
    // What a custom object lacks it was given when it was read.
    if kind.custom.is_none() {
        settle_typed(kind.shape(), value);
    }
}

fn settle_typed(shape: Typed<'_>, value: &mut Value) {
    match value {
        Value::Array(items) => {
            for item in items {
                if let Some(shape) = shape.items() {
                    settle_typed(shape, item);
                }
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields.iter_mut() {
                let Some(shape) = shape.field(name) else { continue };
                settle_typed(shape, field);
                let empty = match field {
                    Value::Array(items) => items.is_empty(),
                    Value::Object(inner) => inner.is_empty() && matches!(shape.shape(), Shape::Map),
                    _ => false,
                };
                if empty && shape.empty() == Empty::Null {
                    *field = Value::Null;
                }
            }
            fill(shape, fields);
        }
        _ => {}
    }
}

/// Writes what is always written, and the defaults.
fn fill(shape: Typed<'_>, fields: &mut Map<String, Value>) {
    for (field, kind) in shape.fields() {
        let otherwise = match (kind.default(), field.empty) {
            (Some(Value::String(text)), Empty::Omit) if text.is_empty() => continue,
            (Some(default), _) => default.clone(),
            (None, Empty::Zero) => empty(kind, true),
            (None, Empty::Null) => Value::Null,
            (None, Empty::Omit | Empty::Keep) => continue,
        };
        if !fields.contains_key(&*field.name) {
            fields.insert(field.name.clone().into_owned(), otherwise);
        }
    }
    if let Shape::Struct(own) = shape.shape() {
        defaults::apply(&own.package, &own.name, fields);
    }
}

/// Go's zero value of a type.
pub(crate) fn zero(shape: Typed<'_>) -> Value {
    empty(shape, false)
}

/// The value where nothing is said, with its defaults.
pub(crate) fn filled(shape: Typed<'_>) -> Value {
    empty(shape, true)
}

/// The value where nothing is said.
fn empty(shape: Typed<'_>, with_defaults: bool) -> Value {
    match shape.shape() {
        Shape::Scalar(scalar) => scalar.zero(),
        Shape::Struct(_) if with_defaults => {
            let mut fields = Map::new();
            fill(shape, &mut fields);
            fields.into()
        }
        Shape::Struct(_) => {
            let written = shape.fields().filter_map(|(field, kind)| match field.empty {
                Empty::Zero => Some((field.name.clone().into_owned(), empty(kind, false))),
                Empty::Null => Some((field.name.clone().into_owned(), Value::Null)),
                Empty::Omit | Empty::Keep => None,
            });
            Value::Object(written.collect())
        }
        Shape::List(_) | Shape::Map | Shape::Any => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::Registry;
    use serde_json::json;

    fn read(kind: &str, body: &Value) -> Result<Decoded, String> {
        let kind = Registry::new().by_kind("v1", kind).unwrap();
        decode(&kind, Parsed { value: body.clone(), duplicates: Vec::new() }, Wording::Json)
    }

    #[test]
    fn what_is_empty_is_dropped_and_nulls_become_zeroes() {
        let body = json!({"metadata": {"name": "a", "labels": {}, "annotations": null, "generateName": ""},
                          "data": {"x": null, "y": "z"}, "binaryData": {}, "immutable": false});
        let wanted = json!({"kind": "ConfigMap", "apiVersion": "v1", "metadata": {"name": "a"},
                            "data": {"x": "", "y": "z"}, "immutable": false});
        assert_eq!(read("ConfigMap", &body).unwrap().object, wanted);
    }

    #[test]
    fn what_is_unknown_is_told_and_dropped() {
        let body = json!({"metadata": {"nmae": 1, "ownerReferences": [{"zz": 1}]}, "spec": {"a": 1}});
        let decoded = read("Secret", &body).unwrap();
        assert_eq!(
            decoded.strict,
            [
                r#"unknown field "metadata.nmae""#,
                r#"unknown field "metadata.ownerReferences[0].zz""#,
                r#"unknown field "spec""#
            ]
        );
        let nested = json!({"spec": {"containers": [{"ports": [{"x": 1}]}], "nodeSelector": {"x": "1"}}});
        let told = read("Pod", &nested).unwrap().strict;
        assert_eq!(told, [r#"unknown field "spec.containers[0].ports[0].x""#]);
    }

    #[test]
    fn what_go_always_writes_is_filled_in() {
        let role = read("ServiceAccount", &json!({})).unwrap().object;
        assert_eq!(role, json!({"kind": "ServiceAccount", "apiVersion": "v1", "metadata": {}}));
        let event = read("Event", &json!({"count": 0, "source": {"host": ""}})).unwrap().object;
        let wanted = json!({"kind": "Event", "apiVersion": "v1", "metadata": {}, "involvedObject": {}, "source": {},
                            "eventTime": null, "firstTimestamp": null, "lastTimestamp": null,
                            "reportingComponent": "", "reportingInstance": ""});
        assert_eq!(event, wanted);
        let service = json!({"spec": {"ports": [{"port": 80, "targetPort": "web"}, {}], "clusterIPs": []}});
        let wanted = json!([{"port": 80, "targetPort": "web", "protocol": "TCP"},
                            {"port": 0, "targetPort": 0, "protocol": "TCP"}]);
        assert_eq!(read("Service", &service).unwrap().object["spec"]["ports"], wanted);
    }

    #[test]
    fn wrong_types_fail_in_gos_words() {
        let cases = [
            (
                "ConfigMap",
                json!({"data": {"a": 1}}),
                "number into Go struct field ConfigMap.data of type string",
            ),
            (
                "ConfigMap",
                json!({"data": []}),
                "array into Go struct field ConfigMap.data of type map[string]string",
            ),
            (
                "Secret",
                json!({"metadata": {"labels": {"a": true}}}),
                "bool into Go struct field ObjectMeta.metadata.labels of type string",
            ),
            (
                "Secret",
                json!({"metadata": {"generation": 1.5}}),
                "number 1.5 into Go struct field ObjectMeta.metadata.generation of type int64",
            ),
            (
                "Pod",
                json!({"spec": {"containers": [{"resources": {"limits": []}}]}}),
                "array into Go struct field ResourceRequirements.spec.containers.resources.limits of type v1.ResourceList",
            ),
            (
                "Pod",
                json!({"spec": {"containers": ["x"]}}),
                "string into Go struct field PodSpec.spec.containers of type v1.Container",
            ),
            (
                "Service",
                json!({"spec": {"ports": [{"port": 3_000_000_000_u32}]}}),
                "number 3000000000 into Go struct field ServicePort.spec.ports.port of type int32",
            ),
        ];
        for (kind, body, wanted) in cases {
            let found = read(kind, &body).unwrap_err();
            assert_eq!(found, format!("json: cannot unmarshal {wanted}"));
        }
        assert_eq!(
            read("Secret", &json!({"data": {"a": "x!"}})).unwrap_err(),
            "illegal base64 data at input byte 1"
        );
    }
}
