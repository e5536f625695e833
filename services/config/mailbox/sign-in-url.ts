/** Where a mailbox's user signs in: the link itself is no secret, only the mailbox's own account completes it. */
export function signInUrl(consoleUrl: string, mailboxId: string): string {
  return `${consoleUrl.replace(/\/+$/, "")}/sign-in/${mailboxId}`;
}
