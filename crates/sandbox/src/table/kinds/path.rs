//! JSON paths, as far as columns use them: fields, elements of lists, and these by a comparison.
//!
//! Source: `k8s.io/client-go/util/jsonpath`.

use serde_json::Value;

/// Where a value stands in an object.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::table) struct Path(Vec<Step>);

#[derive(Clone, Debug, PartialEq)]
enum Step {
    Field(String),
    /// From the end where it is negative.
    Element(i64),
    All,
    /// The elements in which this path leads to something, and what is there compares so.
    Where(Path, Option<(Comparison, Value)>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// Longest first, where one begins with another.
const COMPARISONS: [(&str, Comparison); 6] = [
    ("==", Comparison::Equal),
    ("!=", Comparison::Unequal),
    ("<=", Comparison::LessOrEqual),
    (">=", Comparison::GreaterOrEqual),
    ("<", Comparison::Less),
    (">", Comparison::Greater),
];

impl Path {
    /// None where it is more than is known here, such as slices, unions and `..`, or no path at all.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut steps = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let (step, after) = step(rest)?;
            steps.extend(step);
            rest = after;
        }
        Some(Self(steps))
    }

    /// The first value that it leads to. What goes wrong on the way leads nowhere.
    pub(super) fn first<'v>(&self, object: &'v Value) -> Option<&'v Value> {
        self.all(object)?.first().copied()
    }

    fn all<'v>(&self, object: &'v Value) -> Option<Vec<&'v Value>> {
        let mut found = vec![object];
        for step in &self.0 {
            found = step.walk(&found)?;
        }
        Some(found)
    }
}

impl Step {
    fn walk<'v>(&self, values: &[&'v Value]) -> Option<Vec<&'v Value>> {
        let mut found = Vec::new();
        for value in values.iter().filter(|value| !value.is_null()) {
            match self {
                Self::Field(name) => found.extend(value.get(name)),
                Self::Element(index) => {
                    let list = value.as_array()?;
                    let index = if *index < 0 { index + i64::try_from(list.len()).ok()? } else { *index };
                    found.push(list.get(usize::try_from(index).ok()?)?);
                }
                Self::All => match value {
                    Value::Array(list) => found.extend(list),
                    Value::Object(fields) => found.extend(fields.values()),
                    _ => {}
                },
                Self::Where(path, wanted) => {
                    for element in value.as_array()? {
                        if path.chooses(element, wanted.as_ref())? {
                            found.push(element);
                        }
                    }
                }
            }
        }
        Some(found)
    }
}

impl Path {
    fn chooses(&self, element: &Value, wanted: Option<&(Comparison, Value)>) -> Option<bool> {
        let Some((comparison, wanted)) = wanted else {
            return Some(self.all(element).is_some_and(|found| !found.is_empty()));
        };
        match self.all(element)?.as_slice() {
            [] => Some(false),
            [found] => comparison.holds(found, wanted),
            _ => None,
        }
    }
}

impl Comparison {
    /// None where the two cannot be compared.
    fn holds(self, found: &Value, wanted: &Value) -> Option<bool> {
        let order = match (found, wanted) {
            (Value::String(found), Value::String(wanted)) => found.cmp(wanted),
            (Value::Number(found), Value::Number(wanted)) => match (found.as_i64(), wanted.as_i64()) {
                (Some(found), Some(wanted)) => found.cmp(&wanted),
                // Go compares no integer with what has a fraction.
                (None, None) => found.as_f64()?.partial_cmp(&wanted.as_f64()?)?,
                _ => return None,
            },
            (Value::Bool(found), Value::Bool(wanted)) if matches!(self, Self::Equal | Self::Unequal) => {
                found.cmp(wanted)
            }
            _ => return None,
        };
        Some(match self {
            Self::Equal => order.is_eq(),
            Self::Unequal => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
        })
    }
}

/// The next step, if this is one, and what follows.
fn step(text: &str) -> Option<(Option<Step>, &str)> {
    if let Some(filter) = text.strip_prefix("[?(") {
        let (filter, rest) = filter.split_once(")]")?;
        return Some((Some(filtered(filter)?), rest));
    }
    if let Some(index) = text.strip_prefix('[') {
        let (index, rest) = index.split_once(']')?;
        return Some((Some(indexed(index)?), rest));
    }
    // The object itself.
    if let Some(rest) = text.strip_prefix(['$', '@', ' ']) {
        return Some((None, rest));
    }
    let name = text.strip_prefix('.').filter(|rest| !rest.starts_with('.'))?;
    let (name, rest) = field(name);
    let step = match name.as_str() {
        "*" => Step::All,
        // A point alone, or one before a bracket.
        "" => Step::Field(String::new()),
        _ => Step::Field(name),
    };
    Some((Some(step), rest))
}

