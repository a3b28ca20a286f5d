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
    [field: string]: any;
  };
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
  /** The server cannot go on: most often the version was too old (410). An event of a type that nobody knows yet comes as it is. */
  | { type: "ERROR"; object: Status };

/** One page of a list. */
export interface Page<T = KubeObject> {
  /**
   * How it stands to those before it. `First`: the list begins here, and what came before, if anything did, counts no more. `Next`: it goes on at
   * the same version. `Later`: it goes on at a later version, and is with the pages before it no list of one moment.
   */
  order: "First" | "Next" | "Later";
  list: List<T>;
}

/** An object of its JSON. */
export function decode<T>(bytes: Uint8Array): T {
  return JSON.parse(decoder.decode(bytes)) as T;
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
