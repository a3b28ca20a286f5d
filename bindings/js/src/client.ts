import { createHost } from "#host";
import { Answer } from "./answer.js";
import { Conversation, type Told } from "./conversation.js";
import { type Core, type Run, Way } from "./core.js";
import { orThrow } from "./errors.js";
import { type Candidate, candidacy, Election } from "./election.js";
import { asEvent, Events, type Watch } from "./events.js";
import type { FormedRequest, Host } from "./host.js";
import { Informer } from "./informer.js";
import { type FollowEvent, type FollowOptions, type LogLine, type LogOptions, readLine } from "./logs.js";
import type { KubeObject, List, Page, WatchEvent } from "./objects.js";
import { desired, type Operation, type Parameters, type PatchType, type Scalar } from "./operation.js";
import { openSession, type SessionOptions } from "./session.js";
import { form } from "./sans-io.js";
import { type Watcher, watcher } from "./watcher.js";
import { ready } from "./wasm.js";

/** What any call takes beside its operation. */
export interface CallOptions {
  /** Ends the call, and its request, at once; the call then throws the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** The parameters of a call, and what any call takes. */
export type Options = Parameters & CallOptions;

/** How to get a {@link Client}. */
export interface ClientOptions extends SessionOptions, CallOptions {
  /** What does the IO: the package's own, unless given. */
  host?: Host | undefined;
  /** Told of the texts of `Warning` headers, with which the server says what is deprecated or unknown. */
  onWarning?: ((warning: string) => void) | undefined;
}

/**
 * A client of the API server, with the credentials of the pod that it runs in.
 *
 * ```js
 * const client = await Client.inCluster();
 * const pods = await client.list("pods", { namespace: client.namespace, labelSelector: "app=web" });
 * ```
 *
 * Calls get fresh credentials as these rotate, and are sent again where that does no harm. They throw {@link KubeError}.
 */
export class Client {
  readonly #host: Host;
  readonly #core: Core;
  readonly #onWarning: ((warning: string) => void) | undefined;

  private constructor(host: Host, core: Core, onWarning?: (warning: string) => void) {
    this.#host = host;
    this.#core = core;
    this.#onWarning = onWarning;
  }

  /**
   * The client of the pod that we are in. Reads the service account's files, so that what is missing shows here.
   *
   * Outside of a pod: `{ server: "http://127.0.0.1:8001" }` for what `kubectl proxy` opens, or `server` and `mount`.
   */
  static async inCluster(options: ClientOptions = {}): Promise<Client> {
    await ready();
    const host = options.host ?? createHost();
    const core = openSession({ ...options, env: options.env ?? host.env });
    const warming = new Conversation(host, core, core.warm(), options.signal);
    try {
      await warming.next(() => undefined);
    } finally {
      warming.close();
    }
    return new Client(host, core, options.onWarning);
  }

  /** The server's base URL. */
  get server(): string {
    return this.#core.server();
  }

  /** The namespace that the program lives in: `POD_NAMESPACE`, else the mount's, else `default`. */
  get namespace(): string {
    return this.#core.namespace();
  }

  /** One object. */
  get<T = KubeObject>(resource: string, name: string, options: Options = {}): Promise<T> {
    return this.#object({ verb: "get", resource, name }, options);
  }

  /** All objects of a resource, or those that the selectors choose: in `namespace`, or else in all of them. */
  list<T = KubeObject>(resource: string, options: Options = {}): Promise<List<T>> {
    return this.#read({ verb: "list", resource }, options, (answer) => answer.list<T>());
  }

  /** The changes, as they happen. A plain watch: it ends when the server ends it. {@link Client.watcher} goes on. */
  watch<T = KubeObject>(resource: string, options: Options = {}): Watch<T> {
    const { signal, ...parameters } = options;
    const operation: Operation = { ...parameters, verb: "watch", resource };
    const read = (told: Told) => ({ type: told.type, object: new Answer({ ...told, type: "watch" }).object() }) as WatchEvent<T>;
    return new Events(async () => this.#converse(operation, signal), read);
  }

  /**
   * A list page by page, each asked for when it is wanted: 500 objects, or `limit`. A list whose version the server forgets on the way, after some
   * five minutes, ends with the error (`Fail`), goes on at a later version (`TakeRest`) or begins again (`StartOver`): see {@link Page}.
   */
  pages<T = KubeObject>(resource: string, options: Options & { onExpired?: OnExpired } = {}): Events<Page<T>> {
    const { signal, onExpired = "Fail", ...parameters } = options;
    const operation: Operation = { ...parameters, verb: "list", resource };
    return new Events(async () => this.#converse(operation, signal, ON_EXPIRED[onExpired]), (told) => {
      for (const warning of told.warnings) this.#onWarning?.(warning);
      return { order: ORDERS[told.number] ?? "Next", list: new Answer(told).list<T>() };
    });
  }

