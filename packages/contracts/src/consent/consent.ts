import { z } from "zod";
import { ConsentId, Instant, MailboxId } from "../ids.ts";
import { field } from "../noun/field.ts";
import { noun } from "../noun/noun.ts";
import { operation } from "../noun/operation.ts";
import { Sealed } from "../noun/sealed.ts";
import { OAuthClient } from "../oauth/oauth.ts";

const hash = z.string().max(100);
const Device = z.object({ code: Sealed, intervalMs: z.number().int(), expiresAt: Instant });

/** A sign-in by a mailbox's user that is under way; it must be completed within ten minutes. */
export const consent = noun("consent", {
  owner: "config",
  id: ConsentId,
  single: true,
  framed: false,
  text: "sign-ins that are under way",
  fields: {
    consentId: field(ConsentId, ""),
    mailboxId: field(MailboxId, "whose mailbox it is about"),
    address: field(z.string(), "of the mailbox"),
    by: field(z.string(), "who began it"),
    client: field(OAuthClient, "with what the authorization server is asked"),
    redirectUri: field(z.string().nullable(), "where the browser comes back to; null for a device"),
    verifier: field(Sealed.nullable(), "of PKCE (RFC 7636); null for a device"),
    device: field(Device.nullable(), "the device code (RFC 8628), once there is one"),
  },
  standard: [],
  operations: {
    get: operation({
      text: "Read what a worker needs to complete it",
      kind: "internal",
      input: { consentId: ConsentId },
    }),
    /**
     * The console makes `state` and verifier; here only the hash and the sealed form arrive. `browserHash` is the hash of a
     * cookie; absent for a device. To `authorizationUrl`, where the browser goes, `state` is still to be added; it is `null`
     * for a device.
     */
    begin: operation({
      text: "Begin a sign-in by the mailbox's user",
      kind: "internal",
      input: {
        mailboxId: MailboxId,
        by: z.string().max(200),
        correlation: z.string().max(200).optional(),
        consentId: ConsentId,
        flow: z.enum(["code", "device"]),
        stateHash: hash.optional(),
        browserHash: hash.optional(),
        verifier: Sealed.optional(),
        challenge: z.string().max(200).optional(),
        redirectUri: z.string().max(2000).optional(),
      },
      answer: z.object({
        consentId: ConsentId,
        expiresAt: Instant,
        authorizationUrl: z.string().nullable(),
        deviceOffered: z.boolean(),
      }),
    }),
    /** Once, in time, in the browser that began. `issuer` is the `iss` parameter of the redirect (RFC 9207), if any. */
    take: operation({
      text: "Use up a state",
      kind: "internal",
      input: { stateHash: hash, browserHash: hash, issuer: z.string().max(2000).optional() },
      answer: z.object({
        consentId: ConsentId,
        mailboxId: MailboxId,
        address: z.string(),
        ownership: z.number().int(),
      }),
      problems: [
        "STATE_UNKNOWN",
        "STATE_EXPIRED",
        "STATE_REPLAYED",
        "REDIRECT_FROM_ANOTHER_BROWSER",
        "REDIRECT_FROM_ANOTHER_ORIGIN",
      ],
    }),
    "keep-device": operation({
      text: "Keep the device code",
      kind: "internal",
      input: { consentId: ConsentId, device: Device },
      answer: z.object({}),
    }),
  },
});
