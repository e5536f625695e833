import { type ApiClient, ApiError, type FollowQuery, isPassing } from "@mailfleet/client";
import { type AnyNoun, messageTypes } from "@mailfleet/contracts";

/** Events may be lost: without any it is looked up this often, and much oftener while there is no live view. */
const quietMs = 15_000;
const withoutViewMs = 1000;

/** Whose facts tell of a noun that has none of its own. */
const toldBy: Readonly<Record<string, string>> = { send: "mail", message: "mail", incident: "alert" };

/** Types of the facts that tell of a noun; none where nothing does. */
export const typesAbout = ({ name }: Pick<AnyNoun, "name">): string[] =>
  Object.keys(messageTypes).filter((type) => type.startsWith(`${toldBy[name] ?? name}.`));

/**
 * Yields once the live view is open, and again whenever something may have changed: after an event, and now and then
 * without one. Ends at the deadline or when it is aborted. A view that breaks is opened again.
 */
export async function* changes(
  client: ApiClient,
  query: FollowQuery,
  { deadline = Number.POSITIVE_INFINITY, signal }: { deadline?: number; signal: AbortSignal },
): AsyncGenerator<void, void> {
  let bell = Promise.withResolvers<void>();
  let stop = () => {};
  let state = (query.types?.length === 0 ? "none" : "closed") as "closed" | "open" | "none";
  const open = async () => {
    try {
      const following = await client.follow(query);
      [state, stop] = ["open", () => following.stop()];
      void (async () => {
        for await (const _ of following) bell.resolve();
      })()
        .catch(() => {})
        .finally(() => {
          state = "closed";
          bell.resolve();
        });
    } catch (error) {
      // Owners may not open a live view, and look up instead.
      if (error instanceof ApiError && error.status === 403) state = "none";
      else if (!isPassing(error)) throw error;
    }
  };
  const ring = () => bell.resolve();
  signal.addEventListener("abort", ring);
  try {
    for (;;) {
      if (state === "closed") await open();
      bell = Promise.withResolvers<void>();
      yield;
      const most = Math.min(state === "open" ? quietMs : withoutViewMs, deadline - Date.now());
      if (signal.aborted || most <= 0) return;
      const timer = setTimeout(() => bell.resolve(), most);
      await bell.promise;
      clearTimeout(timer);
    }
  } finally {
    signal.removeEventListener("abort", ring);
    stop();
  }
}
