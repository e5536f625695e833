/** Where a mailbox's user signs in. The link is not secret: only the mailbox's own account can complete it. */
export function signInUrl(consoleUrl: string, mailboxId: string): string {
  return `${consoleUrl.replace(/\/+$/, "")}/sign-in/${mailboxId}`;
}
