import { z } from "zod";
import { Failure, FailureKind } from "../failure.ts";
import { ConsentId, Instant, MailboxId } from "../ids.ts";
import { field } from "../noun/field.ts";
import { noun } from "../noun/noun.ts";
import { operation } from "../noun/operation.ts";
import { Sealed } from "../noun/sealed.ts";
import { shownOf } from "../noun/shapes.ts";

const ofMailbox = { mailboxId: MailboxId };

const fields = {
  mailboxId: field(MailboxId, "for which mailbox"),
  v: field(z.number().int(), "raised when somebody signs in again"),
  state: field(z.enum(["good", "ended"]), "whether it works"),
  account: field(z.string(), "the account that signed in"),
  scopes: field(z.array(z.string()), "what was permitted"),
  grantedAt: field(Instant, "when"),
  grantedBy: field(z.string(), "who signed in"),
  expiresAt: field(Instant.nullable(), "when the consent ends, where that is known"),
  accessTokenExpiresAt: field(Instant.nullable(), "when the last access token ends"),
  lastRefreshAt: field(Instant.nullable(), "when a token was last renewed"),
  lastRefreshFailure: field(
    z.object({ code: z.string(), kind: FailureKind, at: Instant, reply: z.string().optional() }).nullable(),
    "why the last renewal failed",
  ),
};
/** A grant as it is shown. */
export const Grant = shownOf(fields);
export type Grant = z.output<typeof Grant>;

/** What a mailbox's user permitted by signing in: by whom, for what, until when, and whether it works. */
export const grant = noun("grant", {
  owner: "config",
  id: MailboxId,
  single: true,
  framed: false,
  text: "permissions that mailboxes' users gave by signing in",
  path: "/mailboxes/:mailbox/grant",
  fields,
  standard: [],
  operations: {
    remove: operation({
      text: "Forget the permission that the mailbox's user gave by signing in",
      collection: true,
      input: ofMailbox,
      answer: z.object({}),
      at: "/mailboxes/:mailbox/grant",
      method: "DELETE",
      status: 204,
      impact: "destroys",
    }),
    get: operation({ text: "Read it, if there is one", kind: "internal", input: ofMailbox, answer: Grant.nullable() }),
    set: operation({
      text: "Keep the result of a sign-in; a wanted mailbox is tested again",
      kind: "internal",
      input: {
        consentId: ConsentId,
        ...ofMailbox,
        account: z.string().max(320),
        scopes: z.array(z.string().max(500)).max(50),
        refreshToken: Sealed,
        expiresAt: Instant.nullable(),
        accessTokenExpiresAt: Instant.nullable(),
      },
    }),
    /**
     * The right runs out after 30 s. `busy`: another process is at it. `changed`: the grant is no longer the asker's
     * version `v`, ask for the connection again.
     */
    "begin-refresh": operation({
      text: "Take the right to refresh, for one process at a time",
      kind: "internal",
      input: { ...ofMailbox, v: z.number().int(), by: z.string().max(100) },
      answer: z.discriminatedUnion("outcome", [
        z.object({ outcome: z.literal("yours"), lease: z.string(), refreshToken: Sealed }),
        z.object({ outcome: z.literal("busy") }),
        z.object({ outcome: z.literal("changed") }),
      ]),
    }),
    /**
     * `refreshToken` only where it was rotated, with the `tag` of the sealed one that it `replaces`: it is kept also after
     * the lease ran out, as long as that one is still there. `kept: false`: nothing was written.
     */
    "end-refresh": operation({
      text: "Write back what a refresh gave",
      kind: "internal",
      input: {
        ...ofMailbox,
        lease: z.string(),
        refreshToken: Sealed.optional(),
        replaces: Sealed.shape.tag.optional(),
        expiresAt: Instant.nullable().optional(),
        accessTokenExpiresAt: Instant.optional(),
        failure: Failure.optional(),
      },
      answer: z.object({ kept: z.boolean() }),
    }),
  },
});
