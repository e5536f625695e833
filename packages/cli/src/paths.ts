/** Path of a mailbox by id or address. */
export function mailboxPath(which: string): string {
  return `/mailboxes/${encodeURIComponent(which)}`;
}
