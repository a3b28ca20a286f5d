//! Label selectors as the API's objects have them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Selector;
use crate::call::Operator;
use crate::edge::null_as_default;
use crate::error::BuildError;
use crate::prelude::*;

/// A label selector as it stands in objects, such as a Deployment's `spec.selector`:
/// [LabelSelector](https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/label-selector/).
///
/// ```
/// use kubewire::{LabelSelector, Selector};
///
/// let object: LabelSelector = serde_json::from_str(
///     r#"{"matchLabels": {"app": "web"}, "matchExpressions": [{"key": "tier", "operator": "In", "values": ["a", "b"]}]}"#)?;
/// let selector = Selector::try_from(&object)?;
/// assert_eq!(selector.to_string(), "app=web,tier in (a,b)");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LabelSelector {
    /// Labels with these values.
    #[serde(default, deserialize_with = "null_as_default", skip_serializing_if = "BTreeMap::is_empty")]
    pub match_labels: BTreeMap<String, String>,
    /// Further requirements.
    #[serde(default, deserialize_with = "null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub match_expressions: Vec<LabelSelectorRequirement>,
}

/// One requirement of a [`LabelSelector`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelSelectorRequirement {
    /// The label's key.
    pub key: String,
    /// `In`, `NotIn`, `Exists` or `DoesNotExist`.
    pub operator: String,
    /// For `In` and `NotIn` at least one, for the others none.
    #[serde(default, deserialize_with = "null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
}

/// The selector that the object says. An empty one chooses everything; where a field has none at all, most APIs choose nothing.
///
/// Source: `LabelSelectorAsSelector` in `k8s.io/apimachinery/pkg/apis/meta/v1`.
impl TryFrom<&LabelSelector> for Selector {
    type Error = BuildError;

    fn try_from(object: &LabelSelector) -> Result<Self, BuildError> {
        let mut selector = Self::new();
        for (key, value) in &object.match_labels {
            selector = selector.equals(key, value);
        }
        for LabelSelectorRequirement { key, operator, values } in &object.match_expressions {
            let (operator, fits) = match operator.as_str() {
                "In" => (Operator::In, !values.is_empty()),
                "NotIn" => (Operator::NotIn, !values.is_empty()),
                "Exists" => (Operator::Exists, values.is_empty()),
                "DoesNotExist" => (Operator::DoesNotExist, values.is_empty()),
                _ => {
                    let expected = "In, NotIn, Exists or DoesNotExist";
                    return Err(BuildError::value("operator", operator, expected));
                }
            };
            if !fits {
                let expected = "at least one for In and NotIn, and none for Exists and DoesNotExist";
                return Err(BuildError::value("values", &values.join(","), expected));
            }
            selector = selector.with(key, operator, values);
        }
        // Written and read again, so that keys and values are checked by the one rule that there is.
        selector.to_string().parse()
    }
}

/// The object that says the same.
impl TryFrom<&Selector> for LabelSelector {
    type Error = BuildError;

    fn try_from(selector: &Selector) -> Result<Self, BuildError> {
        let mut match_expressions = Vec::new();
        for requirement in selector.requirements() {
            let operator = match requirement.operator() {
                Operator::Equals | Operator::In => "In",
                Operator::NotEquals | Operator::NotIn => "NotIn",
                Operator::Exists => "Exists",
                Operator::DoesNotExist => "DoesNotExist",
                Operator::GreaterThan | Operator::LessThan => {
                    let expected = "without > and <, which a LabelSelector does not have";
                    return Err(BuildError::value("labelSelector", &requirement.to_string(), expected));
                }
            };
            match_expressions.push(LabelSelectorRequirement {
                key: requirement.key().to_owned(),
                operator: operator.to_owned(),
                values: requirement.values().map(str::to_owned).collect(),
            });
        }
        Ok(Self { match_labels: BTreeMap::new(), match_expressions })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(object: &str) -> Result<String, String> {
        let object: LabelSelector = serde_json::from_str(object).map_err(|error| error.to_string())?;
        Selector::try_from(&object).map(|selector| selector.to_string()).map_err(|error| error.to_string())
    }

    #[test]
    fn from_objects() {
        for (object, wanted) in [
            ("{}", ""),
            (r#"{"matchLabels":null,"matchExpressions":null}"#, ""),
            (r#"{"matchLabels":{"b":"2","a":""}}"#, "a=,b=2"),
            (
                r#"{"matchLabels":{"a":"1"},"matchExpressions":[{"key":"x","operator":"DoesNotExist"},{"key":"b","operator":"NotIn","values":["z","y"]},{"key":"a","operator":"Exists","values":[]}]}"#,
                "a=1,a,b notin (y,z),!x",
            ),
        ] {
            assert_eq!(text(object).as_deref(), Ok(wanted), "{object}");
        }
        for (object, wanted) in [
            (r#"{"matchLabels":{"a":"b,c"}}"#, "\"b,c\""),
            (r#"{"matchExpressions":[{"key":"a","operator":"In"}]}"#, "at least one for In"),
            (r#"{"matchExpressions":[{"key":"a","operator":"Exists","values":["b"]}]}"#, "none for Exists"),
            (r#"{"matchExpressions":[{"key":"a","operator":"Gt","values":["1"]}]}"#, "In, NotIn, Exists"),
        ] {
            assert!(text(object).unwrap_err().contains(wanted), "{object}");
        }
    }

    #[test]
    fn to_objects() {
        let selector: Selector = "a=1,b!=2,!c,d in (x,y)".parse().unwrap();
        let object = LabelSelector::try_from(&selector).unwrap();
        let same = Selector::try_from(&object).unwrap();
        assert_eq!(same.to_string(), "a in (1),b notin (2),!c,d in (x,y)");
        assert!(LabelSelector::try_from(&Selector::new().greater_than("n", 5)).is_err());
    }
}
