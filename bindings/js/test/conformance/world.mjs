// What the conformance tests share: a namespace for each, and pods' files for real service accounts.
//
// `cargo xtask test` starts the API server and names it. To run them by hand: `cargo xtask apiserver start`, the line that it prints, and
// `npm run test:conformance`.
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "../../dist/index.js";

const named = process.env.KUBEWIRE_APISERVER;
if (!named) throw new Error("no API server to test against: KUBEWIRE_APISERVER is not set. Run `cargo xtask test`, or `cargo xtask apiserver start`");
export const cluster = JSON.parse(readFileSync(named, "utf8"));

/** One test's own corner of the API server. */
export class World {
  static async new(t, name) {
    const world = new World();
    world.t = t;
    world.admin = await Client.inCluster({ server: cluster.server, mount: cluster.adminMount });
    world.namespace = `js-${name}-${randomBytes(4).toString("hex")}`;
    await world.admin.create("namespaces", { metadata: { name: world.namespace } });
    return world;
  }

  /** Makes a service account, asks for a token of it, and writes the files that the kubelet would mount. */
  async account(name) {
    await this.admin.create("serviceaccounts", { metadata: { name, namespace: this.namespace } });
    const mount = new Mount(this.t);
    mount.write("token", await this.token(name));
    mount.write("namespace", this.namespace);
    mount.write("ca.crt", readFileSync(cluster.ca));
    return mount;
  }

  /** A token of a service account, by TokenRequest. */
  async token(name) {
    const request = {
      apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", metadata: { name, namespace: this.namespace }, spec: { expirationSeconds: 600 },
    };
    return (await this.admin.create("serviceaccounts", request, { subresource: "token" })).status.token;
  }

  /** A client as a pod of the cluster makes one: from the environment and this mount. */
  pod(mount) {
    const env = { KUBERNETES_SERVICE_HOST: cluster.host, KUBERNETES_SERVICE_PORT: String(cluster.port) };
    return Client.inCluster({ env, mount: mount.directory });
  }

  /** Lets `account` do `verbs` on pods, here or everywhere, by server-side apply. */
  async allow(account, kind, verbs) {
    const name = `${account}-${this.namespace}`;
    const metadata = { name, ...(kind === "Role" && { namespace: this.namespace }) };
    const apiGroup = "rbac.authorization.k8s.io";
    const apiVersion = `${apiGroup}/v1`;
    const options = { fieldManager: "conformance" };
    const rules = [{ apiGroups: [""], resources: ["pods"], verbs }];
    await this.admin.apply(`${kind.toLowerCase()}s`, { apiVersion, kind, metadata, rules }, options);
    const subjects = [{ kind: "ServiceAccount", name: account, namespace: this.namespace }];
    const binding = { apiVersion, kind: `${kind}Binding`, metadata, roleRef: { apiGroup, kind, name }, subjects };
    await this.admin.apply(`${kind.toLowerCase()}bindings`, binding, options);
  }
}

/** A directory with the files of a service account. */
export class Mount {
  constructor(t) {
    this.directory = mkdtempSync(join(tmpdir(), "kubewire-"));
    t.after(() => rmSync(this.directory, { recursive: true, force: true }));
  }

  /** Replaces a file at once, as the kubelet does: by a rename. */
  write(name, content) {
    const fresh = join(this.directory, `.${name}`);
    writeFileSync(fresh, content);
    renameSync(fresh, join(this.directory, name));
  }
}

/** Tries until it does not throw: what changes in the server takes effect within half a second. */
export async function eventually(attempt) {
  for (let tries = 300; ; tries -= 1) {
    try {
      return await attempt();
    } catch (error) {
      if (tries === 0) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
