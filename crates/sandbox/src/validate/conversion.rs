//! What a definition says of how its objects become those of another version.
//!
//! Source: `validateCustomResourceConversion` in `k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation`.

use serde_json::Value;

use super::fault::Fault;
use super::hook;
use super::part::Part;

/// What is wrong with it.
pub(crate) fn conversion(definition: &Value) -> Vec<Fault> {
    let (own, mut faults) = (Part::of(definition, "spec").field("conversion"), Vec::new());
    let webhook = own.field("webhook");
    // The server's own form has both beside the strategy.
    let part = |name: &str, path: &str| Part {
        path: format!("{}.{path}", own.path),
        value: webhook.field(name).value,
    };
    let (client, reviews) = (
        part("clientConfig", "webhookClientConfig"),
        part("conversionReviewVersions", "conversionReviewVersions"),
    );
    let strategy = own.field("strategy");
    match strategy.text() {
        "" => faults.push(strategy.required("")),
        "Webhook" => {
            if client.is_there() {
                hook::client(&client, &mut faults);
            } else {
                faults.push(client.required("required when strategy is set to Webhook"));
            }
            hook::versions(&reviews, "", &mut faults);
        }
        "None" => {
            let said = [client, reviews].into_iter().filter(Part::is_there);
            faults.extend(
                said.map(|part| part.forbidden("should not be set when strategy is not set to Webhook")),
            );
        }
        _ => faults.push(strategy.not_supported(&["None", "Webhook"])),
    }
    faults
}
