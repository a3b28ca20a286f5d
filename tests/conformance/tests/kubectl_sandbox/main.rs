//! The real kubectl at the sandbox's listener and at the real server: the same words bring the same output.

mod explain;
mod made;
mod shown;
mod side;

const SHOP: &str = "
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
  labels: {app: shop}
data:
  colour: one
  notes: |
    first
    second
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: c
        image: i:1
        ports: [{containerPort: 80}]
        env: [{name: A, value: '1'}, {name: B, value: '2'}]
      - {name: d, image: i}
      volumes: [{name: v, emptyDir: {}}]
---
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  selector: {app: web}
  ports: [{port: 80, name: http}, {port: 443, name: https}]
";

/// What is changed in it for the next round.
const CHANGES: [(&str, &str); 5] = [
    ("colour: one", "colour: two"),
    ("image: i:1", "image: i:2"),
    ("{name: A, value: '1'}, ", ""),
    (", {port: 443, name: https}", ""),
    ("volumes: [{name: v, emptyDir: {}}]", "volumes: [{name: v, configMap: {name: settings}}]"),
];

const SIDE: &str = "
apiVersion: v1
kind: ConfigMap
metadata:
  name: side
data:
  # A word that YAML 1.1 would take for a boolean, were it not quoted.
  on: 'n'
  text: 'yes'
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: side
spec:
  selector: {matchLabels: {app: side}}
  template:
    metadata: {labels: {app: side}}
    spec:
      containers:
      - {name: c, image: i:1, ports: [{containerPort: 80}]}
";

/// Wrong twice; which of the two an apply tells of depends on the order of a Go map, so applies get each alone.
const WRONG: &str = "
apiVersion: v1
kind: ConfigMap
metadata:
  name: wrong
colour: one
data:
  a: [1]
";

/// Of a deployment of three, in whose place there is no controller.
const ROLLED_OUT: &str = r#"{"status": {"observedGeneration": 99, "replicas": 3, "updatedReplicas": 3, "readyReplicas": 3, "availableReplicas": 3}}"#;

