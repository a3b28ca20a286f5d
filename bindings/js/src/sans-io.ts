import { Answer } from "./answer.js";
import { Conversation, Polled } from "./conversation.js";
import { Act, type Core, type Run, Sign, Slot, Way } from "./core.js";
import { KubeError, orThrow, readError } from "./errors.js";
import type { FormedRequest, Host } from "./host.js";
import { desired, type Operation } from "./operation.js";
import { openSession, type SessionOptions } from "./session.js";
import { ready } from "./wasm.js";

/** What {@link formRequest} forms a request from. */
export interface FormOptions extends SessionOptions {
  operation: Operation;
  /** Files by their paths, as text or bytes; what is not here does not exist. */
  files?: Readonly<Record<string, string | Uint8Array | undefined>> | undefined;
}

/** An answer as any HTTP client has it. */
export interface RawAnswer {
  status: number;
  headers?: Iterable<readonly [string, string]> | undefined;
  body?: string | Uint8Array | undefined;
}

/**
 * Forms the request of an operation from contents alone: no file is read, and nothing is sent.
 *
 * ```js
 * const mount = "/var/run/secrets/kubernetes.io/serviceaccount";
 * const request = await formRequest({
 *   env: { KUBERNETES_SERVICE_HOST: "10.0.0.1", KUBERNETES_SERVICE_PORT: "443" },
 *   files: { [`${mount}/token`]: token, [`${mount}/ca.crt`]: ca },
 *   operation: { verb: "list", resource: "pods", namespace: "shop" },
 * });
 * ```
 */
export async function formRequest({ operation, files = {}, ...session }: FormOptions): Promise<FormedRequest> {
  await ready();
  const core = openSession(session);
  try {
    return await form(core, operation, new Files(files));
  } finally {
    core.free();
  }
}

/**
 * Reads the answer to an operation: counterpart of {@link formRequest}.
 *
 * @throws {KubeError} of the stage `Api` where the server said no
 */
export async function readAnswer(operation: Operation, { status, headers = [], body = "" }: RawAnswer): Promise<Answer> {
  await ready();
  const core = openSession({ server: "http://localhost" });
  const files = new Files({});
  files.answer = { status, headers, body: once(typeof body === "string" ? encoder.encode(body) : body) };
  const wanted = desired(operation);
  let conversation: Conversation | undefined;
  try {
    conversation = new Conversation(files, core, orThrow(wanted, core.begin(wanted, 0, Way.Once)));
    const answer = await conversation.next((told) => new Answer({ ...told, bytes: told.bytes.slice() }));
    if (answer === undefined) throw new KubeError("Protocol", "the answer was not read");
    return answer;
  } finally {
    conversation?.close();
    wanted.free();
    core.free();
  }
}

/** Reads the files that an operation's request needs, and forms it. */
export async function form(core: Core, operation: Operation, host: Host): Promise<FormedRequest> {
  const wanted = desired(operation);
  let run: Run;
  try {
    run = orThrow(wanted, core.begin(wanted, 0, Way.Once));
  } finally {
    wanted.free();
  }
  const say = (sign: Sign, number = 0, bytes = NOTHING) => {
    const { mono, wall } = host.now();
    core.tick(mono, wall);
    run.hear(sign, number, 0, bytes);
  };
  try {
    say(Sign.Time);
    for (;;) {
      const act = new Polled(() => run.poll());
      if (act.kind === Act.Failed) throw readError(act.text(Slot.Text), act.lines());
      if (act.kind === Act.Read) {
        const { number } = act;
        const read = await host.readFile(act.text(Slot.Text)).then(
          (content) => [content === undefined ? Sign.Absent : Sign.Given, content] as const,
          (error: unknown) => [Sign.Unreadable, encoder.encode(error instanceof Error ? error.message : String(error))] as const,
        );
        say(read[0], number, read[1]);
        continue;
      }
      const request = act.kind === Act.Send ? act.request() : undefined;
      if (request !== undefined) {
        const { tls, stream, ...formed } = request;
        return formed;
      }
      // Another call is reading the file.
      await new Promise<void>((resolve) => host.timer(run.timeout() - host.now().mono, resolve));
      say(Sign.Time);
    }
  } finally {
    run.free();
  }
}

/** A host of contents alone, for which time stands still. */
class Files implements Host {
  readonly env = {};
  answer: Awaited<ReturnType<Host["send"]>> | undefined;
  readonly #files: NonNullable<FormOptions["files"]>;

  constructor(files: NonNullable<FormOptions["files"]>) {
    this.#files = files;
  }

  async readFile(path: string): Promise<Uint8Array | undefined> {
    const content = Object.hasOwn(this.#files, path) ? this.#files[path] : undefined;
    return typeof content === "string" ? encoder.encode(content) : content;
  }

  async send(): ReturnType<Host["send"]> {
    if (this.answer === undefined) throw new Error("nothing is sent here");
    return this.answer;
  }

  now(): { mono: number; wall: number } {
    return { mono: 0, wall: 0 };
  }

  random(): number {
    return 0;
  }

  timer(): () => void {
    return () => {};
  }
}

async function* once(body: Uint8Array): AsyncGenerator<Uint8Array> {
  yield body;
}

const NOTHING: Uint8Array = new Uint8Array();
const encoder = new TextEncoder();
