//! What the rules of a definition may cost, each and together.
//!
//! Source: `StaticEstimatedCostLimit` and `TotalCost` in `k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation`.

use crate::validate::Fault;

/// What one rule may cost.
const EACH: u64 = 10_000_000;
/// What all rules of a schema may cost together.
const ALL: u64 = 100_000_000;
/// So many of the dearest rules are named.
const NAMED: usize = 4;
const ADVICE: &str = "(try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)";

/// What the rules of a schema cost.
#[derive(Debug, Default)]
pub(super) struct Bill {
    total: u64,
    /// The dearest first, with their places.
    dearest: Vec<(u64, String)>,
}

impl Bill {
    /// Adds what is reckoned at a place, and says where that alone is too much.
    pub(super) fn add(&mut self, place: &str, what: &str, cost: u64) -> Option<Fault> {
        self.total = self.total.saturating_add(cost);
        if cost >= ALL / 100 {
            self.dearest.push((cost, place.to_owned()));
            self.dearest.sort_by_key(|(cost, _)| std::cmp::Reverse(*cost));
            self.dearest.truncate(NAMED);
        }
        (cost > EACH).then(|| Fault::forbidden(place, &exceeds(what, cost, EACH)))
    }

    /// What is wrong with all together, of the schema at a place.
    pub(super) fn faults(&self, place: &str) -> Vec<Fault> {
        if self.total <= ALL {
            return Vec::new();
        }
        let why = "contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema";
        let mut faults: Vec<Fault> =
            self.dearest.iter().map(|(_, place)| Fault::forbidden(place, why)).collect();
        let what = "x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema";
        faults.push(Fault::forbidden(place, &exceeds(what, self.total, ALL)));
        faults
    }
}

#[allow(clippy::cast_precision_loss, reason = "it is told with one digit behind the point")]
fn exceeds(what: &str, cost: u64, limit: u64) -> String {
    let factor = cost as f64 / limit as f64;
    let factor = match factor {
        much if much > 100.0 => "more than 100x".to_owned(),
        little if little < 1.5 => format!("{little:.6}x"),
        factor => format!("{factor:.1}x"),
    };
    format!("{what} exceeds budget by factor of {factor} {ADVICE}")
}
