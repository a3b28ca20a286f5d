import { Answer } from "./answer.js";
import type { Conversation, Told } from "./conversation.js";
import type { KubeObject, WatchEvent } from "./objects.js";

/**
 * The events of one watch until the server ends it, after some minutes, or it fails. Leaving the loop ends the request at once; so do `close`
 * and the signal that the watch was given.
 *
 * ```js
 * for await (const event of client.watch("pods", { namespace: "shop" })) {
 *   if (event.type === "ADDED") console.log(event.object.metadata.name);
 * }
 * ```
 */
export class Watch<T = KubeObject> implements AsyncIterableIterator<WatchEvent<T>>, AsyncDisposable {
  #begin: (() => Promise<Conversation>) | undefined;
  #conversation: Promise<Conversation> | undefined;
  #closed = false;

  /** @internal */
  constructor(begin: () => Promise<Conversation>) {
    this.#begin = begin;
  }

  /** The next event. An error ends the watch. */
  async next(): Promise<IteratorResult<WatchEvent<T>, undefined>> {
    if (this.#closed) return { done: true, value: undefined };
    try {
      this.#conversation ??= this.#begin?.();
      const conversation = await this.#conversation;
      if (this.#closed) conversation?.close();
      const value = await conversation?.next(read<T>);
      if (value !== undefined) return { done: false, value };
    } catch (error) {
      this.close();
      throw error;
    }
    this.close();
    return { done: true, value: undefined };
  }

  /** Ends the watch and its request at once. May be called often, and while an event is waited for. */
  close(): void {
    this.#closed = true;
    this.#begin = undefined;
    this.#conversation?.then((conversation) => conversation.close()).catch(() => {});
  }

  async return(): Promise<IteratorResult<WatchEvent<T>, undefined>> {
    this.close();
    return { done: true, value: undefined };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

function read<T>(told: Told): WatchEvent<T> {
  return { type: told.type, object: new Answer({ ...told, type: "watch" }).object() } as WatchEvent<T>;
}
