//! `kubewire get` beside the real kubectl, on the same objects: the same bytes.

use kubewire_conformance::{Kubectl, Ran, World, eventually, text};

/// One or more objects of each kind that can be made without a kubelet.
const OBJECTS: &str = "
{apiVersion: v1, kind: ConfigMap, metadata: {name: map, labels: {app: web, tier: a}}, data: {k: v}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: other-map-with-a-long-name}, data: {k: v, l: w}}
---
{apiVersion: v1, kind: Secret, metadata: {name: key}, stringData: {k: v}}
---
{apiVersion: v1, kind: Service, metadata: {name: web, labels: {app: web}}, spec: {selector: {app: web}, ports: [{port: 80, name: http}, {port: 443, name: https}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: alone, labels: {app: web}}, spec: {containers: [{name: c, image: i}]}}
---
{apiVersion: v1, kind: ServiceAccount, metadata: {name: robot}}
---
{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: disk}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}
---
{apiVersion: v1, kind: ResourceQuota, metadata: {name: quota}, spec: {hard: {pods: 50, requests.cpu: 4}}}
---
{apiVersion: v1, kind: LimitRange, metadata: {name: limits}, spec: {limits: [{type: Container, max: {cpu: 2}}]}}
---
{apiVersion: v1, kind: PodTemplate, metadata: {name: form}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i}]}}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {replicas: 2, selector: {matchLabels: {app: d}}, template: {metadata: {labels: {app: d}}, spec: {containers: [{name: c, image: 'i:1', resources: {requests: {cpu: 10m}, limits: {cpu: 20m}}}]}}}}
---
{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: db}, spec: {serviceName: web, selector: {matchLabels: {app: s}}, template: {metadata: {labels: {app: s}}, spec: {containers: [{name: c, image: i, resources: {requests: {cpu: 10m}, limits: {cpu: 20m}}}]}}}}
---
{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: agent}, spec: {selector: {matchLabels: {app: agent}}, template: {metadata: {labels: {app: agent}}, spec: {containers: [{name: c, image: i}]}}}}
---
{apiVersion: batch/v1, kind: Job, metadata: {name: once}, spec: {suspend: true, template: {spec: {restartPolicy: Never, containers: [{name: c, image: i}]}}}}
---
{apiVersion: batch/v1, kind: CronJob, metadata: {name: nightly}, spec: {schedule: '0 3 1 1 *', suspend: true, jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: i}]}}}}}}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: 'read:er'}, rules: [{apiGroups: [''], resources: [pods], verbs: [get]}]}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: 'read:ers'}, roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: 'read:er'}, subjects: [{kind: User, name: ann, apiGroup: rbac.authorization.k8s.io}]}
---
{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: gate}, spec: {rules: [{host: a.example, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}}]}}
---
{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: wall}, spec: {podSelector: {matchLabels: {app: web}}}}
---
{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: spare}, spec: {minAvailable: 1, selector: {matchLabels: {app: none}}}}
---
{apiVersion: kubectl.example/v1, kind: Widget, metadata: {name: gear, labels: {app: web}}, spec: {size: 3, colour: red}}
---
{apiVersion: kubectl.example/v1, kind: Widget, metadata: {name: wheel}, spec: {size: 40}}
---
{apiVersion: coordination.k8s.io/v1, kind: Lease, metadata: {name: lead}, spec: {holderIdentity: me}}
";

/// A type of one's own, with columns, in two versions.
const DEFINITION: &str = "
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.kubectl.example}
spec:
  group: kubectl.example
  names: {kind: Widget, plural: widgets, singular: widget, shortNames: [wd]}
  scope: Namespaced
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: &schema {type: object, properties: {spec: {type: object, properties: {size: {type: integer}, colour: {type: string}}}}}}
    additionalPrinterColumns: &columns
    - {name: Size, type: integer, jsonPath: .spec.size}
    - {name: Colour, type: string, jsonPath: .spec.colour, priority: 1}
  - {name: v1beta1, served: true, storage: false, schema: {openAPIV3Schema: *schema}, additionalPrinterColumns: *columns}
";

/// Types as people say them, all with objects in the namespace.
const TYPES: [&str; 22] = [
    "cm",
    "secrets",
    "svc",
    "pods",
    "sa",
    "pvc",
    "quota",
    "limits",
    "podtemplates",
    "deploy",
    "rs",
    "sts",
    "ds",
    "jobs",
    "cj",
    "roles",
    "rolebindings",
    "ing",
    "netpol",
    "pdb",
    "leases",
    "widgets",
];

/// Types that live in no namespace.
const CLUSTER_WIDE: [&str; 6] =
    ["clusterroles", "clusterrolebindings", "priorityclasses", "apiservices", "flowschemas", "ns"];

/// Each way of asking for a type.
const FORMS: [&[&str]; 9] = [
    &[],
    &["-o", "wide"],
    &["-o", "name"],
    &["-o", "json"],
    &["-o", "yaml"],
    &["--show-labels"],
    &["--no-headers"],
    &["-l", "app=web"],
    &["-l", "app=nobody"],
];