/// One after the other, with the exit code that they bring; what begins with `@` is a file.
const WORDS: &[(i32, &[&str])] = &[
    (0, &["apply", "-f", "@shop"]),
    (0, &["apply", "-f", "@shop"]),
    (0, &["get", "-f", "@shop", "-o", "name"]),
    (0, &["diff", "-f", "@shop"]),
    (1, &["diff", "-f", "@changed"]),
    (0, &["apply", "-f", "@changed", "--dry-run=server"]),
    (0, &["apply", "-f", "@changed"]),
    (0, &["apply", "-f", "@changed", "-o", "yaml"]),
    (0, &["diff", "-f", "@changed"]),
    (0, &["get", "cm", "settings", "-o", "yaml", "--show-managed-fields"]),
    (0, &["get", "deploy", "web", "-o", "yaml", "--show-managed-fields"]),
    (0, &["get", "svc", "web", "-o", "json"]),
    (0, &["apply", "view-last-applied", "cm/settings"]),
    (0, &["apply", "--server-side", "-f", "@side"]),
    (0, &["apply", "--server-side", "-f", "@side"]),
    (0, &["get", "-f", "@side", "-o", "yaml", "--show-managed-fields"]),
    (0, &["diff", "--server-side", "-f", "@side"]),
    (1, &["apply", "--server-side", "--field-manager=other", "-f", "@side-changed"]),
    (0, &["apply", "--server-side", "--field-manager=other", "--force-conflicts", "-f", "@side-changed"]),
    (1, &["apply", "-f", "@wrong"]),
    (1, &["apply", "-f", "@wrong", "--validate=ignore"]),
    (1, &["apply", "--server-side", "-f", "@mistyped"]),
    (1, &["apply", "--server-side", "-f", "@unknown"]),
    (0, &["label", "cm/settings", "tier=a"]),
    (1, &["label", "cm/settings", "tier=b"]),
    (0, &["label", "cm/settings", "tier=b", "--overwrite"]),
    (0, &["label", "cm", "--all", "all=yes"]),
    (0, &["label", "cm/settings", "tier-"]),
    (0, &["annotate", "deploy/web", "why=because"]),
    (0, &["annotate", "deploy/web", "why-"]),
    (0, &["scale", "deploy/web", "--replicas=3"]),
    (1, &["scale", "deploy/web", "--replicas=1", "--current-replicas=2"]),
    (0, &["get", "deploy", "web", "-o", "jsonpath={.spec.replicas}"]),
    (0, &["patch", "cm", "settings", "-p", "{\"data\": {\"x\": \"1\"}}"]),
    (0, &["patch", "cm", "settings", "--type=merge", "-p", "{\"data\": {\"x\": null}}"]),
    (
        0,
        &[
            "patch",
            "cm",
            "settings",
            "--type=json",
            "-p",
            "[{\"op\": \"add\", \"path\": \"/data/y\", \"value\": \"2\"}]",
        ],
    ),
    (
        1,
        &["patch", "cm", "settings", "--type=json", "-p", "[{\"op\": \"remove\", \"path\": \"/data/none\"}]"],
    ),
    (
        0,
        &[
            "patch",
            "deploy",
            "web",
            "--subresource=scale",
            "--type=merge",
            "-p",
            "{\"spec\": {\"replicas\": 4}}",
        ],
    ),
    (0, &["set", "image", "deploy/web", "c=i:3"]),
    (0, &["set", "env", "deploy/web", "C=3"]),
    (0, &["set", "resources", "deploy/web", "--limits=cpu=1"]),
    (0, &["rollout", "restart", "deploy/web"]),
    (0, &["rollout", "pause", "deploy/web"]),
    (0, &["expose", "deploy/web", "--name=door", "--port=80"]),
    (0, &["create", "-f", "@made", "--dry-run=server", "-o", "name"]),
    (0, &["describe", "cm/settings"]),
    (0, &["edit", "cm/settings"]),
    (0, &["edit", "cm/settings"]),
    (0, &["get", "cm", "settings", "-o", "json"]),
    (0, &["replace", "-f", "@side"]),
    (0, &["create", "-f", "@made"]),
    (1, &["create", "-f", "@made"]),
    (0, &["get", "cm", "-o", "name"]),
    (1, &["get", "cm", "nobody"]),
    (0, &["get", "cm", "-l", "app=shop", "-o", "yaml"]),
    (0, &["delete", "-f", "@side"]),
    (0, &["delete", "-f", "@shop", "--wait=false"]),
    (0, &["wait", "--for=delete", "cm/settings", "--timeout=5s"]),
    (1, &["delete", "-f", "@shop"]),
    (1, &["get", "-f", "@shop"]),
    (0, &["delete", "cm", "--all"]),
    // From kubectl's own apply to that of the server, and back.
    (0, &["apply", "-f", "@shop"]),
    // The server merges the volume of the one into that of the other.
    (1, &["apply", "--server-side", "-f", "@changed"]),
    (0, &["get", "-f", "@shop", "-o", "yaml", "--show-managed-fields"]),
    (0, &["apply", "-f", "@shop"]),
    (0, &["label", "cm/settings", "tier=c", "--overwrite"]),
    (1, &["apply", "--server-side", "--field-manager=other", "-f", "@changed"]),
    (0, &["apply", "--server-side", "-f", "@shop"]),
    (0, &["get", "-f", "@shop", "-o", "yaml", "--show-managed-fields"]),
    (0, &["scale", "deploy/web", "--replicas=3"]),
    (0, &["patch", "deploy", "web", "--subresource=status", "--type=merge", "-p", ROLLED_OUT]),
    (0, &["rollout", "status", "deploy/web", "--timeout=5s"]),
    (0, &["rollout", "history", "deploy/web"]),
    (0, &["delete", "-f", "@shop"]),
];

#[test]
fn kubectl_writes_through_the_listener_as_through_the_server() {
    let changed = CHANGES.iter().fold(SHOP.to_owned(), |text, (from, to)| text.replace(from, to));
    let files = [
        ("shop", SHOP.to_owned()),
        ("changed", changed),
        ("side", SIDE.to_owned()),
        ("side-changed", SIDE.replace("i:1", "i:2").replace("'yes'", "'no'")),
        ("wrong", WRONG.to_owned()),
        ("mistyped", WRONG.replace("colour: one\n", "")),
        ("unknown", WRONG.replace("a: [1]", "a: one")),
        ("made", SHOP.replace("settings", "made").replace("name: web", "name: made")),
    ];
    side::compare("kubectl", &files, WORDS);
}
