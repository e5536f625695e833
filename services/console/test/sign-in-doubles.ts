import type { RequestHandlers } from "@mailfleet/bus";
import {
  type Alert,
  type FoundMail,
  type Grant,
  type Mailbox,
  ProblemError,
  type Profile,
  type RequestArguments,
} from "@mailfleet/contracts";
import { grantSample, mailboxSample, profileSample, settingsSample, signInProfileSample } from "./samples.ts";

const notYours = { ...profileSample, id: "pf_notyours", name: "Not yours", forOwners: false };

/** What the stand-ins of `config` and `inbound-sync` saw, and what a test may change. */
export interface SignInDoubles {
  readonly handlers: RequestHandlers;
  readonly begun: RequestArguments<"config.consent.begin">[];
  readonly completed: RequestArguments<"inbound-sync.consent.complete">[];
  readonly tested: RequestArguments<"config.mailbox.test-and-enable">[];
  readonly disabled: RequestArguments<"config.mailbox.disable">[];
  readonly updated: RequestArguments<"config.mailbox.update">[];
  readonly removed: RequestArguments<"config.grant.remove">[];
  /** What mail was searched by, at both services. */
  readonly searched: RequestArguments<"outbound-send.send.search">[];
  /** Milliseconds since the epoch, for `config`. */
  at: number;
  mailbox: Mailbox;
  profile: Profile;
  /** What `inbound-sync` answers to a code, a grant or a refusal. */
  outcome: () => Grant;
}

/** The issuer of the doubles, for RFC 9207. */
export const doubleIssuer = "https://accounts.google.com";

/** With which a mailbox is approved by its owner. */
export const goodCode = "ABCDE-23456";

/** A second mailbox, whose owner is somebody else. */
export const otherMailbox: Mailbox = { ...mailboxSample, id: "mb_other01", address: "other@example.org" };

/** One alert about each mailbox, and one about the profile. */
export const alertSamples: readonly Alert[] = (
  [
    ["al_own001", "mailbox", mailboxSample.id],
    ["al_other01", "mailbox", otherMailbox.id],
    ["al_profile1", "profile", profileSample.id],
  ] as const
).map(([id, type, about], n) => ({
  ...{ id, v: 1, createdAt: n, changedAt: n },
  object: { type, id: about },
  code: "AUTHENTICATION_REJECTED",
  severity: "error",
  audience: "mailbox",
  text: "The server rejected the user name or password.",
  remedy: "Set the right credentials.",
  detail: null,
  evidence: null,
  state: "raised",
  ...{ firstAt: n, lastAt: n, count: 1, clearedAt: null },
  notification: "none",
}));

/** A received message and a send of each mailbox, the newest first. */
export const mailSamples: readonly FoundMail[] = (
  [
    [`${otherMailbox.id}/1-1`, otherMailbox, "received"],
    ["sn_other01", otherMailbox, "sent"],
    [`${mailboxSample.id}/1-1`, mailboxSample, "received"],
    ["sn_own001", mailboxSample, "sent"],
  ] as const
).map(([id, { id: mailboxId }, state], n) => ({
  ...{ id, mailboxId, state, at: 10 - n, messageId: null, from: null, to: [], subject: null, why: null },
}));

type MailQuery = RequestArguments<"outbound-send.send.search">;

/** What a service finds of it. */
const mailOf = (state: FoundMail["state"]) => {
  const all = mailSamples.filter((one) => one.state === state);
  const missing = (id: string): never => {
    throw new ProblemError(
      "NOT_FOUND",
      `There is no ${state === "sent" ? "send" : "message"} ${id}. It may have expired.`,
    );
  };
  return {
    search: async ({ mailboxId, limit, cursor }: MailQuery) => {
      const found = all.filter((one) => mailboxId === undefined || one.mailboxId === mailboxId);
      const from = found.findIndex(({ at, id }) => `${at}/${id}` === cursor) + 1;
      const items = found.slice(from, from + limit);
      const last = items.at(-1);
      return { items, next: last && from + limit < found.length ? `${last.at}/${last.id}` : null };
    },
    trail: async ({ id }: { id: string }) => {
      const what = state === "sent" ? ("accepted" as const) : ("stored" as const);
      const events = [{ at: 1_700_000_000_000, what, words: "<i>as asked" }];
      return { ...(all.find((one) => one.id === id) ?? missing(id)), events };
    },
  };
};
const [receivedMail, sentMail] = [mailOf("received"), mailOf("sent")];

