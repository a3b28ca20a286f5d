"""The official Python client against the server of KUBECONFIG: the sandbox's listener, or a real one."""

import os
import tempfile
import threading
import time
import unittest
import uuid

from kubernetes import client, config, dynamic, watch
from kubernetes.client.rest import ApiException
from kubernetes.config.incluster_config import InClusterConfigLoader
from kubernetes.informer import ADDED, DELETED, SharedInformer
from kubernetes.leaderelection import electionconfig, leaderelection
from kubernetes.leaderelection.resourcelock.leaselock import LeaseLock

NS = f"python-{uuid.uuid4().hex[:8]}"
GROUP = f"{NS}.example.com"


def setUpModule():
    config.load_kube_config()
    client.CoreV1Api().create_namespace({"metadata": {"name": NS}})


def tearDownModule():
    client.CoreV1Api().delete_namespace(NS)


def config_map(name, **data):
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}


def deployment(name):
    labels = {"app": name}
    pod = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "web", "image": "web:1"}]}}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name},
            "spec": {"replicas": 1, "selector": {"matchLabels": labels}, "template": pod}}


def until(what, seconds=20):
    end = time.monotonic() + seconds
    while not what():
        if time.monotonic() > end:
            raise AssertionError("it did not come about in time")
        time.sleep(0.05)