/// The name of a field up to the next sign that ends one; a backslash takes a sign's meaning.
fn field(text: &str) -> (String, &str) {
    let mut name = String::new();
    let mut chars = text.char_indices();
    while let Some((at, next)) = chars.next() {
        match next {
            '\\' => name.extend(chars.next().map(|(_, escaped)| escaped)),
            ' ' | '\t' | '\r' | '\n' | '.' | ',' | '[' | ']' | '$' | '@' | '{' | '}' => {
                return (name, text.get(at..).unwrap_or_default());
            }
            next => name.push(next),
        }
    }
    (name, "")
}

fn indexed(index: &str) -> Option<Step> {
    if index == "*" {
        return Some(Step::All);
    }
    let key = index.strip_prefix('\'').and_then(|key| key.strip_suffix('\''));
    match key {
        Some(key) if !key.contains('\'') => match field(key) {
            (name, "") => Some(Step::Field(name)),
            // The server takes what is in the quotes for a path.
            _ => None,
        },
        _ => index.parse().ok().map(Step::Element),
    }
}

fn filtered(filter: &str) -> Option<Step> {
    let at = filter.find(['!', '<', '>', '=']);
    let Some((left, right)) = at.and_then(|at| filter.split_at_checked(at)) else {
        return Some(Step::Where(Path::parse(filter.trim())?, None));
    };
    let (sign, comparison) = COMPARISONS.iter().find(|(sign, _)| right.starts_with(sign))?;
    let right = right.strip_prefix(sign)?.trim();
    let quoted = |quote: char| right.strip_prefix(quote).and_then(|text| text.strip_suffix(quote));
    let wanted = match quoted('"').or_else(|| quoted('\'')) {
        Some(text) if !text.contains('\\') => Value::from(text),
        Some(_) => return None,
        None => serde_json::from_str(right)
            .ok()
            .filter(|value: &Value| value.is_number() || value.is_boolean())?,
    };
    Some(Step::Where(Path::parse(left.trim())?, Some((*comparison, wanted))))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn paths_lead_to_values() {
        let object = json!({
            "spec": {"size": 3, "a.b": "dotted", "list": [{"n": "x", "v": 1}, {"n": "y", "v": 2}], "none": null},
            "status": {"conditions": [{"type": "Ready", "status": "False"}, {"type": "Done", "status": "True"}]},
        });
        let cases = [
            (".spec.size", Some(json!(3))),
            (".spec.missing.deeper", None),
            (".spec.size.deeper", None),
            (".spec.a\\.b", Some(json!("dotted"))),
            (".spec['a\\.b']", Some(json!("dotted"))),
            (".spec.list[0].n", Some(json!("x"))),
            (".spec.list[-1].n", Some(json!("y"))),
            (".spec.list[2].n", None),
            (".spec.list[*].v", Some(json!(1))),
            (".spec.size[0]", None),
            (".spec.none", Some(json!(null))),
            (".status.conditions[?(@.type==\"Done\")].status", Some(json!("True"))),
            (".status.conditions[?(@.type=='Ready')].status", Some(json!("False"))),
            (".status.conditions[?(@.type!=\"Ready\")].type", Some(json!("Done"))),
            (".spec.list[?(@.v>1)].n", Some(json!("y"))),
            (".spec.list[?(@.v>=\"1\")].n", None),
            (".spec.list[?(@.n)].v", Some(json!(1))),
        ];
        for (text, wanted) in cases {
            let path = Path::parse(text).unwrap_or_else(|| panic!("{text} is a path"));
            assert_eq!(path.first(&object).cloned(), wanted, "{text}");
        }
    }

    #[test]
    fn what_is_not_known_is_said() {
        for text in ["..size", ".a[0:2]", ".a[0,1]", ".a[", ".a[?(@.b==c)]", "a", ".a[\"b\"]"] {
            assert_eq!(Path::parse(text), None, "{text}");
        }
    }
}
