import { Act, type Core, type Run, Sign, Slot, Trusted } from "./core.js";
import { readError } from "./errors.js";
import { FAILURES, type FormedRequest, type Host, type HostRequest, RequestFailure, type Trust } from "./host.js";
import { table, text, view } from "./wasm.js";

/** What a conversation tells: a change and its type, or an answer and its call in words. The bytes are valid until the core's next call. */
export interface Told {
  type: string;
  bytes: Uint8Array;
  warnings: string[];
  /** How a page stands to those before it; whether a line is cut. */
  number: number;
  /** What was known before a change; empty where that is nothing. */
  old: Uint8Array;
}

/** A request that is on its way. */
interface Open {
  abort: AbortController;
  body?: AsyncIterator<Uint8Array>;
  pulling: boolean;
}

/** See {@link Host.glance}. */
const GLANCE = 100;

const NOTHING = new Uint8Array();
const encoder = new TextEncoder();

/**
 * Drives one run of the core with a host: does what the core wants, and tells it what comes of that. Nothing of a body is read
 * before somebody asks for the next event.
 */
export class Conversation {
  readonly #host: Host;
  readonly #core: Core;
  readonly #run: Run;
  readonly #signal: AbortSignal | undefined;
  readonly #open = new Map<number, Open>();
  /** What has been heard and is still to be handed in. */
  #inbox: (() => void)[] = [];
  #wake: () => void = () => {};
  #closed = false;

  constructor(host: Host, core: Core, run: Run, signal?: AbortSignal) {
    this.#host = host;
    this.#core = core;
    this.#run = run;
    this.#signal = signal;
    signal?.addEventListener("abort", this.close);
    this.#say(Sign.Time);
  }

  /**
   * The next thing told, read by `read`; `undefined` at the end.
   *
   * @throws {KubeError} for an error, and whatever reason the signal gives
   */
  async next<T>(read: (told: Told) => T): Promise<T | undefined> {
    for (let resumed = true; ; resumed = false) {
      this.#signal?.throwIfAborted();
      if (this.#closed) return undefined;
      const [act, found] = this.#act(read);
      if (act === Act.Done) this.close();
      else if (act !== Act.Nothing) return found;
      else await this.#listen(resumed);
    }
  }

  /** One more is wanted: a list that comes page by page asks for its next page. */
  more(): void {
    if (this.#closed) return;
    const { mono, wall } = this.#host.now();
    this.#core.tick(mono, wall);
    this.#run.more();
  }

  /** It is to end by itself: an election gives its lease back. */
  stop(): void {
    if (this.#closed) return;
    const { mono, wall } = this.#host.now();
    this.#core.tick(mono, wall);
    this.#run.stop();
    this.#wake();
  }

  /** Until when we lead, on the host's monotonic clock; 0 where we do not. */
  get until(): number {
    return this.#closed ? 0 : this.#run.until();
  }

  /** How many objects an informer's store has. */
  get size(): number {
    return this.#closed ? 0 : this.#run.size();
  }

  /** An object of an informer's store and its key: by its key, or by its place where the key is empty. */
  object<T>(key: string, index: number, read: (key: string, bytes: Uint8Array) => T): T | undefined {
    if (this.#closed) return undefined;
    const found = new Polled(() => this.#run.object(key, index));
    return found.kind === Act.Nothing ? undefined : read(found.text(Slot.Text), found.bytes(Slot.Body));
  }

  /** Ends it, and whatever is on its way, at once. May be called often. */
  readonly close = (): void => {
    if (this.#closed) return;
    this.#closed = true;
    this.#signal?.removeEventListener("abort", this.close);
    for (const open of this.#open.values()) open.abort.abort();
    this.#open.clear();
    this.#run.free();
    this.#wake();
  };

  /** Does what the core wants, up to the next thing told. */
  #act<T>(read: (told: Told) => T): [Act, T?] {
    for (;;) {
      const act = new Polled(() => this.#run.poll());
      switch (act.kind) {
        case Act.Read:
          this.#read(act.number, act.text(Slot.Text));
          break;
        case Act.Send:
          this.#send(act.number, act.request());
          break;
        case Act.Cancel:
          this.#open.get(act.number)?.abort.abort();
          this.#open.delete(act.number);
          break;
        case Act.Failed:
          throw readError(act.text(Slot.Text), act.lines());
        case Act.Answer:
        case Act.Change:
          return [
            act.kind,
            read({ type: act.text(Slot.Text), bytes: act.bytes(Slot.Body), warnings: act.lines(), number: act.number, old: act.bytes(Slot.Pem) }),
          ];
        default:
          return [act.kind];
      }
    }
  }

  /** Waits until something is heard or it is time, and hands it in. */
  async #listen(resumed: boolean): Promise<void> {
    this.#pull();
    if (this.#inbox.length === 0) {
      let due = this.#run.timeout() - this.#host.now().mono;
      if (due <= 0) due = resumed ? (this.#host.glance ?? GLANCE) : 0;
      const cancel = await new Promise<() => void>((resolve) => {
        const cancel = due === Infinity ? () => {} : this.#host.timer(due, () => resolve(cancel));
        this.#wake = () => resolve(cancel);
      });
      cancel();
    }
    if (this.#closed) return;
    const heard = this.#inbox;
    this.#inbox = [];
    // Data before time: else a slow reader looks like a silent server.
    if (heard.length === 0) this.#say(Sign.Time);
    for (const hand of heard) hand();
  }

  #say(sign: Sign, number = 0, value = 0, bytes: Uint8Array = NOTHING): void {
    const { mono, wall } = this.#host.now();
    this.#core.tick(mono, wall);
    this.#run.hear(sign, number, value, bytes);
  }

  /** Takes a promise of the host's: what comes of it waits in the inbox. */
  #hear<T>(promise: Promise<T>, then: (value: T) => void, fail: (error: unknown) => void): void {
    const hand = (call: () => void) => {
      if (this.#closed) return;
      this.#inbox.push(call);
      this.#wake();
    };
    promise.then(
      (value) => hand(() => then(value)),
      (error: unknown) => hand(() => fail(error)),
    );
  }

  #read(number: number, path: string): void {
    this.#hear(
      this.#host.readFile(path),
      (content) => this.#say(content === undefined ? Sign.Absent : Sign.Given, number, 0, content),
      (error) => this.#say(Sign.Unreadable, number, 0, encoder.encode(messageOf(error))),
    );
  }

  #send(wire: number, request: HostRequest | undefined): void {
    if (request === undefined) return this.#fail(wire, new RequestFailure("Reset", false, "the authority was changed"));
    const open: Open = { abort: new AbortController(), pulling: false };
    this.#open.set(wire, open);
    this.#hear(
      this.#host.send(request, open.abort.signal),
      (answer) => {
        for (const [name, value] of answer.headers) this.#say(Sign.Header, 0, 0, encoder.encode(`${name}\n${value}`));
        open.body = answer.body[Symbol.asyncIterator]();
        this.#say(Sign.Head, wire, answer.status);
      },
      (error) => this.#fail(wire, error),
    );
  }

  /** Asks every open body for its next piece. */
  #pull(): void {
    for (const [wire, open] of this.#open) {
      if (open.body === undefined || open.pulling) continue;
      open.pulling = true;
      this.#hear(
        open.body.next(),
        (piece) => {
          open.pulling = false;
          if (piece.done !== true) return this.#say(Sign.Data, wire, 0, piece.value);
          this.#open.delete(wire);
          this.#say(Sign.End, wire);
        },
        (error) => this.#fail(wire, error),
      );
    }
  }

  #fail(wire: number, error: unknown): void {
    this.#open.delete(wire);
    const known = error instanceof RequestFailure;
    const kind = FAILURES.indexOf(known ? error.kind : "Other");
    this.#say(Sign.Failed, wire, kind + (!known || error.sent ? 8 : 0), encoder.encode(messageOf(error)));
  }
}

