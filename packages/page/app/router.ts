import { signal } from "@preact/signals";

const base = "/admin/";

/** Where the page is: the parts of the path below `/admin/`, and what the query says. */
export interface Place {
  readonly parts: readonly string[];
  readonly query: Readonly<Record<string, string>>;
}

function read(): Place {
  const { pathname, search } = location;
  const parts = pathname.slice(base.length).split("/").filter(Boolean).map(decodeURIComponent);
  return { parts, query: Object.fromEntries(new URLSearchParams(search)) };
}

/** The present place. */
export const place = signal<Place>(read());

/** The address of a place; a value that is empty is left out. */
export function addressOf(path: string, query: Readonly<Record<string, string | undefined>> = {}): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => Boolean(entry[1]));
  const text = new URLSearchParams(given).toString();
  return `${base}${path}${text && `?${text}`}`;
}

/** Goes to a place. `replace`: the browser's history keeps one entry, as while a filter is typed. */
export function go(address: string, { replace = false } = {}): void {
  history[replace ? "replaceState" : "pushState"](null, "", address);
  place.value = read();
  if (!replace) scrollTo(0, 0);
}

addEventListener("popstate", () => {
  place.value = read();
});
// Links within the page load nothing; a new tab, a download or another site do what they always do.
addEventListener("click", (event) => {
  const link = (event.target as Element | null)?.closest?.("a");
  if (!link || event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  if (link.target || link.origin !== location.origin || !link.pathname.startsWith(base)) return;
  event.preventDefault();
  go(link.pathname + link.search);
});
