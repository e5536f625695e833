import type { GmailAnswer, GmailScript } from "@mailfleet/local/testing";
import { gmailMail, gmailMails } from "./odd-mail.ts";
import type { OddGmail } from "./odd-servers.ts";

export const json = (value: unknown, status = 200): GmailAnswer => ({ status, body: JSON.stringify(value) });
export const refused = (code: number, status: string, more: object = {}): GmailAnswer =>
  json({ error: { code, status, message: `${status} by test`, ...more } }, code);
export const html: GmailAnswer = {
  headers: { "content-type": "text/html" },
  body: "<html>Sign in to the hotel's network</html>",
};

/** One answer to whatever is asked for of a path. */
export const to =
  (path: RegExp, given: (before: number) => GmailAnswer | null | undefined): NonNullable<GmailScript["answer"]> =>
  (call) =>
    path.test(call.path) ? given(call.before) : undefined;
export const always = (given: GmailAnswer | null) => () => given;
export const once = (given: GmailAnswer | null) => (before: number) => (before === 0 ? given : undefined);

export const list = /^\/messages(\?|$)/;
export const history = /^\/history/;
export const message = (id: string) => new RegExp(`^/messages/${id}\\?`);
/** A message as `messages.get` gives it, with these instead. */
export const given = (id: string, more: object): GmailAnswer => {
  const { raw } = gmailMail(id);
  const usual = { id, labelIds: ["INBOX"], internalDate: "1780000000000", sizeEstimate: raw.length };
  return json({ ...usual, raw: Buffer.from(raw).toString("base64url"), ...more });
};

/** One poll of a usual inbox that answers otherwise in one point. */
export const first = (
  what: string,
  answer: NonNullable<GmailScript["answer"]>,
  right: Omit<OddGmail, "what" | "polls">,
) => ({
  what,
  polls: [(server: GmailScript) => void Object.assign(server, { messages: gmailMails("a", "b", "c"), answer })],
  ...right,
});
/** A usual poll, then one that answers otherwise while there is a new message. */
export const second = (
  what: string,
  answer: NonNullable<GmailScript["answer"]>,
  right: Omit<OddGmail, "what" | "polls">,
) => ({
  what,
  polls: [
    (server: GmailScript) => void Object.assign(server, { messages: gmailMails("a", "b") }),
    (server: GmailScript) => void Object.assign(server, { messages: gmailMails("a", "b", "c"), answer }),
  ],
  ...right,
});
export const all = { received: ["a", "b", "c"] };
export const allByList = { ...all, alerts: ["HISTORY_LOST"] } as const;
export const cFails = { received: ["a", "b"], aside: 1, alerts: ["MESSAGE_QUARANTINED"] } as const;
export const bFails = { received: ["a", "c"], aside: 1, alerts: ["MESSAGE_QUARANTINED"] } as const;
