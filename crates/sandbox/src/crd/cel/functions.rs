//! What the library evaluates otherwise than the server does, and what it lacks.

use std::sync::Arc;

use kube_cel::KubeCelExt as _;
use kube_cel::cel::extractors::This;
use kube_cel::cel::objects::{Key, OptionalValue};
use kube_cel::cel::{Context, ExecutionError, ResolveResult, Value};

use super::check::TYPES;

/// Takes a field, a key or an index out of what may be there: what a select of an optional becomes, `x.?y` and `x[?y]`.
pub(super) const WITHIN: &str = "within_optional";
/// The keys of a map in order.
pub(super) const KEYS: &str = "keys_in_order";

/// All functions, and the names of types.
pub(super) fn context() -> Context<'static> {
    let mut context = Context::default().with_all();
    context.add_function("dyn", |value: Value| ResolveResult::Ok(value));
    context.add_function("type", |value: Value| type_name(&value).to_owned());
    context.add_function("bool", bool);
    context.add_function("size", size);
    context.add_function("string", string);
    context.add_function(WITHIN, |within: Value, key: Value| within_optional(&within, &key));
    context.add_function(KEYS, keys);
    for name in TYPES {
        context.add_variable_from_value(name, name.to_owned());
    }
    context
}

/// What may be there.
pub(super) fn optional(value: Option<Value>) -> Value {
    Value::Opaque(Arc::new(value.map_or_else(OptionalValue::none, OptionalValue::of)))
}

fn within_optional(within: &Value, key: &Value) -> Result<Value, ExecutionError> {
    let held;
    let within = match within {
        Value::Opaque(_) => {
            held = <&OptionalValue>::try_from(within)?;
            match held.value() {
                Some(within) => within,
                None => return Ok(optional(None)),
            }
        }
        other => other,
    };
    let found = match (within, key) {
        (Value::List(items), Value::Int(at)) => {
            usize::try_from(*at).ok().and_then(|at| items.get(at)).cloned()
        }
        (Value::Map(map), key) => {
            let key = match key {
                Value::Int(own) => Key::Int(*own),
                Value::UInt(own) => Key::Uint(*own),
                Value::Bool(own) => Key::Bool(*own),
                Value::String(own) => Key::String(Arc::clone(own)),
                _ => return Err(ExecutionError::NoSuchOverload),
            };
            map.map.get(&key).cloned()
        }
        _ => return Err(ExecutionError::NoSuchOverload),
    };
    Ok(optional(found))
}

fn keys(value: Value) -> Result<Value, ExecutionError> {
    let Value::Map(map) = value else { return Err(ExecutionError::NoSuchOverload) };
    let mut keys: Vec<&Key> = map.map.keys().collect();
    keys.sort();
    let value = |key: &Key| match key {
        Key::Int(own) => Value::Int(*own),
        Key::Uint(own) => Value::UInt(*own),
        Key::Bool(own) => Value::Bool(*own),
        Key::String(own) => Value::String(Arc::clone(own)),
    };
    Ok(Value::List(Arc::new(keys.into_iter().map(value).collect())))
}

fn type_name(value: &Value) -> &str {
    match value {
        Value::List(_) => "list",
        Value::Map(_) => "map",
        Value::Int(_) => "int",
        Value::UInt(_) => "uint",
        Value::Float(_) => "double",
        Value::String(_) => "string",
        Value::Bytes(_) => "bytes",
        Value::Bool(_) => "bool",
        Value::Duration(_) => "duration",
        Value::Timestamp(_) => "timestamp",
        Value::Opaque(opaque) => opaque.runtime_type_name(),
        Value::Function(..) => "function",
        Value::Null => "null_type",
    }
}

fn bool(value: Value) -> Result<Value, ExecutionError> {
    match &value {
        Value::Bool(_) => Ok(value),
        Value::String(text) => match text.as_str() {
            "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(Value::Bool(true)),
            "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(Value::Bool(false)),
            _ => Err(ExecutionError::function_error("bool", "type conversion error from 'string' to 'bool'")),
        },
        _ => Err(ExecutionError::NoSuchOverload),
    }
}

/// Texts are measured by their characters.
fn size(This(value): This<Value>) -> Result<i64, ExecutionError> {
    let count = match &value {
        Value::String(text) => text.chars().count(),
        Value::Bytes(bytes) => bytes.len(),
        Value::List(items) => items.len(),
        Value::Map(map) => map.map.len(),
        _ => return Err(ExecutionError::NoSuchOverload),
    };
    Ok(i64::try_from(count).unwrap_or(i64::MAX))
}

fn string(value: Value) -> Result<Value, ExecutionError> {
    let text = match value {
        Value::String(_) => return Ok(value),
        Value::Bool(own) => own.to_string(),
        Value::Int(own) => own.to_string(),
        Value::UInt(own) => own.to_string(),
        Value::Float(own) => own.to_string(),
        Value::Bytes(own) => String::from_utf8(own.to_vec()).map_err(|_| {
            ExecutionError::function_error("string", "invalid UTF-8 in bytes, cannot convert to string")
        })?,
        Value::Duration(own) => seconds(own),
        Value::Timestamp(own) => own.to_utc().to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true),
        _ => return Err(ExecutionError::NoSuchOverload),
    };
    Ok(Value::String(Arc::new(text)))
}

fn seconds(own: chrono::Duration) -> String {
    let whole = own.num_milliseconds();
    if whole % 1000 == 0 {
        format!("{}s", whole / 1000)
    } else {
        format!("{}.{:03}s", whole / 1000, (whole % 1000).abs())
    }
}

/// A duration as Go writes it, `1h30m`; also in days and weeks, as the format allows.
pub(super) fn duration(text: &str) -> Option<Value> {
    let (mut rest, back) = text.strip_prefix('-').map_or((text, false), |rest| (rest, true));
    if rest.is_empty() {
        return None;
    }
    let mut sum = 0_f64;
    while !rest.is_empty() && rest != "0" {
        let end = rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.')?;
        let (number, unit) = rest.split_at_checked(end)?;
        let end = unit.find(|letter: char| letter.is_ascii_digit()).unwrap_or(unit.len());
        let (unit, after) = unit.split_at_checked(end)?;
        let factor = match unit {
            "ns" => 1.0,
            "us" | "µs" => 1e3,
            "ms" => 1e6,
            "s" => 1e9,
            "m" => 60e9,
            "h" => 3600e9,
            "d" => 86_400e9,
            "w" => 604_800e9,
            _ => return None,
        };
        sum += number.parse::<f64>().ok()? * factor;
        rest = after;
    }
    #[expect(clippy::cast_possible_truncation, reason = "Go's durations are as long as this type")]
    let nanoseconds = if back { -sum } else { sum } as i64;
    Some(Value::Duration(chrono::Duration::nanoseconds(nanoseconds)))
}

pub(super) fn timestamp(text: &str) -> Option<Value> {
    chrono::DateTime::parse_from_rfc3339(text).ok().map(Value::Timestamp)
}
