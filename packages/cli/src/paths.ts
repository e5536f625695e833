import { UsageError } from "./exit-codes.ts";

/** Path of a mailbox by id or address. */
export function mailboxPath(which: string): string {
  return `/mailboxes/${encodeURIComponent(which)}`;
}

/** Path of a message whose id is `<mailboxId>/<native id>`. */
export function messagePath(id: string): string {
  const slash = id.indexOf("/");
  if (slash < 1) throw new UsageError(`${id} is not a message's id: it has the form <mailboxId>/<native id>.`);
  return `/messages/${encodeURIComponent(id.slice(0, slash))}/${encodeURIComponent(id.slice(slash + 1))}`;
}
