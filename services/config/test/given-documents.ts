import { profile as profileNoun, type RequestArguments, RetryPolicy, requests } from "@mailfleet/contracts";
import { completeProfile } from "../src/complete-profile.ts";
import { initialSettings } from "../src/initial-settings.ts";
import type { World } from "../src/knowledge.ts";
import { newMailbox } from "../src/new-mailbox.ts";
import { newProfile } from "../src/profile-change.ts";

export const at = 1_800_000_000_000;

/** A profile with these settings, as it is kept. */
export const givenProfile = (change: object = {}, id = "pf_0001") =>
  newProfile(
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
  );

/** A world of this profile and the settings of a new organisation. */
export const givenWorld = (profile = givenProfile(), settings: object = {}): World => ({
  profile,
  settings: { v: 1, ...initialSettings, ...settings },
  rhythmV: 1,
  policy: RetryPolicy.parse({}),
});

/** A new mailbox, as it is kept. */
export const givenMailbox = (change: object = {}, world = givenWorld()) =>
  newMailbox(
    requests["config.mailbox.create"].input.parse({
      commandId: "c-1",
      by: "ada",
      id: "mb_0001",
      new: { address: "Sales@example.org", owner: { email: "ada@example.org" }, ...change },
    }) as RequestArguments<"config.mailbox.create">,
    world,
    at,
  );
