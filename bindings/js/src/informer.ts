import type { Conversation, Told } from "./conversation.js";
import { asEvent, type ErrorEvent, Events } from "./events.js";
import { decode, type KubeObject } from "./objects.js";

/** A change of what an {@link Informer} keeps. When it is told, the store already has it. */
export type InformerEvent<T = KubeObject> =
  /** An object that was not known; `initial`: it was there when the informer began. */
  | { type: "add"; key: string; object: T; initial: boolean }
  /** An object that has changed, and what was known of it. */
  | { type: "update"; key: string; object: T; old: T }
  /** An object that is gone, in its last known state; `missed`: it went in a gap of the watch, and nobody saw it. */
  | { type: "delete"; key: string; object: T; missed: boolean }
  /** All that there was has been taken in: told once. */
  | { type: "synced" }
  /** Something went wrong, and the informer goes on. */
  | ErrorEvent;

/**
 * Keeps a store equal to what the server has, through whatever happens to the connection, and tells each change. It never ends by itself.
 *
 * ```js
 * const informer = client.informer("pods", { namespace: "shop" });
 * for await (const event of informer) {
 *   if (event.type === "synced") console.log(informer.size, "pods");
 * }
 * ```
 *
 * It moves on while it is iterated; {@link Informer.start} does that for those who want the store alone. The objects lie outside of
 * JavaScript's heap, without their `managedFields`, and are decoded when they are asked for. Keys are `NAMESPACE/NAME`, or `NAME`.
 */
export class Informer<T = KubeObject> implements AsyncIterableIterator<InformerEvent<T>>, AsyncDisposable {
  readonly #events: Events<InformerEvent<T>>;
  #conversation: Conversation | undefined;
  #synced = false;

  /** @internal */
  constructor(begin: () => Promise<Conversation>) {
    const kept = async () => (this.#conversation = await begin());
    this.#events = new Events<InformerEvent<T>>(kept, (told) => this.#read(told), asEvent);
  }

  /** How many objects there are. */
  get size(): number {
    return this.#conversation?.size ?? 0;
  }

  /** Whether all that there was has been taken in once: before, what is missing here may be there all the same. */
  get synced(): boolean {
    return this.#synced;
  }

  /** The object of a key. */
  get(key: string): T | undefined {
    return key === "" ? undefined : this.#conversation?.object(key, 0, (_, bytes) => decode<T>(bytes));
  }

  /** The keys, in their order. */
  keys(): string[] {
    return this.#all((key) => key);
  }

  /** All objects, in the order of their keys. */
  list(): T[] {
    return this.#all((_, bytes) => decode<T>(bytes));
  }

  /** The next change. It throws the signal's reason, and what cannot be mended: an operation that is refused, a pod without a token. */
  next(): Promise<IteratorResult<InformerEvent<T>, undefined>> {
    return this.#events.next();
  }

  /** Iterates by itself, for those who want the store alone; resolves once it is {@link Informer.synced}. */
  async start(onEvent: (event: InformerEvent<T>) => void = () => {}): Promise<this> {
    for (;;) {
      const { done, value } = await this.next();
      if (done) return this;
      onEvent(value);
      if (value.type === "synced") break;
    }
    // What goes wrong from here on is told as events, and a signal's reason ends it.
    const rest = async () => {
      for await (const event of this) onEvent(event);
    };
    rest().catch(() => this.close());
    return this;
  }

  /** Ends it and its request at once; the store is empty then. May be called often. */
  close(): void {
    this.#events.close();
  }

  async return(): Promise<IteratorResult<InformerEvent<T>, undefined>> {
    this.close();
    return { done: true, value: undefined };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #all<V>(read: (key: string, bytes: Uint8Array) => V): V[] {
    const all: V[] = [];
    for (let index = 0; index < this.size; index += 1) {
      const value = this.#conversation?.object("", index, read);
      if (value !== undefined) all.push(value);
    }
    return all;
  }

  #read({ type, bytes, old, number, warnings: [key = ""] }: Told): InformerEvent<T> {
    switch (type) {
      case "add":
        return { type, key, object: decode(bytes), initial: number === 1 };
      case "update":
        return { type, key, object: decode(bytes), old: decode(old) };
      case "delete":
        return { type, key, object: decode(bytes), missed: number === 1 };
      default:
        this.#synced = true;
        return { type: "synced" };
    }
  }
}
