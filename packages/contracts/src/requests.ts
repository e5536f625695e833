import { z } from "zod";
import { alert } from "./alert/alert.ts";
import { deadLetter } from "./dead-letter/dead-letter.ts";
import { Failure } from "./failure.ts";
import { ConsentId, Instant, MailboxId, ProfileId, SendId } from "./ids.ts";
import { job } from "./job/job.ts";
import { mailbox } from "./mailbox/mailbox.ts";
import { notificationSettings } from "./notification-settings/notification-settings.ts";
import { commandFields, paged, pageFields } from "./noun/request-fields.ts";
import { Problem } from "./problem.ts";
import { profile } from "./profile/profile.ts";
import { Connection } from "./resources/connection.ts";
import { Activity, ReceivedMessage, SubmittedContent, Upload } from "./resources/mail.ts";
import { Grant, OAuthClient } from "./resources/oauth.ts";
import { Sealed } from "./resources/sealed.ts";
import { Send, send } from "./send/send.ts";
import { settings } from "./settings/settings.ts";
import { timer } from "./timer/timer.ts";
import type { ServiceName } from "./vocabulary.ts";
import { Direction } from "./vocabulary.ts";

const command = commandFields;
const page = pageFields;
const nothing = z.object({});
const ofMailbox = { mailboxId: MailboxId };
const request = <In extends z.ZodType, Out extends z.ZodType>(input: In, output: Out) => ({ input, output });

/**
 * Requests between services, by `<service>.<resource>.<verb>`; the subject is `<service>.v1.<resource>.<verb>`.
 * The console is the main asker; the workers ask `config` for connections.
 */
