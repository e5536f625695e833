import type { AuditEntry } from "@mailfleet/contracts";

/** What every command changes, and what says nothing. */
const skipped: ReadonlySet<string> = new Set(["id", "v", "createdAt", "changedAt"]);
const mostChanges = 100;
const longest = 300;

const cut = (text: string) => (text.length > longest ? `${text.slice(0, longest - 1)}…` : text);

/** Values by their path. Lists are compared as a whole; of objects in them only the number is said. */
function collect(value: unknown, path: string, into: Map<string, string>): void {
  if (value === undefined || value === null) return;
  if (Array.isArray(value)) {
    const isPlain = value.every((one) => typeof one !== "object" || one === null);
    into.set(path, isPlain ? cut(value.join(", ")) : `${value.length} items`);
  } else if (typeof value === "object") {
    for (const [name, one] of Object.entries(value))
      if (path !== "" || !skipped.has(name)) collect(one, path === "" ? name : `${path}.${name}`, into);
  } else into.set(path, cut(String(value)));
}

/**
 * The fields that are other, of what people see: views never hold a secret. `null`: there is none before or afterwards.
 */
export function changesBetween(before: unknown, after: unknown): AuditEntry["changes"] {
  const [was, is] = [new Map<string, string>(), new Map<string, string>()];
  collect(before, "", was);
  collect(after, "", is);
  return [...new Set([...was.keys(), ...is.keys()])]
    .filter((field) => was.get(field) !== is.get(field))
    .slice(0, mostChanges)
    .map((field) => ({ field, ...sideOf("before", was.get(field)), ...sideOf("after", is.get(field)) }));
}

function sideOf(side: "before" | "after", text: string | undefined): { before?: string; after?: string } {
  return text === undefined ? {} : { [side]: text };
}