  /**
   * What a list asks for, and every change since, through lost connections, expired versions and restarts. It never ends by itself: what goes
   * wrong is told as an event, and it tries again, from 0.8 s to a minute later.
   *
   * ```js
   * for await (const event of client.watcher("pods", { namespace: "shop", labelSelector: "app=web" })) {
   *   if (event.type === "initApply" || event.type === "apply") console.log(event.object.metadata.name, "is there");
   *   if (event.type === "delete") console.log(event.object.metadata.name, "is gone");
   *   if (event.type === "error") console.warn(event.error.message);
   * }
   * ```
   *
   * It holds no object; {@link Client.informer} keeps them all, and says what changed. It throws the signal's reason, and an operation that is refused.
   */
  watcher<T = KubeObject>(resource: string, options: Options = {}): Watcher<T> {
    const { signal, ...parameters } = options;
    return watcher(async () => this.#converse({ ...parameters, verb: "list", resource }, signal, Way.Watcher));
  }

  /** A store of what a list asks for, kept equal to the server's, and its changes: see {@link Informer}. */
  informer<T = KubeObject>(resource: string, options: Options = {}): Informer<T> {
    const { signal, ...parameters } = options;
    return new Informer(async () => this.#converse({ ...parameters, verb: "list", resource }, signal, Way.Informer));
  }

  /**
   * Waits until an object is as `until` wants it, and gives it. `until` is asked about the object as it is, and again with each change; it gets
   * `undefined` where there is no such object, so that a deletion can be waited for too.
   *
   * ```js
   * const ready = (pod) => pod?.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True");
   * await client.waitFor("pods", "web", ready, { namespace: "shop", signal: AbortSignal.timeout(60_000) });
   * ```
   *
   * Without a signal it waits for ever.
   */
  async waitFor<T = KubeObject>(
    resource: string,
    name: string,
    until: (object: T | undefined) => unknown,
    options: Omit<Options, "fieldSelector"> = {},
  ): Promise<T | undefined> {
    const informer = this.informer<T>(resource, { ...options, fieldSelector: `metadata.name=${name}` });
    try {
      for await (const event of informer) {
        if (event.type === "error") {
          // What a wait cannot get over.
          if (event.error.status?.code === 403 || event.error.status?.code === 404) throw event.error;
        } else if (informer.synced) {
          const [object] = informer.list();
          if (until(object)) return object;
        }
      }
    } finally {
      informer.close();
    }
    return undefined;
  }

  /** Takes part in a leader election: see {@link Election}. */
  elect(candidate: Candidate): Election {
    const begin = async () => {
      const fields = candidacy(candidate, this.namespace);
      try {
        return this.#started(orThrow(fields, this.#core.elect(fields, this.#host.random())), candidate.signal);
      } finally {
        fields.free();
      }
    };
    return new Election(begin, () => this.#host.now().mono);
  }

  /** The lines of a pod's log, as they come. A lost connection ends them with its error; {@link Client.followLogs} goes on. */
  logs(pod: string, options: LogOptions & CallOptions = {}): Events<LogLine> {
    return new Events(async () => this.#log(pod, options, Way.Log), readLine);
  }

  /**
   * The lines of a pod's log as its container writes them, until it ends; each with its time. A lost connection is told as an event, and the log
   * goes on where it was: no line is lost, and none comes twice.
   *
   * ```js
   * for await (const event of client.followLogs("web-0", { namespace: "shop", tailLines: 10 })) {
   *   if (event.type === "line") console.log(event.timestamp, event.text);
   *   else console.warn(event.error.message);
   * }
   * ```
   *
   * After an error that it cannot get over, such as a pod that is not there, it ends.
   */
  followLogs(pod: string, options: FollowOptions & CallOptions = {}): Events<FollowEvent> {
    const line = (told: Told) => ({ type: "line" as const, ...readLine(told) });
    return new Events<FollowEvent>(async () => this.#log(pod, options, Way.Follow), line, asEvent);
  }

  /** A new object; its own namespace and version are used where the options say none. */
  create<T = KubeObject>(resource: string, object: KubeObject, options: Options = {}): Promise<T> {
    const { name, ...of } = place(object, options);
    return this.#object({ verb: "create", resource, ...of, ...(options.subresource && { name }), body: object }, options);
  }

  /** The whole object anew. With the `resourceVersion` that was read, the server refuses it where it has changed since. */
  replace<T = KubeObject>(resource: string, object: KubeObject, options: Options = {}): Promise<T> {
    return this.#object({ verb: "replace", resource, ...place(object, options), body: object }, options);
  }

  /** Parts of an object, in one of four languages. */
  patch<T = KubeObject>(resource: string, name: string, patch: unknown, options: Options & { type: PatchType }): Promise<T> {
    const { type, ...rest } = options;
    return this.#object({ verb: "patch", resource, name, patchType: type, body: patch }, rest);
  }

  /** Server-side apply: makes the object have these fields, and notes `fieldManager` as their owner. */
  apply<T = KubeObject>(resource: string, object: KubeObject, options: Options & { fieldManager: string }): Promise<T> {
    return this.#object({ verb: "patch", resource, ...place(object, options), patchType: "apply", body: object }, options);
  }

  /** One object away. `undefined` once it is gone; its state where finalizers, dependents or a grace period still hold it. */
  delete<T = KubeObject>(resource: string, name: string, options: Options = {}): Promise<T | undefined> {
    return this.#read({ verb: "delete", resource, name }, options, (answer) => answer.deleted<T>());
  }

  /** All objects of a namespace away, or those that the selectors choose; gives them, or a Status. */
  deleteCollection<T = KubeObject>(resource: string, options: Options = {}): Promise<T> {
    return this.#object({ verb: "deletecollection", resource }, options);
  }

  /** The JSON object of a path that is no resource, such as `/version`. */
  getPath<T = KubeObject>(path: string, options: PathOptions = {}): Promise<T> {
    return this.#object({ verb: "get", path }, options);
  }

  /** The text of a path, such as `/metrics` or `/readyz`. */
  getText(path: string, options: PathOptions = {}): Promise<string> {
    return this.#read({ verb: "get", path }, options, (answer) => answer.text());
  }

  /** Runs an operation as data. Its answer must be an object, and a list's items are told their kind; {@link Client.answer} takes any. */
  run<T = KubeObject>(operation: Operation, options: CallOptions = {}): Promise<T> {
    const read = (answer: Answer) => (operation.verb === "list" ? (answer.list() as T) : answer.object<T>());
    return this.#call(operation, options, (told) => read(new Answer(told)));
  }

  /**
   * Runs an operation and gives the answer as it came.
   *
   * ```js
   * const log = await client.answer({ verb: "get", resource: "pods", name: "web", namespace: "shop", subresource: "log" });
   * console.log(log.text());
   * ```
   */
  answer(operation: Operation, options: CallOptions = {}): Promise<Answer> {
    return this.#call(operation, options, (told) => new Answer({ ...told, bytes: told.bytes.slice() }));
  }

  /** The request of an operation, to be sent by other means: with its `authorization` header, which is a secret. */
  async prepare(operation: Operation): Promise<FormedRequest> {
    return form(this.#core, operation, this.#host);
  }

  #object<T>(operation: Operation, options: Options | PathOptions): Promise<T> {
    return this.#read(operation, options, (answer) => answer.object<T>());
  }

  #read<T>(operation: Operation, { signal, ...parameters }: Options | PathOptions, read: (answer: Answer) => T): Promise<T> {
    return this.#call({ ...parameters, ...operation }, { signal }, (told) => read(new Answer(told)));
  }

  async #call<T>(operation: Operation, { signal }: CallOptions, read: (told: Told) => T): Promise<T> {
    const conversation = this.#converse(operation, signal);
    try {
      const found = await conversation.next((told) => {
        for (const warning of told.warnings) this.#onWarning?.(warning);
        return { value: read(told) };
      });
      if (found === undefined) throw new Error("kubewire's core ended a call without an answer");
      return found.value;
    } finally {
      conversation.close();
    }
  }

  #started(run: Run, signal: AbortSignal | undefined): Conversation {
    return new Conversation(this.#host, this.#core, run, signal);
  }

  #log(pod: string, { signal, namespace, ...query }: LogOptions & CallOptions, way: Way): Conversation {
    return this.#converse({ verb: "get", resource: "pods", name: pod, namespace, subresource: "log", query }, signal, way);
  }

  #converse(operation: Operation, signal: AbortSignal | undefined, way?: Way): Conversation {
    signal?.throwIfAborted();
    const wanted = desired(operation);
    try {
      const run = this.#core.begin(wanted, this.#host.random(), way ?? (operation.verb === "watch" ? Way.Watch : Way.Call));
      return this.#started(orThrow(wanted, run), signal);
    } finally {
      wanted.free();
    }
  }
}

/** What becomes of a list whose version the server forgets between two pages. */
export type OnExpired = keyof typeof ON_EXPIRED;

const ON_EXPIRED = { Fail: Way.Pages, TakeRest: Way.PagesRest, StartOver: Way.PagesAnew } as const;
const ORDERS = ["First", "Next", "Later"] as const;

/** What a path takes. */
export interface PathOptions extends CallOptions {
  query?: Readonly<Record<string, Scalar | readonly Scalar[]>> | undefined;
}

/** Where an object belongs by its own words. A subresource's object is of another version than its resource. */
function place(object: KubeObject, { apiVersion, namespace, subresource }: Options): Partial<Operation> {
  const { metadata } = object;
  return {
    apiVersion: apiVersion ?? (subresource === undefined ? object.apiVersion : undefined),
    namespace: namespace ?? metadata?.namespace,
    name: metadata?.name,
  };
}
