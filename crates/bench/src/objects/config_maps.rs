//! ConfigMaps: texts of several lines.

use serde_json::json;

use super::metadata::Metadata;
use super::object;
use super::seed::Seed;

pub fn config_map(seed: &mut Seed) -> String {
    let app = format!("app-{}", seed.hex(6));
    let properties: Vec<String> = (0..12 + seed.below(30))
        .map(|index| {
            format!("service.{index}.endpoint=\"https://{}.example.com/{}\"\n", seed.hex(8), seed.hex(16))
        })
        .collect();
    let rules: Vec<String> = (0..4 + seed.below(12))
        .map(|_| format!("  - match: {{ path: /{} }}\n    weight: {}\n", seed.hex(10), seed.below(100)))
        .collect();
    let data = json!({"application.properties": properties.concat(), "rules.yaml": format!("rules:\n{}", rules.concat()),
        "LOG_LEVEL": "info", "checksum": seed.hex(64)});
    let metadata = Metadata {
        namespace: format!("tenant-{}", seed.below(97)),
        name: format!("{app}-settings"),
        labels: json!({"app.kubernetes.io/name": app, "app.kubernetes.io/managed-by": "Helm"}),
        annotations: json!({"meta.helm.sh/release-name": app, "meta.helm.sh/release-namespace": "shop"}),
        owners: json!(null),
        generation: json!(null),
        managed: vec![(
            "helm",
            json!({"data": data, "metadata": {"annotations": {"meta.helm.sh/release-name": 0,
            "meta.helm.sh/release-namespace": 0}, "labels": {"app.kubernetes.io/managed-by": 0, "app.kubernetes.io/name": 0}}}),
        )],
    };
    let metadata = metadata.members(seed, "v1");
    object(&[("metadata", object(&metadata)), ("data", data.to_string())])
}
