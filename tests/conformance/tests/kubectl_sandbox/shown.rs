//! `kubectl get` of many kinds: as it shows them, and wide.

/// An object of each of many kinds; the account is what pods need where no controller makes it.
const KINDS: &str = "
{apiVersion: v1, kind: ServiceAccount, metadata: {name: default}}
---
{apiVersion: v1, kind: Pod, metadata: {name: alone, labels: {app: web}}, spec: {containers: [{name: c, image: i}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: placed}, spec: {nodeName: one, containers: [{name: c, image: i}], initContainers: [{name: d, image: i}], readinessGates: [{conditionType: a.test/b}]}}
---
{apiVersion: v1, kind: PodTemplate, metadata: {name: form}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i}]}}}
---
{apiVersion: v1, kind: ReplicationController, metadata: {name: old}, spec: {selector: {app: o}, template: {metadata: {labels: {app: o}}, spec: {containers: [{name: c, image: i}]}}}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {replicas: 2, selector: {matchLabels: {app: d}}, template: {metadata: {labels: {app: d}}, spec: {containers: [{name: c, image: 'i:1'}, {name: d, image: 'i:2'}]}}}}
---
{apiVersion: apps/v1, kind: ReplicaSet, metadata: {name: web-1}, spec: {selector: {matchLabels: {app: r}}, template: {metadata: {labels: {app: r}}, spec: {containers: [{name: c, image: i}]}}}}
---
{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: db}, spec: {serviceName: web, selector: {matchLabels: {app: s}}, template: {metadata: {labels: {app: s}}, spec: {containers: [{name: c, image: i}]}}}}
---
{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: agent}, spec: {selector: {matchLabels: {app: agent}}, template: {metadata: {labels: {app: agent}}, spec: {nodeSelector: {disk: fast}, containers: [{name: c, image: i}]}}}}
---
{apiVersion: batch/v1, kind: Job, metadata: {name: once}, spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: i}]}}}}
---
{apiVersion: batch/v1, kind: CronJob, metadata: {name: nightly}, spec: {schedule: '0 3 1 1 *', jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: i}]}}}}}}
---
{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {selector: {app: web}, ports: [{port: 80, name: http}, {port: 443, name: https}]}}
---
{apiVersion: v1, kind: Service, metadata: {name: far}, spec: {type: ExternalName, externalName: example.test}}
---
{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: web-1}, addressType: IPv4, endpoints: [{addresses: [192.0.2.1]}], ports: [{port: 80}]}
---
{apiVersion: v1, kind: Node, metadata: {name: one, labels: {node-role.kubernetes.io/worker: ''}}}
---
{apiVersion: v1, kind: PersistentVolume, metadata: {name: disk}, spec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], hostPath: {path: /x}}}
---
{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: disk}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}
---
{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: fast, annotations: {storageclass.kubernetes.io/is-default-class: 'true'}}, provisioner: example.test/p}
---
{apiVersion: v1, kind: ResourceQuota, metadata: {name: quota}, spec: {hard: {pods: 50, requests.cpu: 4}}}
---
{apiVersion: v1, kind: LimitRange, metadata: {name: limits}, spec: {limits: [{type: PersistentVolumeClaim, max: {storage: 2Gi}}]}}
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
{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: web}, spec: {maxReplicas: 5, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}}}
---
{apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: {name: first}, value: 7}
---
{apiVersion: coordination.k8s.io/v1, kind: Lease, metadata: {name: lead}, spec: {holderIdentity: me}}
---
{apiVersion: v1, kind: Event, metadata: {name: told}, involvedObject: {kind: Pod, name: alone, namespace: default}, reason: Why, type: Normal, message: because, source: {component: us}}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.shown.test}
spec:
  group: shown.test
  names: {kind: Widget, plural: widgets, singular: widget, shortNames: [wd]}
  scope: Namespaced
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {size: {type: integer}, colour: {type: string}}}}}}
    additionalPrinterColumns:
    - {name: Size, type: integer, jsonPath: .spec.size}
    - {name: Colour, type: string, jsonPath: .spec.colour, priority: 1}
";

