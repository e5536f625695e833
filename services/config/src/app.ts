import type { Bus, Consumption, RequestHandlers } from "@mailfleet/bus";
import { consumers, streams } from "@mailfleet/contracts";
import { createBackground } from "./background.ts";
import { approveMailbox } from "./handlers/approve-mailbox.ts";
import { beginConsent } from "./handlers/begin-consent.ts";
import { createJob } from "./handlers/create-job.ts";
import { createMailbox } from "./handlers/create-mailbox.ts";
import { createProfile } from "./handlers/create-profile.ts";
import { deleteMailbox } from "./handlers/delete-mailbox.ts";
import { deleteProfile } from "./handlers/delete-profile.ts";
import { disableMailbox } from "./handlers/disable-mailbox.ts";
import { getConnection } from "./handlers/get-connection.ts";
import { getDestinations } from "./handlers/get-destinations.ts";
import { getJob } from "./handlers/get-job.ts";
import { findMailbox, getMailbox } from "./handlers/get-mailbox.ts";
import { getMailboxHistory } from "./handlers/get-mailbox-history.ts";
import { getProfile } from "./handlers/get-profile.ts";
import { getSettings } from "./handlers/get-settings.ts";
import { setGrant } from "./handlers/keep-grant.ts";
import { listJobs } from "./handlers/list-jobs.ts";
import { listMailboxes } from "./handlers/list-mailboxes.ts";
import { listProfiles } from "./handlers/list-profiles.ts";
import { mailboxEventTypes, onMailboxEvent } from "./handlers/on-mailbox-event.ts";
import { getConsent, keepDeviceConsent } from "./handlers/read-consent.ts";
import { beginRefresh, endRefresh } from "./handlers/refresh-grant.ts";
import { rejectMailbox } from "./handlers/reject-mailbox.ts";
import { resubmitMailbox } from "./handlers/resubmit-mailbox.ts";
import { getGrant, removeGrant } from "./handlers/show-grant.ts";
import { activateMailbox, deactivateMailbox } from "./handlers/switch-mailbox.ts";
import { syncMailboxNow } from "./handlers/sync-mailbox-now.ts";
import { takeConsent } from "./handlers/take-consent.ts";
import { testMailbox } from "./handlers/test-mailbox.ts";
import { updateMailbox } from "./handlers/update-mailbox.ts";
import { switchProfile, updateProfile } from "./handlers/update-profile.ts";
import { updateSettings } from "./handlers/update-settings.ts";
import { createKnowledge } from "./knowledge.ts";
import type { Parts } from "./parts.ts";
import type { Ports } from "./ports.ts";
import { createRelay } from "./relay.ts";
import { createRunJob } from "./run-job.ts";
import { createSpreadProfile } from "./spread-profile.ts";
import { createSpreadRhythm } from "./spread-rhythm.ts";
import { createStepMailbox, StepConflict } from "./step-mailbox.ts";
import { defaultSweepTimes, type SweepTimes, startSweeps } from "./sweeps.ts";

/** What the service is started with. */
export interface AppOptions {
  readonly ports: Omit<Ports, "bus">;
  readonly bus: Bus;
  /** True for an error that only means that MongoDB is away. */
  isOutage(error: unknown): boolean;
  readonly sweepTimes?: SweepTimes;
}

const concurrency = 32;

/** Builds what the handlers work with. `signal` ends background work. */
export function createParts(ports: Ports, signal: AbortSignal): Parts {
  const knowledge = createKnowledge(ports);
  const relay = createRelay(ports);
  const step = createStepMailbox(ports, knowledge, relay);
  const spread = createSpreadProfile(ports, knowledge, step);
  const spreadRhythm = createSpreadRhythm(ports, knowledge, step);
  const background = createBackground(ports.logger, signal);
  return { ports, knowledge, relay, step, spread, spreadRhythm, runJob: createRunJob(ports, step, signal), background };
}

/** Every request that `config` answers. */
export function requestHandlers(parts: Parts): RequestHandlers {
  return {
    "config.profile.create": createProfile(parts),
    "config.profile.get": getProfile(parts),
    "config.profile.list": listProfiles(parts),
    "config.profile.update": updateProfile(parts),
    "config.profile.destinations": getDestinations(parts),
    "config.profile.activate": switchProfile(parts, true),
    "config.profile.deactivate": switchProfile(parts, false),
    "config.profile.delete": deleteProfile(parts),
    "config.mailbox.create": createMailbox(parts),
    "config.mailbox.get": getMailbox(parts),
    "config.mailbox.list": listMailboxes(parts),
    "config.mailbox.update": updateMailbox(parts),
    "config.mailbox.delete": deleteMailbox(parts),
    "config.mailbox.approve": approveMailbox(parts),
    "config.mailbox.reject": rejectMailbox(parts),
    "config.mailbox.resubmit": resubmitMailbox(parts),
    "config.mailbox.find": findMailbox(parts),
    "config.mailbox.test": testMailbox(parts, false),
    "config.mailbox.test-and-enable": testMailbox(parts, true),
    "config.mailbox.disable": disableMailbox(parts),
    "config.mailbox.activate": activateMailbox(parts),
    "config.mailbox.deactivate": deactivateMailbox(parts),
    "config.mailbox.sync-now": syncMailboxNow(parts),
    "config.mailbox.history": getMailboxHistory(parts),
    "config.connection.get": getConnection(parts),
    "config.consent.begin": beginConsent(parts),
    "config.consent.take": takeConsent(parts),
    "config.consent.get": getConsent(parts),
    "config.consent.keep-device": keepDeviceConsent(parts),
    "config.grant.set": setGrant(parts),
    "config.grant.get": getGrant(parts),
    "config.grant.remove": removeGrant(parts),
    "config.grant.begin-refresh": beginRefresh(parts),
    "config.grant.end-refresh": endRefresh(parts),
    "config.settings.get": getSettings(parts),
    "config.settings.update": updateSettings(parts),
    "config.job.create": createJob(parts),
    "config.job.get": getJob(parts),
    "config.job.list": listJobs(parts),
  };
}

/** Declares what it uses, answers, listens and sweeps. `stop` finishes what is under way; the bus is the caller's. */
export async function startApp({ ports: given, bus, isOutage, sweepTimes }: AppOptions): Promise<{
  readonly parts: Parts;
  stop(): Promise<void>;
}> {
  const ending = new AbortController();
  const ports: Ports = { ...given, bus };
  const parts = createParts(ports, ending.signal);
  const { MAILBOX, RUNS, TIMERS, FACTS, DEAD } = streams;
  await bus.declare([MAILBOX, RUNS, TIMERS, FACTS, DEAD], [consumers.configEvents]);
  const handle = onMailboxEvent(parts);
  const consumption: Consumption = await bus.consume(consumers.configEvents, {
    types: mailboxEventTypes,
    concurrency,
    keyOf: (message) => message.body.mailboxId,
    // Others were faster four times: that is no fault of the message, and never a reason to set it aside.
    isOutage: (error) => isOutage(error) || error instanceof StepConflict,
    handle: (message) => handle(message),
  });
  await bus.respond(requestHandlers(parts));
  const sweeping = startSweeps(parts, sweepTimes ?? defaultSweepTimes, ending.signal);
  return {
    parts,
    async stop() {
      ending.abort(new Error("the service stops"));
      await Promise.all([consumption.stop(), sweeping, parts.background.ended()]);
    },
  };
}
