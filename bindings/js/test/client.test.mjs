// Calls, with a scripted host.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, KubeError, RequestFailure } from "../dist/index.js";
import { chunks, FakeHost, MOUNT, PEM, waiting } from "./fake.mjs";

const status = (code, reason) => ({ status: code, body: JSON.stringify({ kind: "Status", status: "Failure", code, reason, message: reason }) });
const pod = { status: 200, body: '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"web"}}' };

async function client(answer, options = {}) {
  const host = new FakeHost(answer);
  return { host, client: await Client.inCluster({ host, ...options }) };
}

test("the files are read once at the start, and shared by calls at the same time", async () => {
  const { host, client: kube } = await client(() => pod);
  assert.equal(kube.namespace, "shop");
  assert.equal(kube.server, "https://10.0.0.1:443");
  await Promise.all([kube.get("pods", "a", { namespace: "shop" }), kube.get("pods", "b", { namespace: "shop" })]);
  assert.deepEqual(host.reads.toSorted(), ["ca.crt", "namespace", "token"].map((name) => `${MOUNT}/${name}`));
  assert.equal(host.header(0, "authorization"), "Bearer first");
});

test("a missing mount shows at the start, with what to do", async () => {
  const host = new FakeHost();
  host.files = {};
  await assert.rejects(Client.inCluster({ host }), (error) => {
    assert.ok(error instanceof KubeError);
    assert.equal(error.code, "Config");
    assert.match(error.message, /automountServiceAccountToken: false/);
    return true;
  });
});

test("after a 401 the token is read again, and the call goes out once more", async () => {
  const { host, client: kube } = await client((request) =>
    request.headers.some(([, value]) => value === "Bearer first") ? status(401, "Unauthorized") : pod,
  );
  host.files[`${MOUNT}/token`] = "second\n";
  assert.equal((await kube.get("pods", "web", { namespace: "shop" })).metadata.name, "web");
  assert.deepEqual([host.header(0, "authorization"), host.header(1, "authorization")], ["Bearer first", "Bearer second"]);
});

test("a token that stays refused is the server's own error", async () => {
  const { host, client: kube } = await client(() => status(401, "Unauthorized"));
  await assert.rejects(kube.get("pods", "web", { namespace: "shop" }), { code: "Api", reason: "Unauthorized" });
  assert.equal(host.requests.length, 1);
});

test("an authority that is not trusted is read again, and has a new number", async () => {
  const other = PEM.replace("TUlJ", "TUlK");
  const { host, client: kube } = await client((request) => {
    if (Buffer.from(request.trust.pem).toString() === other) return pod;
    throw new RequestFailure("Untrusted", false, "self-signed certificate in certificate chain");
  });
  host.files[`${MOUNT}/ca.crt`] = other;
  await kube.get("pods", "web", { namespace: "shop" });
  assert.notEqual(host.requests[0].tls, host.requests[1].tls);
});

test("a create is not sent twice where the server may have seen it; a get is", async () => {
  const lost = (_request, _signal, count) => {
    if (count === 1) throw new RequestFailure("Reset", true, "socket hang up");
    return pod;
  };
  const first = await client(lost);
  const made = first.client.create("pods", { metadata: { name: "web", namespace: "shop" } });
  await assert.rejects(made, { code: "Transport", message: "create pods in namespace shop: the connection broke: socket hang up" });
  assert.equal(first.host.requests.length, 1);
  const second = await client(lost);
  await second.client.get("pods", "web", { namespace: "shop" });
  assert.equal(second.host.requests.length, 2);
});

test("whatever a host throws is a failure of the transport", async () => {
  const { client: kube } = await client(() => {
    throw new TypeError("no such thing");
  });
  const made = kube.create("pods", { metadata: { namespace: "shop" } });
  await assert.rejects(made, { code: "Transport", message: /: the request failed: no such thing$/ });
});

test("no answer is a time-out, and the request is given up", async () => {
  const { host, client: kube } = await client(() => new Promise(() => {}));
  await assert.rejects(kube.create("pods", { metadata: { namespace: "shop" } }), { code: "Timeout" });
  assert.equal(host.clock, 60_000);
  assert.equal(host.timers.size, 0);
});

