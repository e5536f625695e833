import type { MessageType } from "@mailfleet/contracts";
import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { fromJson, listPath } from "./api.ts";

/** A fact as the event stream tells it. */
export interface Fact {
  readonly type: MessageType;
  readonly at: number;
  readonly mailboxId?: string;
  // biome-ignore lint/suspicious/noExplicitAny: each type has its own body; the reader knows which
  readonly body: any;
}

/** Whether facts arrive at this moment; `null`: nothing is followed. */
export const isLive = signal<boolean | null>(null);

/**
 * Follows facts while the component is there and its tab is seen: browsers allow few connections to one host, and a
 * hidden tab needs none. `onReady` is called whenever something may have been missed before.
 */
export function useFacts(
  { types, mailbox }: { types: readonly MessageType[]; mailbox?: string },
  onFact: (fact: Fact) => void,
  onReady?: () => void,
): void {
  const handlers = useRef({ onFact, onReady });
  handlers.current = { onFact, onReady };
  useEffect(() => {
    let source: EventSource | undefined;
    const close = () => {
      source?.close();
      source = undefined;
      isLive.value = null;
    };
    const open = () => {
      if (source || document.hidden) return;
      source = new EventSource(listPath("/api/v1/events", { type: types.join(","), mailbox }));
      source.addEventListener("ready", () => {
        isLive.value = true;
        handlers.current.onReady?.();
      });
      source.addEventListener("error", () => {
        isLive.value = false;
      });
      for (const type of types)
        source.addEventListener(type, (event) =>
          handlers.current.onFact(fromJson((event as MessageEvent).data) as Fact),
        );
    };
    const onSeen = () => (document.hidden ? close() : open());
    document.addEventListener("visibilitychange", onSeen);
    open();
    return () => {
      document.removeEventListener("visibilitychange", onSeen);
      close();
    };
  }, [types.join(","), mailbox]);
}

/** Calls `work` once after a burst of calls: at once, and again when more came within `ms`. */
export function useGathered(work: () => void, ms = 250): () => void {
  const state = useRef<{ timer?: number; again: boolean; work: () => void }>({ again: false, work });
  state.current.work = work;
  useEffect(() => () => clearTimeout(state.current.timer), []);
  return () => {
    const now = state.current;
    if (now.timer !== undefined) {
      now.again = true;
      return;
    }
    const run = () => {
      now.again = false;
      now.work();
      now.timer = setTimeout(() => {
        now.timer = undefined;
        if (now.again) run();
      }, ms) as unknown as number;
    };
    run();
  };
}
