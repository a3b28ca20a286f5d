import type { Status } from "./errors.js";

/** Any object of the API: what all kinds have, and the rest as it came. */
export interface KubeObject {
  apiVersion?: string;
  kind?: string;
  metadata?: {
    name?: string;
    generateName?: string;
    namespace?: string;
    uid?: string;
    resourceVersion?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    creationTimestamp?: string | null;
    deletionTimestamp?: string;
    finalizers?: string[];
    // biome-ignore lint/suspicious/noExplicitAny: the rest of the metadata
    [field: string]: any;
  };
  // biome-ignore lint/suspicious/noExplicitAny: a kind's own fields
  [field: string]: any;
}

/** A list as the API gives it, but that its items say their kind and version. */
export interface List<T = KubeObject> {
  apiVersion: string;
  kind: string;
  metadata: {
    /** The version at which this was the list; a watch goes on from it. */
    resourceVersion?: string;
    /** What `continue` takes for the next page. */
    continue?: string;
    /** How many objects come after this page, where the server knows. */
    remainingItemCount?: number;
  };
  items: T[];
}

/** One change that a watch brings. */
export type WatchEvent<T = KubeObject> =
  /** An object is there, or was there when the watch began; it changed; it is gone, and this is its last state. */
  | { type: "ADDED" | "MODIFIED" | "DELETED"; object: T }
  /** Nothing changed, and the watch has come to this `metadata.resourceVersion`. */
  | { type: "BOOKMARK"; object: KubeObject }
  /** The server cannot go on: most often the version was too old (410). */
  | { type: "ERROR"; object: Status };

/** Fills in the kind and version of a list's items, which only the list says. Anything but a list stays as it is. */
export function withKinds<T>(value: T): T {
  const list = value as { apiVersion?: unknown; kind?: unknown; items?: unknown };
  if (typeof list?.kind !== "string" || !list.kind.endsWith("List") || !("items" in list)) return value;
  const { apiVersion } = list;
  const kind = list.kind.slice(0, -"List".length);
  // `items: null` is an empty list in the wild.
  const items = Array.isArray(list.items) ? list.items : [];
  list.items = items.map((item: object) => ({ apiVersion, kind, ...item }));
  return value;
}