#[test]
fn get_prints_what_kubectl_prints() {
    let world = World::new("kubectl");
    let kubectl = Kubectl::new(&world);
    let file = world.files.path().join("objects.yaml");
    std::fs::write(&file, OBJECTS).unwrap();
    // Its pods need the namespace's default service account.
    eventually("the default service account is made", || {
        (kubectl.ours(&["get", "sa", "default"]).code == Some(0)).then_some(())
    });
    let definition = world.files.path().join("definition.yaml");
    std::fs::write(&definition, DEFINITION).unwrap();
    let defined = kubectl.ours(&["apply", "-f", text(&definition)]);
    assert_eq!(defined.code, Some(0), "{defined:?}");
    eventually("the type is served", || {
        (kubectl.ours(&["get", "widgets.kubectl.example"]).code == Some(0)).then_some(())
    });
    let applied = kubectl.ours(&["apply", "-f", text(&file)]);
    assert_eq!(applied.code, Some(0), "{applied:?}");
    eventually("the controllers have acted", || {
        (kubectl.ours(&["get", "rs", "-o", "name"]).out.lines().count() == 1).then_some(())
    });
    let mut compared = 0;
    for word in TYPES {
        for form in FORMS {
            compared += same(&kubectl, &[&["get", word][..], form].concat());
        }
    }
    for word in CLUSTER_WIDE {
        for form in [&[][..], &["-o", "wide"], &["-o", "name"]] {
            compared += same(&kubectl, &[&["get", word][..], form].concat());
        }
    }
    for words in [
        &["get", "cm", "map"][..],
        &["get", "cm/map", "-o", "json"],
        &["get", "cm/map", "-o", "yaml"],
        &["get", "cm", "map", "other-map-with-a-long-name"],
        &["get", "cm", "map", "nobody", "nothing"],
        &["get", "all"],
        &["get", "all", "-o", "name"],
        &["get", "all", "-l", "app=web"],
        &["get", "cm,svc"],
        &["get", "cm/map", "svc/web", "-o", "name"],
        // Not all of them: other tests leave thousands behind, whose pages take longer than their ages stand still.
        &["get", "cm", "-A", "--field-selector", "metadata.name=map"],
        &["get", "cm", "--field-selector", "metadata.name=map"],
        &["get", "deployments.apps"],
        &["get", "deployments.v1.apps", "web", "-o", "wide"],
        &["get", "cm", "nobody"],
        &["get", "cm", "-l", "app in (web"],
        &["get", "nonsense"],
        &["get", "deploy", "web", "--subresource", "scale"],
        &["get", "deploy", "web", "--subresource=status", "-o", "name"],
        &["get", "pods", "-L", "app,pod-template-hash"],
        &["get", "cm", "nobody", "--ignore-not-found"],
        &["get", "cm", "map", "nobody", "--ignore-not-found"],
        &["get", "cm", "-o", "custom-columns=NAME:.metadata.name,APP:.metadata.labels.app,None:.spec.none"],
        &[
            "get",
            "pod",
            "alone",
            "--no-headers",
            "-o",
            "custom-columns=IMAGES:.spec.containers[*].image,NAME:metadata.name",
        ],
        &["get", "widgets"],
        &["get", "widgets", "-o", "wide"],
        &["get", "wd", "gear", "-o", "yaml"],
        &["get", "widgets.v1.kubectl.example", "-o", "name"],
        &["get", "--raw", "/version"],
        &["api-versions"],
        &["api-resources"],
        &["api-resources", "-o", "name"],
        &["api-resources", "-o", "wide", "--api-group", "apps"],
        &["api-resources", "--namespaced=false", "--no-headers"],
        &["auth", "can-i", "list", "pods"],
        &["auth", "can-i", "get", "/metrics"],
        &["auth", "whoami"],
    ] {
        compared += same(&kubectl, words);
    }
    for template in TEMPLATES {
        for words in [&["get", "cm"][..], &["get", "pod", "alone"]] {
            let format = format!("jsonpath={template}");
            compared += same(&kubectl, &[words, &["-o", &format]].concat());
        }
    }
    println!("{compared} answers are the same: byte for byte, and YAML in what it means");
}

/// Templates of JSONPath; what they do not find is nothing.
const TEMPLATES: [&str; 16] = [
    "{.metadata.name}",
    "{.items[*].metadata.name}",
    "{.kind}: {@.kind}",
    "{range .items[*]}{.metadata.name}{\"\\t\"}{.data}{\"\\n\"}{end}",
    "{.items[0].metadata.labels}",
    "{.items[-1:].metadata.name}",
    "{.items[?(@.metadata.name==\"map\")].metadata.labels.app}",
    "{.items[?(@.metadata.labels)].data.k}",
    "{.spec.containers[0].image}",
    "{.spec.containers[*].name}",
    "{.spec.terminationGracePeriodSeconds}/{.spec.enableServiceLinks}",
    "{.spec.tolerations[?(@.tolerationSeconds>200)].key}",
    "{.spec.containers[*]['name','image']}",
    "{.metadata.labels.app}{\"\\n\"}",
    "{.spec.containers}",
    "no path at all",
];

