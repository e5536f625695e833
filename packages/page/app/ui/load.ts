import { useEffect, useRef, useState } from "preact/hooks";
import { read } from "../api.ts";

/** What was read so far, why it could not be read, and how to read it again. */
export interface Loaded<Answer> {
  readonly value: Answer | undefined;
  readonly error: unknown;
  again(): void;
}

/** Reads a path when the component appears and when the path changes. What is shown stays until the next answer. */
export function useRead<Answer>(path: string | null): Loaded<Answer> {
  const [state, setState] = useState<{ path: string | null; value?: Answer; error?: unknown }>({ path });
  const stop = useRef<AbortController | undefined>(undefined);
  const again = () => {
    if (path === null) return;
    stop.current?.abort();
    const mine = new AbortController();
    stop.current = mine;
    read<Answer>(path, mine.signal).then(
      (value) => !mine.signal.aborted && setState({ path, value }),
      (error) => !mine.signal.aborted && setState((before) => ({ ...before, path, error })),
    );
  };
  useEffect(() => {
    again();
    return () => stop.current?.abort();
  }, [path]);
  const value = state.path === path ? state.value : undefined;
  return { value, error: state.error, again };
}
