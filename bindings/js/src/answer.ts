import type { Told } from "./conversation.js";
import { KubeError } from "./errors.js";
import type { KubeObject, List } from "./objects.js";

/** An answer that is no failure, as it came: its bytes, read on demand. Each reading throws a {@link KubeError} of the stage `Decode`. */
export class Answer {
  /** The body. */
  readonly bytes: Uint8Array;
  /** The texts of the `Warning` headers: a deprecated version, an unknown field. */
  readonly warnings: readonly string[];
  readonly #call: string;

  /** @internal */
  constructor({ type, bytes, warnings }: Told) {
    this.#call = type;
    this.bytes = bytes;
    this.warnings = warnings;
  }

  /** The body as text: a log, or `/metrics`. A log need not be UTF-8. */
  text(): string {
    try {
      return strict.decode(this.bytes);
    } catch {
      throw this.#problem(".", "the answer is not UTF-8");
    }
  }

  /** The body as JSON, whatever it is. */
  json<T = unknown>(): T {
    const text = this.text();
    try {
      return JSON.parse(text) as T;
    } catch {
      // Whatever the parser says holds a piece of the body.
      const cut = text === "" || (/^\s*\{/.test(text) && !/\}\s*$/.test(text));
      throw this.#problem(".", cut ? "the answer is cut off" : "this is no JSON");
    }
  }

  /** The body as an object of the API. */
  object<T = KubeObject>(): T {
    const value = this.json();
    if (!isObject(value)) throw this.#problem(".", "invalid type, expected an object");
    return value as T;
  }

  /** The body as a list, whose items are told their kind and version: in the answer only the list itself says them. */
  list<T = KubeObject>(): List<T> {
    const list = this.object<List<T>>();
    if (typeof list.kind !== "string" || !list.kind.endsWith("List")) throw this.#problem("kind", "this is no list");
    const { apiVersion } = list;
    const kind = list.kind.slice(0, -"List".length);
    // `null` is an empty list in the wild.
    const items: unknown = list.items ?? [];
    if (!Array.isArray(items)) throw this.#problem("items", "invalid type, expected a list");
    list.metadata ??= {};
    list.items = items.map((item: T) => ({ apiVersion, kind, ...item }));
    return list;
  }

  /** What a deletion left: `undefined` where the object is gone; its state where it is going, held by finalizers, dependents or a grace period. */
  deleted<T = KubeObject>(): T | undefined {
    const object = this.object<KubeObject>();
    return object.metadata?.deletionTimestamp === undefined ? undefined : (object as T);
  }

  #problem(path: string, why: string): KubeError {
    const text = `${this.#call}: the answer does not fit its type: at \`${path}\`: ${why}`;
    return new KubeError("Decode", text, undefined, this.warnings, path);
  }
}

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