/// What kubectl says, what we say instead, and why.
const DIFFERENCES: [(&str, &str, &str); 1] = [(
    "Error from server (BadRequest): Unable to find \"/v1, Resource=configmaps\" that match label selector \"app in (web\", field selector \"\": unable to parse requirement: found '', expected: ',' or ')'",
    "error: labelSelector `app in (web` is refused at its end: a `,` or `)` must stand here",
    "a selector that the server could not read is not sent",
)];

/// Says the words to both until they answer the same: an age that ticked between the two is no difference.
fn same(kubectl: &Kubectl<'_>, words: &[&str]) -> usize {
    let theirs = || {
        DIFFERENCES
            .iter()
            .fold(shown(&kubectl.theirs(words)), |text, (said, ours, _)| text.replace(said, ours))
    };
    let pair = || (theirs(), shown(&kubectl.ours(words)));
    let mut last = pair();
    for _ in 0..25 {
        if last.0 == last.1 || (words.contains(&"yaml") && meaning(&last.0) == meaning(&last.1)) {
            return 1;
        }
        std::thread::sleep(std::time::Duration::from_millis(200));
        last = pair();
    }
    panic!("{words:?}\nkubectl:\n{}\nkubewire:\n{}", last.0, last.1);
}

/// YAML may be laid out in more than one way, such as long texts in lines of their own.
fn meaning(text: &str) -> Option<serde_json::Value> {
    let (yaml, code) = text.rsplit_once("exit code ")?;
    (code == "Some(0)").then(|| serde_saphyr::from_str(yaml).ok())?
}

fn shown(ran: &Ran) -> String {
    format!("{}{}exit code {:?}", ran.out, ran.err, ran.code)
}

/// Words that change something, each said to its own object: `NAME` is one of kubectl's or of ours.
const CHANGES: &[&[&str]] = &[
    &["label", "cm", "NAME", "a=b"],
    &["label", "cm", "NAME", "a=b"],
    &["label", "cm", "NAME", "a=c", "--overwrite"],
    &["label", "cm/NAME", "a=d", "--overwrite", "--dry-run=server"],
    &["label", "cm", "NAME", "a-"],
    &["annotate", "cm", "NAME", "note=some words"],
    &["annotate", "cm", "NAME", "note-"],
    &["patch", "cm", "NAME", "--type", "merge", "-p", "{\"data\":{\"k\":\"w\"}}"],
    &["patch", "cm", "NAME", "--type", "merge", "-p", "{\"data\":{\"k\":\"w\"}}"],
    &["patch", "cm", "NAME", "--type", "json", "-p", "[{\"op\":\"remove\",\"path\":\"/data/k\"}]"],
    &["patch", "cm/NAME", "-p", "data: {k: x}"],
    &["scale", "deploy", "NAME", "--replicas", "3"],
    &["scale", "deploy/NAME", "--replicas=1", "--dry-run=server"],
    &[
        "patch",
        "deploy",
        "NAME",
        "--subresource",
        "scale",
        "--type",
        "merge",
        "-p",
        "{\"spec\":{\"replicas\":5}}",
    ],
    &["delete", "deploy", "NAME", "--dry-run=server"],
    &["delete", "deploy", "NAME", "--cascade=orphan"],
    &["delete", "cm", "NAME", "--grace-period", "1"],
    &["delete", "cm", "NAME"],
];

#[test]
fn changes_say_what_kubectl_says() {
    let world = World::new("changes");
    let kubectl = Kubectl::new(&world);
    let file = |name: &str| {
        let path = world.files.path().join(format!("{name}.yaml"));
        let objects = format!(
            "{{apiVersion: v1, kind: ConfigMap, metadata: {{name: {name}}}, data: {{k: v}}}}\n---\n\
             {{apiVersion: apps/v1, kind: Deployment, metadata: {{name: {name}}}, spec: {{selector: {{matchLabels: {{app: {name}}}}}, \
             template: {{metadata: {{labels: {{app: {name}}}}}, spec: {{containers: [{{name: c, image: i}}]}}}}}}}}\n"
        );
        std::fs::write(&path, objects).unwrap();
        path
    };
    let (theirs, ours) = (file("theirs"), file("ours"));
    let compare = |their_words: &[&str], our_words: &[&str]| {
        let (theirs, ours) = (kubectl.theirs(their_words), kubectl.ours(our_words));
        assert_eq!(shown(&ours).replace("ours", "theirs"), shown(&theirs), "{our_words:?}");
    };
    for verb in ["create", "create", "replace"] {
        compare(&[verb, "-f", text(&theirs)], &[verb, "-f", text(&ours)]);
    }
    for words in CHANGES {
        let say = |name: &str| words.iter().map(|word| word.replace("NAME", name)).collect::<Vec<_>>();
        let (theirs, ours) = (say("theirs"), say("ours"));
        let their_words: Vec<&str> = theirs.iter().map(String::as_str).collect();
        let our_words: Vec<&str> = ours.iter().map(String::as_str).collect();
        compare(&their_words, &our_words);
    }
}
