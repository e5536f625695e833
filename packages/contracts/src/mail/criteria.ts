import { z } from "zod";
import { Instant, MailboxId } from "../ids.ts";

const address = (text: string) => z.string().trim().min(1).max(254).optional().describe(text);

/** What mail is searched by. All of what is given must fit; upper and lower case are the same. */
export const criteria = {
  messageId: z.string().trim().min(1).max(998).optional().describe("its Message-ID, with or without angle brackets"),
  from: address("the sender's address"),
  to: address("the address of one of its recipients"),
  subject: z.string().trim().min(1).max(998).optional().describe("what its subject contains"),
  mailboxId: MailboxId.optional(),
  since: Instant.optional().describe("received or submitted at or after this time"),
};
type Criteria = z.infer<z.ZodObject<typeof criteria>>;

/** So much of an address or a Message-ID is compared. */
const compared = 250;
const key = (kind: "i" | "f" | "t", text: string) => `${kind}:${text.toLowerCase().slice(0, compared)}`;
const withoutBrackets = (id: string) => id.trim().replace(/^<|>$/g, "");

/** By what a message or a send is found, as it is stored with it: an index has them. */
export function searchKeys(named: {
  readonly messageIds: readonly (string | null | undefined)[];
  readonly from: readonly (string | null | undefined)[];
  readonly to: readonly (string | null | undefined)[];
}): string[] {
  const keys = (kind: "i" | "f" | "t", texts: readonly (string | null | undefined)[]) =>
    texts.flatMap((text) => (text ? key(kind, text) : []));
  const ids = named.messageIds.map((id) => id && withoutBrackets(id));
  return [...new Set([...keys("i", ids), ...keys("f", named.from), ...keys("t", named.to)])];
}

/** The keys that all must be stored with what is searched, in the order in which few have them. */
export function wantedKeys({ messageId, from, to }: Criteria, fewest: "from" | "to"): string[] {
  const keys = { from: from === undefined ? [] : [key("f", from)], to: to === undefined ? [] : [key("t", to)] };
  const others = fewest === "from" ? [...keys.from, ...keys.to] : [...keys.to, ...keys.from];
  return [...(messageId === undefined ? [] : [key("i", withoutBrackets(messageId))]), ...others];
}

/** Whether a subject contains what is searched. */
export function subjectFits(subject: string | null, wanted: string | undefined): boolean {
  return wanted === undefined || (subject ?? "").toLowerCase().includes(wanted.toLowerCase());
}
