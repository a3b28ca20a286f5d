// Node's host, against servers of Node's own. Its TLS is tried against the real API server: see conformance.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { test } from "node:test";
import { Client } from "../dist/index.js";
import { createHost } from "../dist/node.js";

async function serve(t, answer) {
  const server = createServer(answer);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { server, url: `http://127.0.0.1:${server.address().port}` };
}

const request = (url, extra = {}) => ({
  method: "GET", url, headers: [["accept", "application/json"]], body: new Uint8Array(), trust: { kind: "PlainHttp" }, tls: 0, stream: false, ...extra,
});

test("calls share a connection, and bodies arrive", async (t) => {
  let connections = 0;
  const { server, url } = await serve(t, async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    response.end(JSON.stringify({ kind: "Pod", method: request.method, body, length: request.headers["content-length"] }));
  });
  server.on("connection", () => (connections += 1));
  const client = await Client.inCluster({ server: url });
  for (const verb of ["create", "replace", "patch"]) {
    const operation = { verb, resource: "pods", namespace: "shop", body: { a: "é" }, ...(verb !== "create" && { name: "a" }) };
    const got = await client.run({ ...operation, ...(verb === "patch" && { patchType: "merge" }) });
    const whole = verb === "patch" ? '{"a":"é"}' : '{"apiVersion":"v1","kind":"Pod","a":"é"}';
    assert.deepEqual([got.body, got.length], [whole, String(Buffer.byteLength(whole))]);
  }
  const options = { namespace: "shop", preconditions: { uid: "u" } };
  const answer = await client.run({ verb: "delete", resource: "pods", name: "a", ...options });
  assert.match(answer.body, /"preconditions":\{"uid":"u"\}/);
  assert.equal(connections, 1);
});

test("a redirect is not followed", async (t) => {
  let asked = 0;
  const { url } = await serve(t, (_request, response) => {
    asked += 1;
    response.writeHead(302, { location: "/elsewhere" }).end();
  });
  const client = await Client.inCluster({ server: url });
  await assert.rejects(client.getPath("/version"), { code: "Api" });
  assert.equal(asked, 1);
});

test("an abort closes the connection at once, before the head and after it", async (t) => {
  const gone = [];
  const { url } = await serve(t, (request, response) => {
    gone.push(once(response, "close"));
    if (request.url.startsWith("/body")) response.write("{");
  });
  const client = await Client.inCluster({ server: url });
  for (const path of ["/head", "/body"]) {
    const abort = new AbortController();
    const call = client.getPath(path, { signal: abort.signal });
    setTimeout(() => abort.abort(new Error("enough")), 50);
    await assert.rejects(call, { message: "enough" });
  }
  await Promise.all(gone);
  assert.equal(gone.length, 2);
});

test("a watch that nobody reads is not read", async (t) => {
  let written = 0;
  const line = `${JSON.stringify({ type: "ADDED", object: { x: "x".repeat(60_000) } })}\n`;
  const { url } = await serve(t, async (_request, response) => {
    while (response.write(line) || written < 50e6) {
      written += line.length;
      if (response.writableNeedDrain && (await Promise.race([once(response, "drain").then(() => "on"), once(response, "close")])) !== "on") return;
    }
  });
  const client = await Client.inCluster({ server: url });
  const watch = client.watch("pods");
  await watch.next();
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.ok(written < 20e6, `${written} bytes were taken`);
  watch.close();
});

test("a lost connection after the head is a failure of the transport", async (t) => {
  const { url } = await serve(t, (_request, response) => {
    response.write('{"type":"ADDED","object":{}}\n', () => response.socket.destroy());
  });
  const client = await Client.inCluster({ server: url });
  const watch = client.watch("pods");
  assert.equal((await watch.next()).value.type, "ADDED");
  await assert.rejects(watch.next(), { code: "Transport", message: /^watch pods: the connection broke: / });
});

test("a refused connection says that nothing was sent, and an unknown name too", async (t) => {
  const { server, url } = await serve(t, () => {});
  server.close();
  const host = createHost();
  const signal = new AbortController().signal;
  await assert.rejects(host.send(request(url), signal), { name: "RequestFailure", kind: "Refused", sent: false });
  await assert.rejects(host.send(request("http://kubewire.invalid"), signal), { kind: "Refused", sent: false });
});

test("a request that was cut before its answer may have been seen", async (t) => {
  const { url } = await serve(t, (_request, response) => response.socket.destroy());
  const host = createHost();
  await assert.rejects(host.send(request(url), new AbortController().signal), { kind: "Reset", sent: true });
});

test("a file that does not exist is none, and another trouble is one", async () => {
  const host = createHost();
  assert.equal(await host.readFile("/nowhere/token"), undefined);
  await assert.rejects(host.readFile("/"), { code: "EISDIR" });
});
