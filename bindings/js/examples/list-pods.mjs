// Lists the pods of the pod's own namespace: `node list-pods.mjs` in a pod, or with a server and a mount.
import { Client, KubeError } from "kubewire";

const [server, mount] = process.argv.slice(2);
try {
  const client = await Client.inCluster({ server, mount });
  const pods = await client.list("pods", { namespace: client.namespace });
  for (const pod of pods.items) console.log(pod.metadata.name, pod.status?.phase ?? "-");
} catch (error) {
  if (!(error instanceof KubeError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
