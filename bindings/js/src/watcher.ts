import type { Conversation, Told } from "./conversation.js";
import { asEvent, type ErrorEvent, Events } from "./events.js";
import { decode, type KubeObject } from "./objects.js";

/**
 * One step in the life of what is watched; the names are kube-rs's. Between `init` and `initDone` comes all that there is: what was known
 * before and does not come again in between is gone. An `init` before that is a new beginning: what came since the last one counts no more.
 */
export type WatcherEvent<T = KubeObject> =
  /** All that there is comes now, one after the other. */
  | { type: "init" }
  /** An object that is there. */
  | { type: "initApply"; object: T }
  /** That was all, as it was at this version. Changes follow. */
  | { type: "initDone"; resourceVersion: string }
  /** An object is new, or has changed. It may come twice in the same state. */
  | { type: "apply"; object: T }
  /** An object is gone; this is its last state. Between `init` and `initDone` too it takes back what came. */
  | { type: "delete"; object: T }
  /** Something went wrong, and the watcher goes on. */
  | ErrorEvent;

/** A list, and then a watch that goes on, resumes, and lists again as it must: see {@link Client.watcher}. */
export type Watcher<T> = Events<WatcherEvent<T>>;

/** A watcher's events, as the core tells them. */
export const watcher = <T>(begin: () => Promise<Conversation>): Watcher<T> => new Events<WatcherEvent<T>>(begin, read, asEvent);

function read<T>({ type, bytes, warnings: [resourceVersion = ""] }: Told): WatcherEvent<T> {
  switch (type) {
    case "initApply":
    case "apply":
    case "delete":
      return { type, object: decode(bytes) };
    case "initDone":
      return { type, resourceVersion };
    default:
      return { type: "init" };
  }
}
