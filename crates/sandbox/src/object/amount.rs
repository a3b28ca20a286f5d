//! Amounts of resources: quantities that are added up, compared and shown again.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Map, Value};

use super::quantity::{Form, parse, written};
use super::text;

/// What a quantity is worth, and how it is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Amount {
    nanos: i128,
    form: Form,
}

impl Amount {
    pub(crate) const ZERO: Self = Self { nanos: 0, form: Form::Decimal };

    /// So many of something that is counted.
    pub(crate) fn count(number: usize) -> Self {
        Self { nanos: number as i128 * 1_000_000_000, ..Self::ZERO }
    }

    /// The quantity at a JSON pointer; nothing where there is none.
    pub(crate) fn at(object: &Value, pointer: &str) -> Self {
        object.pointer(pointer).map_or(Self::ZERO, Self::from)
    }

    /// In billionths.
    pub(crate) fn nanos(self) -> i128 {
        self.nanos
    }

    /// A sum is written as its first part that is something.
    pub(crate) fn plus(self, other: Self) -> Self {
        let form = if self.nanos == 0 { other.form } else { self.form };
        Self { nanos: self.nanos.saturating_add(other.nanos), form }
    }

    pub(crate) fn minus(self, other: Self) -> Self {
        self.plus(Self { nanos: other.nanos.saturating_neg(), ..other })
    }
}

impl From<&Value> for Amount {
    /// What is none is nothing: types are judged elsewhere.
    fn from(value: &Value) -> Self {
        let (nanos, form) = parse(value.as_str().unwrap_or_default()).unwrap_or((0, Form::Decimal));
        Self { nanos, form }
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&written(self.nanos, self.form))
    }
}

/// Amounts by the name of their resource.
#[derive(Clone, Debug, Default)]
pub(crate) struct Amounts(pub(crate) BTreeMap<String, Amount>);

impl Amounts {
    pub(crate) fn get(&self, name: &str) -> Option<Amount> {
        self.0.get(name).copied()
    }

    pub(crate) fn add(&mut self, other: &Self) {
        for (name, amount) in &other.0 {
            let own = self.0.entry(name.clone()).or_insert(Amount::ZERO);
            *own = own.plus(*amount);
        }
    }

    /// Those that another list names, too.
    pub(crate) fn only(&self, names: &Self) -> Self {
        let named = names.0.keys().filter_map(|name| self.0.get_key_value(name));
        Self(named.map(|(name, amount)| (name.clone(), *amount)).collect())
    }

    /// Has at least as much of each as another.
    fn raise(&mut self, other: &Self) {
        for (name, amount) in &other.0 {
            let own = self.0.entry(name.clone()).or_insert(*amount);
            if own.nanos < amount.nanos {
                *own = *amount;
            }
        }
    }

    /// What a container, or a pod's spec, has of `requests` or `limits`.
    pub(crate) fn of(holder: &Value, list: &str) -> Self {
        Self::from(holder.get("resources").and_then(|own| own.get(list)))
    }

    /// What a pod has of `requests` or `limits`: its containers, unless it says itself how much of something.
    pub(crate) fn of_pod(pod: &Value, list: &str) -> Self {
        let mut all = Self::of_containers(pod, list);
        all.0.extend(pod.get("spec").map(|spec| Self::of(spec, list)).unwrap_or_default().0);
        all
    }

    /// What all containers of a pod have of `requests` or `limits` at once, or, if that is more, what starts it.
    ///
    /// Source: `AggregateContainerRequests` and `AggregateContainerLimits` in `k8s.io/component-helpers/resource`.
    pub(crate) fn of_containers(pod: &Value, list: &str) -> Self {
        let of = |container: &Value| Self::of(container, list);
        let containers = |list: &str| pod.pointer(list).and_then(Value::as_array).into_iter().flatten();
        let (mut beside, mut most) = (Self::default(), Self::default());
        for container in containers("/spec/initContainers") {
            let own = of(container);
            // What runs beside it is in the most already.
            let mut at_once = beside.only(&own);
            at_once.add(&own);
            most.raise(&at_once);
            if text(container, "/restartPolicy") == "Always" {
                beside.add(&own);
            }
        }
        let mut sum = Self::default();
        for container in containers("/spec/containers") {
            sum.add(&of(container));
        }
        sum.add(&beside);
        sum.raise(&most);
        sum
    }
}

impl From<Option<&Value>> for Amounts {
    fn from(list: Option<&Value>) -> Self {
        let list = list.and_then(Value::as_object).into_iter().flatten();
        Self(list.map(|(name, value)| (name.clone(), value.into())).collect())
    }
}

impl From<&Amounts> for Value {
    fn from(amounts: &Amounts) -> Self {
        let shown = amounts.0.iter().map(|(name, amount)| (name.clone(), amount.to_string().into()));
        Self::Object(shown.collect::<Map<_, _>>())
    }
}

impl fmt::Display for Amounts {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (name, amount)) in self.0.iter().enumerate() {
            let comma = if index > 0 { "," } else { "" };
            write!(out, "{comma}{name}={amount}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn amounts_are_added_up() {
        let amount = |text: &str| Amount::from(&json!(text));
        for (one, two, wanted) in [
            ("600m", "500m", "1100m"),
            ("1Gi", "512Mi", "1536Mi"),
            ("0", "1Ki", "1Ki"),
            ("1G", "1Gi", "2073741824"),
        ] {
            assert_eq!(amount(one).plus(amount(two)).to_string(), wanted, "{one} {two}");
        }
        assert_eq!(amount("1Gi").minus(amount("512Mi")).to_string(), "512Mi");
    }

    #[test]
    fn what_starts_a_pod_may_want_more() {
        let container = |cpu: &str, policy: Value| json!({"restartPolicy": policy, "resources": {"requests": {"cpu": cpu}}});
        let pod = |init: Value| json!({"spec": {"containers": [container("1", Value::Null)], "initContainers": init}});
        for (init, wanted) in [
            (json!([]), "cpu=1"),
            (json!([container("2", Value::Null)]), "cpu=2"),
            (json!([container("500m", json!("Always")), container("2", Value::Null)]), "cpu=2500m"),
            (json!([container("2", Value::Null), container("500m", json!("Always"))]), "cpu=2"),
        ] {
            assert_eq!(Amounts::of_containers(&pod(init.clone()), "requests").to_string(), wanted, "{init}");
        }
    }
}
