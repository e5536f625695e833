/** What an administrator consents to for an application that is given everything that Mailfleet can use. */
export const everyRole: readonly string[] = [
  ...["Mail.Read", "Mail.ReadWrite", "Mail.Send", "User.Read.All", "MailboxSettings.Read"],
  ...["Calendars.ReadWrite", "Contacts.ReadWrite", "Tasks.ReadWrite.All"],
];

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** An application's own token as Entra makes it: it names what was consented to. `opaque`: as the library knows it. */
export function applicationToken(opaque: string, appid: string, roles: readonly string[]): string {
  const claims = { aud: "https://graph.microsoft.com", appid, idtyp: "app", ...(roles.length > 0 && { roles }) };
  return [part({ typ: "JWT", alg: "RS256" }), part({ ...claims, uti: opaque }), "bm90IGNoZWNrZWQ"].join(".");
}

/** The token as the library knows it, and what it names; any other token as it is. */
export function readToken(token: string): { readonly opaque: string; readonly roles?: readonly string[] } {
  const [, claims, signature] = token.split(".");
  if (claims === undefined || signature === undefined) return { opaque: token };
  try {
    const { uti, roles = [] } = JSON.parse(Buffer.from(claims, "base64url").toString());
    return { opaque: String(uti), roles };
  } catch {
    return { opaque: token };
  }
}
