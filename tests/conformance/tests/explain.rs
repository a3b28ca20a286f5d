//! `kubewire explain` beside the real kubectl: the same bytes.

use kubewire_conformance::{Kubectl, World, eventually};

const DEFINITION: &str = r#"{"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": "gadgets.explain.example"},
  "spec": {"group": "explain.example", "scope": "Namespaced", "names": {"kind": "Gadget", "plural": "gadgets", "singular": "gadget", "shortNames": ["gg"]},
  "versions": [{"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": {"type": "object", "description": "A gadget.", "required": ["spec"],
    "properties": {"spec": {"type": "object", "required": ["size"], "properties": {
      "size": {"type": "integer", "description": "How large it is, which is a long story that needs more than one line to tell: it goes on and on until it ends."},
      "mode": {"type": "string", "enum": ["", "a", "b", "c", "d"], "description": "One of several.\n\n - a: first\n - b: second"},
      "any": {"x-kubernetes-preserve-unknown-fields": true},
      "port": {"x-kubernetes-int-or-string": true},
      "parts": {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}, "tags": {"type": "object", "additionalProperties": {"type": "string"}}}}},
      "docs": {"type": "string", "externalDocs": {"description": "More of it.", "url": "https://docs.example/more"}}}}}}}}]}}"#;

/// Built-in types and fields of every shape, and what does not exist.
const WORDS: [&str; 44] = [
    "pods",
    "po.spec",
    "pod.spec.containers",
    "pods.spec.containers.env.valueFrom.secretKeyRef",
    "pods.spec.containers.resources.limits",
    "pods.spec.containers.imagePullPolicy",
    "pods.spec.containers.ports.protocol",
    "pods.spec.volumes",
    "pods.spec.nodeSelector",
    "pods.spec.tolerations.tolerationSeconds",
    "pods.metadata",
    "pods.metadata.ownerReferences.uid",
    "pods.metadata.managedFields.fieldsV1",
    "pods.metadata.creationTimestamp",
    "pods.status.conditions",
    "pods --recursive",
    "pods.spec.affinity --recursive",
    "deploy",
    "deployments.spec.strategy.rollingUpdate.maxSurge",
    "deployments.apps.spec.template.spec.hostAliases",
    "deploy.spec --recursive",
    "svc.spec",
    "services.spec.ports.targetPort",
    "secrets",
    "cm.data",
    "nodes.status",
    "ns",
    "hpa --api-version=autoscaling/v1",
    "hpa.spec.metrics",
    "jobs.spec.podFailurePolicy.rules",
    "ingresses.spec.rules.http.paths.backend",
    "roles.rules",
    "leases.spec",
    "events",
    "crd.spec.versions.schema.openAPIV3Schema",
    "crd.spec.versions.schema --recursive",
    "gadgets",
    "gg.spec",
    "gadgets.explain.example.spec.parts",
    "gadget.spec.mode",
    "gadget.spec.any",
    "gadgets --recursive",
    "pods.spec.nothing",
    "nothings",
];

#[test]
fn types_and_fields_are_explained_as_kubectl_explains_them() {
    let world = World::new("explain");
    let kubectl = Kubectl::new(&world);
    let file = world.files.path().join("gadgets.json");
    std::fs::write(&file, DEFINITION).unwrap();
    assert_eq!(kubectl.ours(&["apply", "-f", file.to_str().unwrap()]).err, "");
    eventually("the type is served, and its document too", || {
        (kubectl.theirs(&["explain", "gadgets.spec"]).code == Some(0)).then_some(())
    });
    let mut differ = Vec::new();
    for words in WORDS {
        let words: Vec<&str> = ["explain"].into_iter().chain(words.split(' ')).collect();
        let (ours, theirs) = (kubectl.ours(&words), kubectl.theirs(&words));
        // What our own error adds is one line more; kubectl has one error that does not say that it is one.
        let first =
            |text: &str| text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned();
        if (&ours.out, first(&ours.err), ours.code) != (&theirs.out, first(&theirs.err), theirs.code) {
            differ.push(format!(
                "{words:?}\nours:\n{}{}\ntheirs:\n{}{}",
                ours.out, ours.err, theirs.out, theirs.err
            ));
        }
    }
    assert!(differ.is_empty(), "{} differ, the first:\n{}", differ.len(), differ[0]);
}
