import { RequestFailure } from "./host.js";
import type { Backend, Told } from "./sandbox-backend.js";

/** What relative URLs are relative to. No other part of a URL than its path and query counts. */
const BASE = "https://sandbox.invalid";
/** The statuses of answers that must have no body. */
const BARE = [101, 204, 205, 304];

/** `fetch`, answered by a sandbox. */
export async function fetchFrom(backend: Backend, input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const request = new Request(input instanceof Request ? input : new URL(input, BASE), init);
  // Not the one of the copy, which is told of this one's end in a roundabout way.
  const signal = init?.signal ?? (input instanceof Request ? input.signal : undefined);
  const { pathname, search } = new URL(request.url);
  const body = new Uint8Array(await request.arrayBuffer());
  const asked = { method: request.method, target: pathname + search, headers: request.headers, body };
  const told = await backend.ask(asked, signal).catch((error: unknown) => {
    throw failure(error);
  });
  if (BARE.includes(told.status) || request.method === "HEAD") {
    told.close();
    return new Response(null, told);
  }
  return new Response(stream(told), { status: told.status, headers: told.headers });
}

/** Reads nothing before it is read. */
function stream(told: Told): ReadableStream<Uint8Array> {
  return new ReadableStream(
    {
      async pull(controller) {
        try {
          const piece = await told.next();
          if (piece === undefined) controller.close();
          else controller.enqueue(piece);
        } catch (error) {
          controller.error(failure(error));
        }
      },
      cancel: () => told.close(),
    },
    { highWaterMark: 0 },
  );
}

/** What `fetch` throws where there is no answer. */
function failure(error: unknown): unknown {
  return error instanceof RequestFailure ? new TypeError(error.message, { cause: error }) : error;
}
