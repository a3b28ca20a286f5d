// A small controller: whoever labels a ConfigMap of the namespace `shared` with `mirror=yes` has a copy of it in every namespace that asks for
// such with the label `mirrors=yes`. What sandbox.test.mjs beside it tests.

const FROM = "shared";

/** Runs until the signal fires. */
export async function mirror(client, signal) {
  const originals = client.informer("configmaps", { namespace: FROM, labelSelector: "mirror=yes", signal });
  const targets = client.informer("namespaces", { labelSelector: "mirrors=yes", signal });
  const wanted = () => targets.synced && originals.synced;
  const follow = async (informer) => {
    for await (const event of informer) {
      if (event.type === "error") console.warn(event.error.message);
      else if (event.type === "delete" && informer === originals) await remove(client, event.object.metadata.name, targets.list());
      else if (wanted()) await copy(client, originals.list(), targets.list());
    }
  };
  await Promise.all([follow(originals), follow(targets)]);
}

async function copy(client, originals, namespaces) {
  for (const { metadata } of namespaces) {
    for (const { metadata: { name }, data } of originals) {
      const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: metadata.name }, data };
      await client.apply("configmaps", object, { fieldManager: "mirror", force: true });
    }
  }
}

async function remove(client, name, namespaces) {
  for (const { metadata } of namespaces) {
    await client.delete("configmaps", name, { namespace: metadata.name }).catch((error) => {
      if (error.reason !== "NotFound") throw error;
    });
  }
}