class Client(unittest.TestCase):
    def setUp(self):
        self.core = client.CoreV1Api()
        self.apps = client.AppsV1Api()
        self.dynamic = dynamic.DynamicClient(client.ApiClient())

    def refused(self, status, reason, call, *words, **more):
        with self.assertRaises(ApiException) as caught:
            call(*words, **more)
        self.assertEqual(caught.exception.status, status)
        self.assertIn(f'"reason":"{reason}"', caught.exception.body)

    def test_config_maps(self):
        made = self.core.create_namespaced_config_map(NS, config_map("crud", a="1"))
        self.refused(409, "AlreadyExists", self.core.create_namespaced_config_map, NS, config_map("crud"))
        stale = made.metadata.resource_version
        made.data["b"] = "2"
        made = self.core.replace_namespaced_config_map("crud", NS, made)
        self.assertEqual(made.data, {"a": "1", "b": "2"})
        made.metadata.resource_version = stale
        made.data["b"] = "3"
        self.refused(409, "Conflict", self.core.replace_namespaced_config_map, "crud", NS, made)
        merged = self.core.patch_namespaced_config_map("crud", NS, {"data": {"a": None, "c": "4"}},
                                                       _content_type="application/merge-patch+json")
        self.assertEqual(merged.data, {"b": "2", "c": "4"})
        self.core.delete_namespaced_config_map("crud", NS)
        self.refused(404, "NotFound", self.core.read_namespaced_config_map, "crud", NS)

    def test_deployments(self):
        self.assertEqual(self.apps.create_namespaced_deployment(NS, deployment("web")).spec.strategy.type, "RollingUpdate")
        sidecar = {"spec": {"template": {"spec": {"containers": [{"name": "side", "image": "side:1"}]}}}}
        patched = self.apps.patch_namespaced_deployment("web", NS, sidecar,
                                                        _content_type="application/strategic-merge-patch+json")
        self.assertEqual([one.name for one in patched.spec.template.spec.containers], ["side", "web"])
        self.apps.patch_namespaced_deployment_scale("web", NS, {"spec": {"replicas": 3}})
        self.assertEqual(self.apps.read_namespaced_deployment("web", NS).spec.replicas, 3)
        self.assertEqual(len(self.apps.list_namespaced_deployment(NS, label_selector="!none").items), 1)
        self.apps.delete_namespaced_deployment("web", NS)

    def test_apply(self):
        maps = self.dynamic.resources.get(api_version="v1", kind="ConfigMap")
        maps.server_side_apply(config_map("applied", a="1"), namespace=NS, field_manager="one")
        with self.assertRaises(dynamic.exceptions.ConflictError) as caught:
            maps.server_side_apply(config_map("applied", a="2"), namespace=NS, field_manager="two")
        self.assertIn('conflict with \\"one\\": .data.a', str(caught.exception.body))
        taken = maps.server_side_apply(config_map("applied", a="2"), namespace=NS, field_manager="two",
                                       force_conflicts=True)
        self.assertEqual(taken.data.a, "2")

    def test_service_account_of_mount_files(self):
        self.core.create_namespaced_service_account(NS, {"metadata": {"name": "web"}})
        token = self.core.create_namespaced_service_account_token("web", NS, {"spec": {}}).status.token
        with open(client.Configuration.get_default_copy().ssl_ca_cert, "rb") as file:
            ca = file.read()
        server = client.Configuration.get_default_copy().host.removeprefix("https://").split(":")
        with tempfile.TemporaryDirectory() as mount:
            for name, content in ("token", token.encode()), ("ca.crt", ca):
                with open(os.path.join(mount, name), "wb") as file:
                    file.write(content)
            mine = client.Configuration()
            environ = {"KUBERNETES_SERVICE_HOST": server[0], "KUBERNETES_SERVICE_PORT": server[1]}
            InClusterConfigLoader(os.path.join(mount, "token"), os.path.join(mount, "ca.crt"),
                                  environ=environ).load_and_set(mine)
            account = client.CoreV1Api(client.ApiClient(mine))
            self.refused(403, "Forbidden", account.list_namespaced_secret, NS)
            binding = {"metadata": {"name": "web"}, "subjects": [{"kind": "ServiceAccount", "name": "web", "namespace": NS}],
                       "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "edit"}}
            client.RbacAuthorizationV1Api().create_namespaced_role_binding(NS, binding)
            time.sleep(0.2)  # a real server hears of it some milliseconds later
            self.assertEqual(account.list_namespaced_secret(NS).items, [])

    def test_watch_resumes(self):
        self.core.create_namespaced_config_map(NS, config_map("seen", a="0"))
        more = {"namespace": NS, "field_selector": "metadata.name=seen", "timeout_seconds": 1}
        version = self.core.list_namespaced_config_map(NS).metadata.resource_version
        for n in "123":
            self.core.patch_namespaced_config_map("seen", NS, {"data": {"a": n}})
        seen = []
        for event in watch.Watch().stream(self.core.list_namespaced_config_map, resource_version=version, **more):
            seen.append((event["type"], event["object"].data["a"]))
            version = event["object"].metadata.resource_version
            if len(seen) == 2:
                break
        self.core.delete_namespaced_config_map("seen", NS)
        rest = watch.Watch().stream(self.core.list_namespaced_config_map, resource_version=version, **more)
        seen += [(event["type"], event["object"].data["a"]) for event in rest]
        self.assertEqual(seen, [("MODIFIED", "1"), ("MODIFIED", "2"), ("MODIFIED", "3"), ("DELETED", "3")])

    def test_informer(self):
        self.core.create_namespaced_config_map(NS, config_map("first"))
        informer = SharedInformer(self.core.list_namespaced_config_map, namespace=NS)
        added, deleted = [], []
        informer.add_event_handler(ADDED, lambda one: added.append(one.metadata.name))
        informer.add_event_handler(DELETED, lambda one: deleted.append(one.metadata.name))
        informer.start()
        self.addCleanup(informer.stop)
        until(lambda: "first" in added)
        self.core.create_namespaced_config_map(NS, config_map("second"))
        until(lambda: "second" in added and informer.cache.get_by_key(f"{NS}/second"))
        self.core.delete_namespaced_config_map("first", NS)
        until(lambda: "first" in deleted and not informer.cache.get_by_key(f"{NS}/first"))

    def test_election(self):
        led, lost = [], []
        locks = {name: LeaseLock("lock", NS, name) for name in ("one", "two")}

        def run(name):
            hands = electionconfig.Config(locks[name], 3, 2, 1, lambda *_: led.append(name), lambda: lost.append(name))
            threading.Thread(target=leaderelection.LeaderElection(hands).run, daemon=True).start()

        run("one")
        until(lambda: led == ["one"])
        run("two")
        time.sleep(2)
        self.assertEqual(led, ["one"])
        locks["one"].update = lambda *_: False  # it is cut off from its lock
        until(lambda: led == ["one", "two"] and lost == ["one"])

    def test_custom_resources(self):
        schema = {"type": "object", "properties": {"spec": {"type": "object", "required": ["size"], "properties": {
            "size": {"type": "integer", "maximum": 9}, "colour": {"type": "string", "default": "blue"}}}}}
        version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
        api = client.ApiextensionsV1Api()
        api.create_custom_resource_definition({
            "metadata": {"name": f"boxes.{GROUP}"},
            "spec": {"group": GROUP, "scope": "Namespaced", "names": {"kind": "Box", "plural": "boxes"}, "versions": [version]}})
        self.addCleanup(api.delete_custom_resource_definition, f"boxes.{GROUP}")
        until(lambda: any(one.type == "Established" and one.status == "True" for one in
                          api.read_custom_resource_definition(f"boxes.{GROUP}").status.conditions or []))
        time.sleep(0.3)  # a real server serves it a little later
        custom, place = client.CustomObjectsApi(), (GROUP, "v1", NS, "boxes")
        box = {"apiVersion": f"{GROUP}/v1", "kind": "Box", "metadata": {"name": "a"}, "spec": {"size": 3}}
        self.assertEqual(custom.create_namespaced_custom_object(*place, box)["spec"], {"size": 3, "colour": "blue"})
        box["spec"]["size"], box["metadata"]["name"] = 10, "b"
        self.refused(422, "Invalid", custom.create_namespaced_custom_object, *place, box)
        boxes = dynamic.DynamicClient(client.ApiClient()).resources.get(api_version=f"{GROUP}/v1", kind="Box")
        patch = {"spec": {"size": 4}}
        boxes.patch(patch, name="a", namespace=NS, content_type="application/merge-patch+json")
        self.assertEqual([one.spec.size for one in boxes.get(namespace=NS).items], [4])
        custom.delete_namespaced_custom_object(*place, "a")


if __name__ == "__main__":
    unittest.main()
