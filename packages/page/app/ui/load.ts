import { useEffect, useRef, useState } from "preact/hooks";
import { listPath, type Paged, read } from "../api.ts";

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

/** What was read of a list so far, and how to read on; `more` is `null` where there is no more. */
export interface Pages<Item> {
  readonly items: readonly Item[] | undefined;
  readonly error: unknown;
  readonly more: (() => Promise<void>) | null;
  again(): void;
}

/** Reads the first page of a list, and the next one when it is asked for. */
export function usePages<Item>(
  path: string,
  query: Readonly<Record<string, string | number | undefined>>,
): Pages<Item> {
  const whole = listPath(path, query);
  const first = useRead<Paged<Item>>(whole);
  const [rest, setRest] = useState<Paged<Item> & { whole: string }>({ whole, items: [], next: null });
  const mine = rest.whole === whole && rest.items.length > 0 ? rest : null;
  const next = mine ? mine.next : (first.value?.next ?? null);
  const more = async () => {
    const page = await read<Paged<Item>>(listPath(path, { ...query, cursor: next ?? undefined }));
    setRest({ whole, items: [...(mine?.items ?? []), ...page.items], next: page.next });
  };
  const items = first.value && [...first.value.items, ...(mine?.items ?? [])];
  const again = () => {
    setRest({ whole, items: [], next: null });
    first.again();
  };
  return { items, error: first.error, more: next === null ? null : more, again };
}
