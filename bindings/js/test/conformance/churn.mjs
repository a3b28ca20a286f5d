// What is hard on those who watch: many changes, seen through a server that dies.
import { readFileSync } from "node:fs";
import { Client } from "../../dist/index.js";
import { eventually } from "./world.mjs";

export const map = (name, more = {}) => ({ metadata: { name, labels: { mine: "yes" } }, ...more });

/** So many changes: objects are made, changed, and one in three is deleted. */
export async function churn(admin, namespace, round, changes) {
  for (let index = 0; index < changes / 3; index += 1) {
    const name = `m${round}-${index}`;
    await admin.create("configmaps", map(name), { namespace });
    if (index % 3 === 2) await admin.delete("configmaps", name, { namespace });
    else await admin.patch("configmaps", name, { data: { round: String(round) } }, { namespace, type: "merge" });
  }
}

/** A pod's client of the server that is ill-treated, which may list and watch; `rotate` gives it another token. */
export async function reader(t, world, front) {
  const { admin, namespace } = world;
  const mount = await world.account("reader");
  const apiGroup = "rbac.authorization.k8s.io";
  const apiVersion = `${apiGroup}/v1`;
  const rules = [
    { apiGroups: [""], resources: ["configmaps"], verbs: ["list", "watch"] },
    { apiGroups: [""], resources: ["pods/log"], verbs: ["get"] },
  ];
  const metadata = { name: "read", namespace };
  await admin.apply("roles", { apiVersion, kind: "Role", metadata, rules }, { fieldManager: "test" });
  const subjects = [{ kind: "ServiceAccount", name: "reader", namespace }];
  await admin.apply("rolebindings", { apiVersion, kind: "RoleBinding", metadata, roleRef: { apiGroup, kind: "Role", name: "read" }, subjects }, { fieldManager: "test" });
  mount.write("ca.crt", readFileSync(front.ca));
  const env = { KUBERNETES_SERVICE_HOST: "127.0.0.1", KUBERNETES_SERVICE_PORT: front.port };
  const client = await Client.inCluster({ env, mount: mount.directory });
  await eventually(() => client.list("configmaps", { namespace }));
  return { client, rotate: async () => mount.write("token", await world.token("reader")) };
}

/** The versions of all that there is, by the keys that informers have. */
export async function versionsIn(admin, namespace) {
  const { items } = await admin.list("configmaps", { namespace });
  return Object.fromEntries(items.map(({ metadata }) => [`${namespace}/${metadata.name}`, metadata.resourceVersion]));
}
