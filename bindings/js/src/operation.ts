import { Fields } from "./core.js";
import { KubeError } from "./errors.js";

/** What is done, in the words of `kubectl` and RBAC. */
export type Verb = "get" | "list" | "watch" | "create" | "replace" | "patch" | "delete" | "deletecollection" | "head" | "options";

/** The languages in which a patch can be written: RFC 6902, RFC 7386, merge with lists by key, server-side apply. */
export type PatchType = "json" | "merge" | "strategic" | "apply";

/** A single parameter; `undefined` or `null` is as good as left out, an empty text is not. */
export type Scalar = string | number | boolean | null | undefined;

/** The parameters that any call can carry, as far as its verb has them. What it has not is refused, not dropped. */
export interface Parameters {
  /** For a resource that is no built-in one, or in another version: `example.com/v1`. */
  apiVersion?: string | undefined;
  namespace?: string | undefined;
  /** Such as `status`, `scale`, `log` or `eviction`. */
  subresource?: string | undefined;
  allowWatchBookmarks?: boolean | undefined;
  /** Where a limited list goes on: its `metadata.continue`. */
  continue?: string | undefined;
  /** The server does everything but store it. */
  dryRun?: boolean | "All" | undefined;
  /** The name under which the server notes who owns which field. */
  fieldManager?: string | undefined;
  /** Such as `status.phase=Running`. */
  fieldSelector?: string | undefined;
  fieldValidation?: "Strict" | "Warn" | "Ignore" | undefined;
  /** An apply takes fields over from other managers. */
  force?: boolean | undefined;
  gracePeriodSeconds?: number | undefined;
  /** Such as `app=web,tier in (a,b),!old`. */
  labelSelector?: string | undefined;
  ignoreStoreReadErrorWithClusterBreakingPotential?: boolean | undefined;
  orphanDependents?: boolean | undefined;
  shardSelector?: string | undefined;
  limit?: number | undefined;
  /** A deletion goes on only if the object still is the one that is meant. */
  preconditions?: { uid?: string | undefined; resourceVersion?: string | undefined } | undefined;
  propagationPolicy?: "Background" | "Foreground" | "Orphan" | undefined;
  resourceVersion?: string | undefined;
  resourceVersionMatch?: "Exact" | "NotOlderThan" | undefined;
  sendInitialEvents?: boolean | undefined;
  timeoutSeconds?: number | undefined;
  /** Parameters of one subresource, such as a log's `{ container: "web", tailLines: 10 }`; a list repeats its key. */
  query?: Readonly<Record<string, Scalar | readonly Scalar[]>> | undefined;
}

/**
 * What is desired, as data; the same in JSON as the `Operation` of the Rust crate. Everything but the verb is optional:
 * `{ verb: "list", resource: "pods", namespace: "shop", limit: 500 }`. Or `path` alone, to get what is no resource.
 */
export interface Operation extends Parameters {
  verb: Verb;
  /** Its plural, its kind, or a short name. */
  resource?: string | undefined;
  name?: string | undefined;
  /** Such as `/version`; beside `subresource: "proxy"` the path behind the proxy. */
  path?: string | undefined;
  patchType?: PatchType | undefined;
  /** An object or a patch, to be written as JSON; or its bytes as they are to be sent. */
  body?: unknown;
}

/** Hands an operation over, field by field; the core refuses those that it does not know. */
export function desired(operation: Operation): Fields {
  const { body, ...fields } = operation;
  if ((operation.verb ?? undefined) === undefined) throw new KubeError("Build", "missing field `verb`");
  const out = new Fields();
  try {
    set(out, fields);
    if (body !== undefined && body !== null) out.body(body instanceof Uint8Array ? body : encoder.encode(JSON.stringify(body)));
    return out;
  } catch (error) {
    out.free();
    throw error;
  }
}

function set(out: Fields, fields: object): void {
  for (const [field, value] of Object.entries(fields) as [string, unknown][]) {
    if (field !== "query" && field !== "preconditions") {
      put(out, field, value);
    } else if (value !== undefined && value !== null) {
      if (!isPlain(value)) throw new KubeError("Build", `${field} must be an object`);
      for (const [key, inner] of Object.entries(value)) {
        if (field === "query" && Array.isArray(inner)) {
          if (inner.includes(null)) throw new KubeError("Build", `query.${key} has a null in its list`);
          for (const one of inner) put(out, `query.${key}`, one);
        } else {
          put(out, `${field}.${key}`, inner);
        }
      }
    }
  }
}

function put(out: Fields, field: string, value: unknown): void {
  if (value === undefined || value === null) return;
  if (typeof value !== "string" && typeof value !== "boolean" && !Number.isInteger(value)) {
    throw new KubeError("Build", `${field} must be a string, a whole number or a boolean`);
  }
  out.set(field, String(value));
}

function isPlain(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const encoder = new TextEncoder();