/** The act that a run polled, while its table is valid. */
export class Polled {
  readonly #slots: Uint32Array;

  constructor(poll: () => number) {
    this.#slots = table(poll(), Slot.Pem + 2);
  }

  get kind(): Act {
    return this.#number(Slot.Act);
  }

  get number(): number {
    return this.#number(Slot.Number);
  }

  text(slot: Slot): string {
    return text(this.#slots, slot);
  }

  bytes(slot: Slot): Uint8Array {
    return view(this.#slots, slot);
  }

  lines(): string[] {
    return this.text(Slot.Lines).split("\n").slice(0, -1);
  }

  /** A copy of the request; `undefined` where whom to trust has changed since it was formed. */
  request(): HostRequest | undefined {
    const trust = this.#trust();
    if (trust === undefined) return undefined;
    const lines = this.lines();
    const headers: FormedRequest["headers"] = [];
    for (let at = 0; at + 1 < lines.length; at += 2) headers.push([lines[at] ?? "", lines[at + 1] ?? ""]);
    return {
      method: this.text(Slot.Method),
      url: this.text(Slot.Text),
      headers,
      body: this.bytes(Slot.Body).slice(),
      trust,
      tls: this.#number(Slot.Tls),
      stream: this.#number(Slot.Stream) === 1,
    };
  }

  #trust(): Trust | undefined {
    switch (this.#number(Slot.Trust) as Trusted) {
      case Trusted.Bundle:
        return { kind: "Bundle", pem: this.bytes(Slot.Pem).slice() };
      case Trusted.SystemRoots:
        return { kind: "SystemRoots" };
      case Trusted.PlainHttp:
        return { kind: "PlainHttp" };
      default:
        return undefined;
    }
  }

  #number(slot: Slot): number {
    return this.#slots[slot] ?? 0;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