test("a signal ends the call with its own reason, before, and on the way", async () => {
  const reason = new Error("enough");
  const { host, client: kube } = await client((_request, signal) => ({ body: waiting([], signal) }));
  const early = kube.get("pods", "a", { namespace: "shop", signal: AbortSignal.abort(reason) });
  await assert.rejects(early, (thrown) => thrown === reason);
  assert.equal(host.requests.length, 0);

  const abort = new AbortController();
  const given = [];
  host.answer = (_request, signal) => {
    given.push(signal);
    setImmediate(() => abort.abort(reason));
    return { body: waiting([Buffer.from("{")], signal) };
  };
  const late = kube.get("pods", "a", { namespace: "shop", signal: abort.signal });
  await assert.rejects(late, (thrown) => thrown === reason);
  assert.equal(given[0].aborted, true);
  assert.equal(host.timers.size, 0);
});

test("a list's items are told their kind, and warnings reach whoever asked", async () => {
  const warnings = [];
  const body = '{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"7"},"items":[{"metadata":{"name":"a"}}]}';
  const answer = () => ({ body, headers: [["Warning", '299 - "old"']] });
  const { client: kube } = await client(answer, { onWarning: (text) => warnings.push(text) });
  const list = await kube.list("pods", { namespace: "shop", limit: 1 });
  assert.deepEqual(list.items, [{ apiVersion: "v1", kind: "Pod", metadata: { name: "a" } }]);
  assert.deepEqual(warnings, ["old"]);
});

test("an object says where it belongs, unless the options do", async () => {
  const { host, client: kube } = await client(() => pod);
  const widget = { apiVersion: "example.com/v1", kind: "Widget", metadata: { name: "w", namespace: "shop" } };
  await kube.create("widgets", widget);
  await kube.replace("widgets", widget, { namespace: "other" });
  await kube.apply("widgets", widget, { fieldManager: "tests", force: true });
  await kube.patch("widgets", "w", [], { apiVersion: "example.com/v1", namespace: "shop", type: "json" });
  await kube.create("pods", { apiVersion: "policy/v1", kind: "Eviction", metadata: widget.metadata }, { subresource: "eviction" });
  const base = "https://10.0.0.1:443/apis/example.com/v1/namespaces";
  assert.deepEqual(
    host.requests.map(({ method, url }) => `${method} ${url.replace(base, "")}`),
    [
      "POST /shop/widgets",
      "PUT /other/widgets/w",
      "PATCH /shop/widgets/w?fieldManager=tests&force=true",
      "PATCH /shop/widgets/w",
      "POST https://10.0.0.1:443/api/v1/namespaces/shop/pods/w/eviction",
    ],
  );
  assert.equal(host.header(3, "content-type"), "application/json-patch+json");
});

test("fields are checked on the way in", async () => {
  const { client: kube } = await client(() => pod);
  const refused = [
    [{ resource: "pods" }, /missing field `verb`/],
    [{ verb: "steal", resource: "pods" }, /^verb `steal` is refused/],
    [{ verb: "list", resource: "pods", limit: 1.5 }, /^limit must be a string, a whole number or a boolean$/],
    [{ verb: "list", resource: "pods", limit: {} }, /^limit must be/],
    [{ verb: "list", resource: "pods", labels: "a" }, /no field `labels`/],
    [{ verb: "list", resource: "pods", query: "a=b" }, /^query must be an object$/],
    [{ verb: "get", resource: "pods", name: "", namespace: "shop" }, /left out, or not empty/],
    [{ verb: "get", resource: "pods", name: "../x", namespace: "shop" }, /^name `..\/x` is refused/],
  ];
  for (const [operation, message] of refused) await assert.rejects(kube.run(operation), { code: "Build", message });
  const { url } = await kube.prepare({
    verb: "get", resource: "pods", name: "a", namespace: "shop", subresource: "log", limit: undefined,
    query: { container: "web", tailLines: 5, follow: false, x: ["1", 2] },
  });
  assert.equal(new URL(url).search, "?container=web&follow=false&tailLines=5&x=1&x=2");
});

test("text is text, and JSON is an object", async () => {
  const { client: kube } = await client(() => ({ body: chunks([Buffer.from("o"), Buffer.from("k")]) }));
  assert.equal(await kube.getText("/readyz"), "ok");
  await assert.rejects(kube.getPath("/readyz"), { code: "Decode", path: ".", message: /^get \/readyz: .*this is no JSON$/ });
  const answer = await kube.answer({ verb: "get", path: "/readyz" });
  assert.deepEqual([...answer.bytes], [...Buffer.from("ok")]);
});