const WIDGETS: &str = "
{apiVersion: shown.test/v1, kind: Widget, metadata: {name: gear, labels: {app: web}}, spec: {size: 3, colour: red}}
---
{apiVersion: shown.test/v1, kind: Widget, metadata: {name: wheel}, spec: {size: 40}}
";

const RUNNING: &str = r#"{"status": {"phase": "Running", "podIPs": [{"ip": "192.0.2.7"}], "podIP": "192.0.2.7",
    "containerStatuses": [{"name": "c", "image": "i", "imageID": "", "ready": true, "restartCount": 2, "state": {"running": {}}}]}}"#;
const SUCCEEDED: &str = r#"{"status": {"phase": "Succeeded"}}"#;

const WORDS: &[(i32, &[&str])] = &[
    (0, &["create", "-f", "@kinds"]),
    (0, &["wait", "--for=condition=established", "crd/widgets.shown.test", "--timeout=20s"]),
    (0, &["create", "-f", "@widgets"]),
    (0, &["get", "pods"]),
    (0, &["patch", "pod", "placed", "--subresource=status", "--type=merge", "-p", RUNNING]),
    (0, &["patch", "pod", "alone", "--subresource=status", "--type=merge", "-p", SUCCEEDED]),
    (0, &["get", "pods"]),
    (0, &["get", "pods", "-o", "wide"]),
    (0, &["get", "pods", "--show-labels"]),
    (0, &["get", "pods", "-L", "app"]),
    (0, &["get", "pods", "--no-headers"]),
    (0, &["get", "pods", "-A"]),
    (0, &["get", "pods", "--sort-by=.metadata.name"]),
    (0, &["get", "pod", "placed", "-o", "wide"]),
    (0, &["get", "pods", "--field-selector=status.phase=Running"]),
    (0, &["get", "pods", "--chunk-size=1"]),
    (0, &["get", "podtemplates,rc,deploy,rs,sts,ds,jobs,cj"]),
    (0, &["get", "podtemplates,rc,deploy,rs,sts,ds,jobs,cj", "-o", "wide"]),
    (0, &["get", "deploy", "web", "--subresource=scale"]),
    (0, &["get", "deploy", "web", "--subresource=status"]),
    (0, &["get", "svc,endpointslices,sa,ing,netpol", "-l", "!component"]),
    (0, &["get", "svc,endpointslices,sa,ing,netpol", "-l", "!component", "-o", "wide"]),
    (0, &["get", "nodes"]),
    (0, &["get", "nodes", "-o", "wide"]),
    (0, &["get", "pv,pvc,sc"]),
    (0, &["get", "pv,pvc,sc", "-o", "wide"]),
    (0, &["get", "sc", "fast"]),
    (0, &["get", "quota,limits,pdb,hpa,leases"]),
    (0, &["get", "quota,limits,pdb,hpa,leases", "-o", "wide"]),
    (0, &["get", "roles,rolebindings"]),
    (0, &["get", "roles,rolebindings", "-o", "wide"]),
    (0, &["get", "roles", "-n", "kube-node-lease"]),
    (0, &["get", "clusterrolebindings", "-o", "wide"]),
    (0, &["get", "priorityclasses", "first"]),
    (0, &["get", "events", "--field-selector=reason=Why"]),
    (0, &["get", "events", "--field-selector=reason=Why", "-o", "wide"]),
    (0, &["get", "crd", "widgets.shown.test"]),
    (0, &["get", "crd", "widgets.shown.test", "-o", "wide"]),
    (0, &["get", "wd"]),
    (0, &["get", "wd", "-o", "wide"]),
    (0, &["get", "wd", "gear", "--show-labels"]),
    (0, &["get", "-f", "@widgets"]),
    (0, &["get", "all", "-l", "app"]),
    (1, &["get", "deploy", "nobody"]),
    (0, &["get", "deploy", "-n", "kube-system"]),
];

#[test]
fn kubectl_gets_through_the_listener_as_through_the_server() {
    let files = [("kinds", KINDS.to_owned()), ("widgets", WIDGETS.to_owned())];
    crate::side::compare("kubectl-shown", &files, WORDS);
}