export const requests = {
  ...profile.requests,
  /**
   * Where secrets of a profile go, as it is (without an id the default one), after a change, or before it is created:
   * they are sealed for these destinations. `token`: `null` where there is no application.
   */
  "config.profile.destinations": request(
    z.union([
      z.object({ new: profile.New }),
      z.object({ id: ProfileId.optional(), change: profile.Change.optional() }),
    ]),
    z.object({ inbound: z.string(), outbound: z.string(), token: z.string().nullable() }),
  ),
  ...mailbox.requests,
  ...settings.requests,

  "config.connection.get": request(z.object({ ...ofMailbox, direction: Direction }), Connection),

  /**
   * Begins a sign-in by the mailbox's user; it must be completed within ten minutes. The console makes `state` and
   * verifier; here only the hash and the sealed form arrive. `browser` is the hash of a cookie; absent for a device.
   */
  "config.consent.begin": request(
    z.object({
      ...ofMailbox,
      by: z.string().max(200),
      correlation: z.string().max(200).optional(),
      consentId: ConsentId,
      flow: z.enum(["code", "device"]),
      stateHash: z.string().max(100).optional(),
      browserHash: z.string().max(100).optional(),
      verifier: Sealed.optional(),
      challenge: z.string().max(200).optional(),
      redirectUri: z.string().max(2000).optional(),
    }),
    z.object({
      consentId: ConsentId,
      expiresAt: Instant,
      /** Where the browser goes; `state` is still to be added. `null` for a device. */
      authorizationUrl: z.string().nullable(),
      deviceOffered: z.boolean(),
    }),
  ),
  /** Uses up a `state`: once, in time, in the browser that began. @throws STATE_*, REDIRECT_FROM_ANOTHER_* */
  "config.consent.take": request(
    z.object({
      stateHash: z.string().max(100),
      browserHash: z.string().max(100),
      /** The `iss` parameter of the redirect (RFC 9207), if there was one. */
      issuer: z.string().max(2000).optional(),
    }),
    z.object({ consentId: ConsentId, mailboxId: MailboxId, address: z.string(), ownership: z.number().int() }),
  ),
  /** What a worker needs to complete a consent. */
  "config.consent.get": request(
    z.object({ consentId: ConsentId }),
    z.object({
      consentId: ConsentId,
      mailboxId: MailboxId,
      address: z.string(),
      by: z.string(),
      client: OAuthClient,
      redirectUri: z.string().nullable(),
      verifier: Sealed.nullable(),
      device: z.object({ code: Sealed, intervalMs: z.number().int(), expiresAt: Instant }).nullable(),
    }),
  ),
  "config.consent.keep-device": request(
    z.object({
      consentId: ConsentId,
      device: z.object({ code: Sealed, intervalMs: z.number().int(), expiresAt: Instant }),
    }),
    nothing,
  ),
  /** Exchanges the code of a redirect, which is sealed for `<mailboxId>|oauth-code`, and keeps the grant. */
  "inbound-sync.consent.complete": request(z.object({ consentId: ConsentId, code: Sealed }), Grant),
  "inbound-sync.consent.start-device": request(
    z.object({ consentId: ConsentId }),
    z.object({
      userCode: z.string(),
      verificationUri: z.string(),
      verificationUriComplete: z.string().nullable(),
      expiresAt: Instant,
      intervalMs: z.number().int(),
    }),
  ),
  /** One look whether the user has entered the code. */
  "inbound-sync.consent.poll-device": request(
    z.object({ consentId: ConsentId }),
    z.object({ state: z.enum(["pending", "done"]), intervalMs: z.number().int(), grant: Grant.nullable() }),
  ),

  /** Keeps the result of a sign-in. A wanted mailbox is tested again. */
  "config.grant.set": request(
    z.object({
      consentId: ConsentId,
      ...ofMailbox,
      account: z.string().max(320),
      scopes: z.array(z.string().max(500)).max(50),
      refreshToken: Sealed,
      expiresAt: Instant.nullable(),
      accessTokenExpiresAt: Instant.nullable(),
    }),
    Grant,
  ),
  "config.grant.get": request(z.object(ofMailbox), Grant.nullable()),
  "config.grant.remove": request(z.object({ ...command, ...ofMailbox }), nothing),
  /**
   * The right to refresh, for one process at a time; it runs out after 30 s. `busy`: another one is at it. `current`:
   * the grant is no longer the asker's version `v`, ask for the connection again.
   */
  "config.grant.begin-refresh": request(
    z.object({ ...ofMailbox, v: z.number().int(), by: z.string().max(100) }),
    z.discriminatedUnion("outcome", [
      z.object({ outcome: z.literal("yours"), lease: z.string(), refreshToken: Sealed }),
      z.object({ outcome: z.literal("busy") }),
      z.object({ outcome: z.literal("changed") }),
    ]),
  ),
  /**
   * Writes back what a refresh gave; `refreshToken` only where it was rotated, with the `tag` of the sealed one that it
   * `replaces`: it is kept also after the lease ran out, as long as that one is still there. False: nothing was
   * written.
   */
  "config.grant.end-refresh": request(
    z.object({
      ...ofMailbox,
      lease: z.string(),
      refreshToken: Sealed.optional(),
      replaces: Sealed.shape.tag.optional(),
      expiresAt: Instant.nullable().optional(),
      accessTokenExpiresAt: Instant.optional(),
      failure: Failure.optional(),
    }),
    z.object({ kept: z.boolean() }),
  ),
  ...job.requests,

  ...timer.requests,

  "inbound-sync.message.list": request(
    z.object({ ...page, ...ofMailbox, since: Instant.optional() }),
    paged(ReceivedMessage),
  ),
  "inbound-sync.message.get": request(z.object({ id: z.string().max(300) }), ReceivedMessage),
  /** The raw bytes in pieces: the bus carries at most 1 MiB. */
  "inbound-sync.message.read": request(
    z.object({
      id: z.string().max(300),
      offset: z.number().int().nonnegative(),
      length: z.number().int().min(1).max(524_288),
    }),
    z.object({ dataBase64: z.string(), total: z.number().int() }),
  ),
  /** Body text, HTML and attachments' names, parsed when asked for and within limits. */
  "inbound-sync.message.parse": request(
    z.object({ id: z.string().max(300) }),
    z.object({
      text: z.string().nullable(),
      html: z.string().nullable(),
      attachments: z.array(
        z.object({ filename: z.string().nullable(), contentType: z.string(), size: z.number().int() }),
      ),
      unparsed: z.string().nullable(),
    }),
  ),
  /** Publishes `mail.received` again for stored messages; for a consumer that lost its own memory. */
  "inbound-sync.message.republish": request(
    z.object({ ...command, mailboxId: MailboxId.optional(), since: Instant }),
    z.object({ published: z.number().int() }),
  ),
  "inbound-sync.activity.get": request(z.object(ofMailbox), Activity),

  "outbound-send.upload.append": request(
    /** The piece itself is attached. */
    z.object({ uploadId: Upload.shape.uploadId, index: z.number().int().min(0).max(999) }),
    nothing,
  ),
  "outbound-send.send.submit": request(
    z.object({
      ...ofMailbox,
      sendId: SendId,
      by: z.string().max(200),
      correlation: z.string().max(200).optional(),
      idempotencyKey: z.string().regex(/^[\x21-\x7e]{1,200}$/, "must be 1 to 200 visible ASCII characters"),
      content: SubmittedContent,
    }),
    Send,
  ),
  ...send.requests,
  "outbound-send.activity.get": request(z.object(ofMailbox), Activity),

  ...alert.requests,
  ...deadLetter.requests,
  ...notificationSettings.requests,
} as const satisfies Record<string, { input: z.ZodType; output: z.ZodType }>;

export type RequestName = keyof typeof requests;
/** What the asker may leave out because it has a default is optional here. */
export type RequestInput<Name extends RequestName> = z.input<(typeof requests)[Name]["input"]>;
/** What the handler gets: validated, with defaults. */
export type RequestArguments<Name extends RequestName> = z.output<(typeof requests)[Name]["input"]>;
export type RequestOutput<Name extends RequestName> = z.output<(typeof requests)[Name]["output"]>;

/** What comes back over the bus. */
export const Reply = z.union([
  z.object({ ok: z.literal(true), result: z.unknown() }),
  z.object({ ok: z.literal(false), problem: Problem }),
]);
export type Reply = z.infer<typeof Reply>;

/** `config.mailbox.test` as service, resource and verb. */
export function requestAddress(name: RequestName): { service: ServiceName; resource: string; verb: string } {
  const [service, resource, verb] = name.split(".") as [ServiceName, string, string];
  return { service, resource, verb };
}
