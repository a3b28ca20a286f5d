// A host of scripted answers and of a clock that only the tests move.
import { RequestFailure } from "../dist/index.js";

const encoder = new TextEncoder();

export const MOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";
export const PEM = "-----BEGIN CERTIFICATE-----\nTUlJ\n-----END CERTIFICATE-----\n";
export const POD = { KUBERNETES_SERVICE_HOST: "10.0.0.1", KUBERNETES_SERVICE_PORT: "443" };

export class FakeHost {
  env = POD;
  files = { [`${MOUNT}/token`]: "first", [`${MOUNT}/ca.crt`]: PEM, [`${MOUNT}/namespace`]: "shop" };
  reads = [];
  requests = [];
  clock = 0;
  timers = new Set();

  /** `answer` gets each request, with its signal, and gives or throws what comes of it. */
  constructor(answer = () => ({ status: 500 })) {
    this.answer = answer;
  }

  async readFile(path) {
    this.reads.push(path);
    const content = this.files[path];
    if (content instanceof Error) throw content;
    return typeof content === "string" ? encoder.encode(content) : (content ?? undefined);
  }

  async send(request, signal) {
    this.requests.push(request);
    const { status = 200, headers = [], body = "" } = await this.answer(request, signal, this.requests.length);
    return { status, headers, body: typeof body === "string" ? chunks([encoder.encode(body)]) : body };
  }

  now() {
    return { mono: this.clock, wall: 1_700_000_000_000 + this.clock };
  }

  random() {
    return 7;
  }

  // Time passes as soon as nothing else happens.
  timer(delay, wake) {
    const timer = setTimeout(() => {
      this.clock += delay;
      wake();
    }, 5);
    this.timers.add(timer);
    return () => {
      clearTimeout(timer);
      this.timers.delete(timer);
    };
  }

  header(index, name) {
    return new Map(this.requests[index].headers).get(name);
  }
}

export async function* chunks(pieces, { broken = false } = {}) {
  for (const piece of pieces) yield piece;
  if (broken) throw new RequestFailure("Reset", true, "the connection broke");
}

/** A body that waits after its pieces until it is given up. */
export async function* waiting(pieces, signal) {
  yield* pieces;
  await new Promise((_, reject) => {
    const end = () => reject(new RequestFailure("Reset", true, "given up"));
    if (signal.aborted) end();
    signal.addEventListener("abort", end);
  });
}

export const bytes = (text) => encoder.encode(text);
