import { consumers, factsAbout, serviceNames, streams } from "@mailfleet/contracts";
import { defineService, every, listen } from "@mailfleet/kit";
import { z } from "zod";
import { checks } from "./checks.ts";
import { collections } from "./collections.ts";
import { beginConsent } from "./consent/begin-consent.ts";
import { getConsent, keepDeviceConsent } from "./consent/read-consent.ts";
import { takeConsent } from "./consent/take-consent.ts";
import { keptErasures } from "./erasure/erasure.ts";
import { runErasures } from "./erasure/run-erasures.ts";
import { announceGrants } from "./grant/announce-grant.ts";
import { getGrant, removeGrant } from "./grant/answer-grant.ts";
import { lookAfterGrants } from "./grant/look-after-grants.ts";
import { beginRefresh, endRefresh } from "./grant/refresh-grant.ts";
import { setGrant } from "./grant/set-grant.ts";
import { keptJobs } from "./job/job.ts";
import { runJobs } from "./job/run-jobs.ts";
import { getConnection } from "./mailbox/connection.ts";
import { countMailboxes } from "./mailbox/count.ts";
import { keptMailboxes } from "./mailbox/mailbox.ts";
import { onReport, reportTypes } from "./mailbox/on-report.ts";
import { rearmTimers } from "./mailbox/rearm.ts";
import { repairs } from "./mailbox/repair.ts";
import { spreadProfiles } from "./mailbox/spread-profiles.ts";
import { spreadRhythm } from "./mailbox/spread-rhythm.ts";
import { createWorlds } from "./mailbox/world.ts";
import type { Ports } from "./ports.ts";
import { keptProfiles } from "./profile/profile.ts";
import { warnOfSecrets } from "./profile/warn-of-secrets.ts";
import { watchFailing } from "./profile/watch-failing.ts";
import { keptSettings } from "./settings/settings.ts";

/** Keeps profiles, mailboxes, settings, consents and jobs, and runs the mailboxes' machine. */
export const config = defineService<Ports, "worlds">()({
  name: "config",
  environment: {
    /** Where people reach the console: alerts about consents hold a link to sign in again. */
    MAILFLEET_CONSOLE_URL: z.url({ protocol: /^https?$/ }).optional(),
    /** How long after the first round of an erasure what came late is removed, milliseconds. */
    MAILFLEET_ERASE_SETTLE_MS: z.coerce.number().int().min(0, "must be at least 0").default(600_000),
  },
  collections: Object.values(collections),
  asks: [
    "inbound-sync.connection-test.run",
    "outbound-send.connection-test.run",
    "alerting.notification-settings.send-code",
    ...serviceNames.map((service) => `${service}.traces.erase` as const),
  ],
  erasesMessages: true,
  publishes: [...factsAbout("mailbox", "profile", "job"), ...streams.RUNS.subjects, ...streams.TIMERS.subjects],
  derives: (ports) => ({ worlds: createWorlds(ports) }),
  keeps: [keptSettings, keptProfiles, keptMailboxes, keptJobs, keptErasures],
  answers: {
    "config.connection.get": getConnection,
    "config.consent.begin": beginConsent,
    "config.consent.take": takeConsent,
    "config.consent.get": getConsent,
    "config.consent.keep-device": keepDeviceConsent,
    "config.grant.set": setGrant,
    "config.grant.get": getGrant,
    "config.grant.remove": removeGrant,
    "config.grant.begin-refresh": beginRefresh,
    "config.grant.end-refresh": endRefresh,
  },
  listens: [
    listen(consumers.configEvents, {
      types: reportTypes,
      concurrency: 32,
      keyOf: ({ body }) => body.mailboxId,
      handle: onReport,
    }),
  ],
  ticks: {
    "spread-profiles": every(15_000, spreadProfiles),
    "spread-rhythm": every(15_000, spreadRhythm),
    timers: every(30_000, rearmTimers),
    jobs: every(5000, runJobs),
    erasures: every(2000, runErasures),
    grants: every(5000, announceGrants),
    consents: every(60_000, lookAfterGrants),
    secrets: every(60_000, warnOfSecrets),
    failing: every(60_000, watchFailing),
    count: every(15_000, countMailboxes),
  },
  checks,
  erases: ({ traces }, mailbox) => traces.erase(mailbox),
  repairs,
});
