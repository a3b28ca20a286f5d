// Prints what happens to the config maps of the pod's own namespace, until Ctrl-C or the server ends the watch.
import { Client } from "kubewire";

const [server, mount] = process.argv.slice(2);
const stop = new AbortController();
process.once("SIGINT", () => stop.abort());

const client = await Client.inCluster({ server, mount });
const namespace = client.namespace;
const { metadata } = await client.list("configmaps", { namespace });
try {
  for await (const event of client.watch("configmaps", { namespace, resourceVersion: metadata.resourceVersion, signal: stop.signal })) {
    console.log(event.type, event.object.metadata?.name ?? event.object.message);
  }
} catch (error) {
  if (!stop.signal.aborted) throw error;
}
