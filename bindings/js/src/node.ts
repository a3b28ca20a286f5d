import { promises, readFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import type { Agent, RequestOptions } from "node:https";
import { type FailureKind, type Host, type HostAnswer, type HostRequest, RequestFailure } from "./host.js";

/** The bytes of the core. */
export function readCore(): Uint8Array<ArrayBuffer> {
  return readFileSync(new URL("./core.wasm", import.meta.url));
}

/** The bytes of the sandbox. */
export function readSandbox(): Uint8Array<ArrayBuffer> {
  return readFileSync(new URL("./sandbox.wasm", import.meta.url));
}

/** What Node does for the core. */
export function createHost(): Host {
  return new NodeHost();
}

class NodeHost implements Host {
  readonly env = process.env;
  /** One slot, not a map: the trust of a number that has passed never comes back. */
  #kept: { tls: number; agent: Agent } | undefined;

  async readFile(path: string): Promise<Uint8Array | undefined> {
    try {
      return await promises.readFile(path);
    } catch (error) {
      if (codeOf(error) === "ENOENT") return undefined;
      throw error;
    }
  }

  async send(request: HostRequest, signal: AbortSignal): Promise<HostAnswer> {
    const secure = request.trust.kind !== "PlainHttp";
    // Imported late: they take longer to load than everything else together.
    const { Agent, request: open } = secure ? await import("node:https") : await import("node:http");
    const options: RequestOptions = {
      method: request.method,
      headers: Object.fromEntries(request.headers),
      agent: this.#agent(request, Agent as typeof import("node:https").Agent),
    };
    if (request.body.length > 0) options.headers = { ...options.headers, "content-length": request.body.length };
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(new RequestFailure("Reset", false, "given up"));
      let sent = false;
      const client = open(request.url, options, (answer) => {
        answer.on("error", ignore);
        resolve({ status: answer.statusCode ?? 0, headers: pairs(answer), body: body(answer) });
      });
      client.on("error", (error) => reject(failure(error, sent)));
      client.on("socket", (socket) => {
        if (client.reusedSocket) sent = true;
        else socket.once(secure ? "secureConnect" : "connect", () => (sent = true));
      });
      const abort = () => client.destroy();
      signal.addEventListener("abort", abort);
      client.once("close", () => signal.removeEventListener("abort", abort));
      client.end(request.body);
    });
  }

  now(): { mono: number; wall: number } {
    return { mono: performance.now(), wall: Date.now() };
  }

  random(): number {
    return Math.floor(Math.random() * 2 ** 32);
  }

  timer(delay: number, wake: () => void): () => void {
    // Longer ones overflow and fire at once; one that comes too early is harmless.
    const timer = setTimeout(wake, Math.min(delay, 2 ** 31 - 1));
    return () => clearTimeout(timer);
  }

  #agent({ tls, trust }: HostRequest, Make: typeof Agent): Agent {
    if (this.#kept?.tls === tls) return this.#kept.agent;
    if (this.#kept !== undefined) retire(this.#kept.agent);
    const agent = new Make({
      keepAlive: true,
      // Said, so that NODE_TLS_REJECT_UNAUTHORIZED does not say otherwise.
      rejectUnauthorized: true,
      ...(trust.kind === "Bundle" ? { ca: Buffer.from(trust.pem) } : {}),
    });
    this.#kept = { tls, agent };
    return agent;
  }
}

/** Closes idle connections, and busy ones as they become idle. */
function retire(agent: Agent): void {
  agent.maxFreeSockets = 0;
  for (const sockets of Object.values(agent.freeSockets)) sockets?.forEach((socket) => socket.destroy());
}

async function* body(answer: IncomingMessage): AsyncGenerator<Uint8Array> {
  try {
    yield* answer as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw failure(error, true);
  }
}

function* pairs(answer: IncomingMessage): Generator<readonly [string, string]> {
  const { rawHeaders } = answer;
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) yield [rawHeaders[at] ?? "", rawHeaders[at + 1] ?? ""];
}

/** OpenSSL's words for a certificate that does not fit, and Node's for a name that does not. */
const UNTRUSTED = /CERT|^UNABLE_TO_|^INVALID_(CA|PURPOSE)$|^HOSTNAME_MISMATCH$|^PATH_LENGTH_EXCEEDED$/;
const REFUSED = /^(ECONNREFUSED|ENOTFOUND|EAI_\w+|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|EHOSTDOWN|ENETDOWN)$/;

function failure(error: unknown, sent: boolean): RequestFailure {
  const code = codeOf(error);
  let kind: FailureKind = "Reset";
  if (UNTRUSTED.test(code)) kind = "Untrusted";
  else if (!sent && REFUSED.test(code)) kind = "Refused";
  else if (code === "ETIMEDOUT") kind = sent ? "TimedOut" : "Refused";
  // A name with several addresses gives one error for them all, without a text.
  const message = error instanceof Error && error.message !== "" ? error.message : code;
  return new RequestFailure(kind, sent, message);
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

function ignore(): void {
  // The reader of the body hears of it too.
}
