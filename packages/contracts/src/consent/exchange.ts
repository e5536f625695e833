import { z } from "zod";
import { Grant } from "../grant/grant.ts";
import { ConsentId, Instant } from "../ids.ts";
import { noun } from "../noun/noun.ts";
import { operation } from "../noun/operation.ts";
import { Sealed } from "../noun/sealed.ts";

const consent = { consentId: ConsentId };

/** What the authorization server shows a user who signs in on another device (RFC 8628 §3.2). */
export const DeviceCode = z.object({
  userCode: z.string(),
  verificationUri: z.string(),
  verificationUriComplete: z.string().nullable(),
  expiresAt: Instant,
  intervalMs: z.number().int(),
});

/** One look whether the user has entered the code. */
export const DevicePoll = z.object({
  state: z.enum(["pending", "done"]),
  intervalMs: z.number().int(),
  grant: Grant.nullable(),
});

/** The part of a consent that the authorization server is asked for; `config` keeps the consent itself. */
export const consentExchange = noun("consent", {
  owner: "inbound-sync",
  id: ConsentId,
  single: true,
  framed: false,
  text: "what an authorization server says to a sign-in",
  fields: {},
  standard: [],
  operations: {
    /** The code is sealed for `<mailboxId>|oauth-code`. */
    complete: operation({
      text: "Exchange the code of a redirect and keep the grant",
      kind: "internal",
      input: { ...consent, code: Sealed },
      answer: Grant,
    }),
    "start-device": operation({ text: "Get a device code", kind: "internal", input: consent, answer: DeviceCode }),
    "poll-device": operation({
      text: "Check once whether the user has entered the code",
      kind: "internal",
      input: consent,
      answer: DevicePoll,
    }),
  },
});
