import { profile as profileNoun, type RequestArguments, RetryPolicy, requests } from "@mailfleet/contracts";
import type { StoredMailbox } from "../mailbox/body.ts";
import { newMailbox } from "../mailbox/new-mailbox.ts";
import type { World } from "../mailbox/world.ts";
import type { StoredProfile } from "../profile/body.ts";
import { completeProfile } from "../profile/complete-profile.ts";
import { newProfile } from "../profile/profile-change.ts";
import { initialSettings, shownSettings } from "../settings/body.ts";

export const at = 1_800_000_000_000;

/** What the kit keeps beside the body of a new document. */
const frame = (id: string) =>
  ({ _id: id, v: 1, handled: [], outbox: [], createdAt: at, changedAt: at, living: true }) as const;

/** A profile with these settings, as it is kept. */
export const givenProfile = (change: object = {}, id = "pf_0001"): StoredProfile => ({
  ...newProfile(
    id,
    completeProfile(
      profileNoun.New.parse({
        name: "Sales",
        inbound: { protocol: "imap", host: "imap.example.org", port: 993, security: "tls" },
        outbound: { protocol: "smtp", host: "smtp.example.org", port: 587, security: "starttls" },
        ...change,
      }),
    ),
    {},
    at,
  ),
  ...frame(id),
});

/** A world of this profile and the settings of a new organisation. */
export const givenWorld = (profile = givenProfile(), settings: object = {}): World => ({
  profile,
  settings: { v: 1, ...shownSettings({ settings: initialSettings }), ...settings },
  rhythmV: 1,
  policy: RetryPolicy.parse({}),
});

/** A new mailbox, as it is kept. */
export const givenMailbox = (change: object = {}, world = givenWorld()): StoredMailbox => {
  const input = requests["config.mailbox.create"].input.parse({
    commandId: "c-1",
    by: "ada",
    id: "mb_0001",
    new: { address: "Sales@example.org", owner: { email: "ada@example.org" }, ...change },
  }) as RequestArguments<"config.mailbox.create">;
  return { ...newMailbox(input, world, at).body, ...frame("mb_0001") };
};