/** Stand-ins that check states as `config` does: once, in time, in the same browser, from the same server. */
export function signInDoubles(): SignInDoubles {
  const consents = new Map<
    string,
    RequestArguments<"config.consent.begin"> & { endsAt: number; taken: boolean; ownership: number }
  >();
  const find = (which: string) => {
    const found = [doubles.mailbox, otherMailbox].find((mailbox) => mailbox.id === which || mailbox.address === which);
    if (!found) throw new ProblemError("NOT_FOUND", `There is no mailbox ${which}.`);
    return found;
  };
  const noted = (search: typeof receivedMail.search, query: MailQuery) => {
    doubles.searched.push(query);
    return search(query);
  };
  const doubles: SignInDoubles = {
    begun: [],
    completed: [],
    tested: [],
    disabled: [],
    updated: [],
    removed: [],
    searched: [],
    at: Date.now(),
    mailbox: { ...mailboxSample, profileId: signInProfileSample.id },
    profile: signInProfileSample,
    outcome: () => grantSample,
    handlers: {
      "inbound-sync.message.search": async (input) => noted(receivedMail.search, input),
      "inbound-sync.message.trail": receivedMail.trail,
      "outbound-send.send.search": async (input) => noted(sentMail.search, input),
      "outbound-send.send.trail": sentMail.trail,
      "alerting.alert.list": async ({ objectId }) => ({
        items: alertSamples.filter(({ object }) => [undefined, object.id].includes(objectId)),
        next: null,
      }),
      "alerting.alert.get": async ({ id }) => {
        const found = alertSamples.find((alert) => alert.id === id);
        if (!found) throw new ProblemError("NOT_FOUND", `There is no alert ${id}.`);
        return found;
      },
      "config.mailbox.get": async ({ id }) => find(id),
      "config.mailbox.find": async ({ address }) => find(address),
      "config.mailbox.list": async ({ ids }) => ({
        items: [doubles.mailbox, otherMailbox].filter(({ id }) => ids === undefined || ids.includes(id)),
        next: null,
      }),
      "config.mailbox.history": async () => ({ items: [] }),
      "config.profile.get": async ({ id: profileId }) => {
        const found = [doubles.profile, profileSample, notYours].find((profile) => profile.id === profileId);
        if (!found) throw new ProblemError("NOT_FOUND", `There is no profile ${profileId}.`);
        return found;
      },
      "config.profile.list": async () => ({
        items: [
          ...[doubles.profile, profileSample],
          { ...profileSample, id: "pf_asleep01", name: "Asleep", active: false },
          notYours,
        ],
        next: null,
      }),
      "config.mailbox.test": async ({ id }) => find(id),
      "config.mailbox.disable": async (input) => {
        doubles.disabled.push(input);
        return find(input.id);
      },
      "config.mailbox.test-and-enable": async (input) => {
        doubles.tested.push(input);
        return find(input.id);
      },
      "config.settings.get": async () => ({ ...settingsSample, selfApproval: true }),
      "config.mailbox.send-code": async (input) => ({ sentTo: find(input.id).address, endsAt: doubles.at }),
      "config.mailbox.approve-by-code": async (input) => {
        const mailbox = find(input.id);
        if (input.code !== goodCode) throw new ProblemError("CODE_NOT_GOOD", "The code is wrong.");
        if (mailbox === doubles.mailbox)
          doubles.mailbox = { ...mailbox, approval: { ...mailbox.approval, state: "approved" } };
        return find(input.id);
      },
      "config.mailbox.update": async (input) => {
        doubles.updated.push(input);
        return find(input.id);
      },
      "config.consent.begin": async (input) => {
        doubles.begun.push(input);
        const endsAt = doubles.at + 600_000;
        if (input.stateHash)
          consents.set(input.stateHash, { ...input, endsAt, taken: false, ownership: find(input.mailboxId).ownership });
        const query = new URLSearchParams({ response_type: "code", code_challenge: input.challenge ?? "" });
        const authorizationUrl = input.flow === "code" ? `${doubleIssuer}/o/oauth2/v2/auth?${query}` : null;
        return { consentId: input.consentId, expiresAt: endsAt, authorizationUrl, deviceOffered: true };
      },
      "config.consent.take": async ({ stateHash, browserHash, issuer }) => {
        const consent = consents.get(stateHash);
        if (!consent) throw new ProblemError("STATE_UNKNOWN", "This sign-in was not begun here.");
        if (consent.browserHash !== browserHash)
          throw new ProblemError("REDIRECT_FROM_ANOTHER_BROWSER", "This sign-in began in another browser.");
        if (consent.taken) throw new ProblemError("STATE_REPLAYED", "This sign-in has already been completed.");
        if (consent.endsAt <= doubles.at) throw new ProblemError("STATE_EXPIRED", "The sign-in took too long.");
        if (issuer !== undefined && issuer !== doubleIssuer)
          throw new ProblemError("REDIRECT_FROM_ANOTHER_ORIGIN", `The sign-in came back from ${issuer}.`);
        consent.taken = true;
        const { consentId, mailboxId, ownership } = consent;
        return { consentId, mailboxId, ownership, address: find(mailboxId).address };
      },
      "config.consent.get": async ({ consentId }) => {
        const consent = doubles.begun.find((one) => one.consentId === consentId);
        if (!consent) throw new ProblemError("NOT_FOUND", `There is no consent ${consentId}.`);
        const { mailboxId, by } = consent;
        const client = {
          provider: "google" as const,
          flow: "sign-in" as const,
          clientId: "client-1",
          clientAuthentication: "secret" as const,
          secret: null,
          issuer: doubleIssuer,
          authorizationEndpoint: `${doubleIssuer}/auth`,
          tokenEndpoint: `${doubleIssuer}/token`,
          deviceAuthorizationEndpoint: null,
          apiUrl: null,
          scopes: [],
        };
        const { address } = find(mailboxId);
        return { consentId, mailboxId, address, by, client, redirectUri: null, verifier: null, device: null };
      },
      "config.grant.get": async () => grantSample,
      "config.grant.remove": async (input) => {
        doubles.removed.push(input);
        return {};
      },
      "inbound-sync.consent.complete": async (input) => {
        doubles.completed.push(input);
        return doubles.outcome();
      },
      "inbound-sync.consent.start-device": async () => ({
        userCode: "WDJB-MJHT",
        verificationUri: "https://example.com/device",
        verificationUriComplete: null,
        expiresAt: doubles.at + 600_000,
        intervalMs: 5000,
      }),
      "inbound-sync.consent.poll-device": async () => ({ state: "done", intervalMs: 0, grant: grantSample }),
    },
  };
  return doubles;
}
