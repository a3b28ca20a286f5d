import type { Told } from "./conversation.js";
import type { ErrorEvent } from "./events.js";

/** One line of a log. */
export interface LogLine {
  /** The line without its end; what is no UTF-8 is replaced. */
  text: string;
  /** When it was written (RFC 3339, with nanoseconds), where `timestamps` were asked for. */
  timestamp?: string;
  /** Whether this is only its start: it is longer than a mebibyte, or the connection was lost within it. */
  cut: boolean;
}

/** Which lines of a log. */
export interface LogOptions {
  namespace?: string | undefined;
  /** Which container, where the pod has several. */
  container?: string | undefined;
  /** Goes on as the container writes, until it ends. */
  follow?: boolean | undefined;
  /** Of the container's earlier run. */
  previous?: boolean | undefined;
  sinceSeconds?: number | undefined;
  /** RFC 3339. */
  sinceTime?: string | undefined;
  tailLines?: number | undefined;
  timestamps?: boolean | undefined;
  limitBytes?: number | undefined;
}

/** Which lines of a log that is followed: it goes on as the container writes, and each line has its time. */
export type FollowOptions = Omit<LogOptions, "follow" | "previous" | "timestamps">;

/** What a log that is followed brings. */
export type FollowEvent =
  /** One line. */
  | ({ type: "line" } & LogLine)
  /** The connection was lost, and the log goes on where it was; or it cannot go on, and this is the last event. */
  | ErrorEvent;

/** A line as the core tells it. */
export function readLine({ type, bytes, number }: Told): LogLine {
  return { text: lenient.decode(bytes), ...(type !== "" && { timestamp: type }), cut: number === 1 };
}

const lenient = new TextDecoder("utf-8", { ignoreBOM: true });
