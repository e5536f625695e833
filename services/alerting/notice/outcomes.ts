import type { Submitted } from "@mailfleet/connector-api";
import { type Evidence, type Failure, failureCodes, failureOf } from "@mailfleet/contracts";
import { failureFields } from "@mailfleet/kit";
import type { AlertingPorts } from "../ports.ts";
import { changeNotice } from "./change-notice.ts";
import type { UsableSettings } from "./channel.ts";
import { noticeDropped, noticePutOff, noticeSent, type TakenNotice } from "./decide.ts";
import { pauseMs } from "./failure.ts";
import { isIncident, type Noticing } from "./noticing.ts";
import { noticeRemedy } from "./remedy.ts";
import { serverObject } from "./server-state.ts";

const fieldsOf = (one: Noticing) => ({ [isIncident(one) ? "incident" : "alert"]: one._id, code: one.code });

/** The mail was sent. */
export async function noteSent(ports: AlertingPorts, taken: Noticing, kind: TakenNotice["kind"]): Promise<void> {
  const sent = { kind, episode: taken.episode };
  await changeNotice(ports, taken, `sent/${taken.v}`, (one) => noticeSent(one, sent, ports.now(), ports));
  ports.logger.info({ ...fieldsOf(taken), kind }, "notice sent");
  ports.metrics.notices.inc({ outcome: "sent" });
}

/** The notice is due again at this time; `addresses` need not be told any more. */
export function putOff(
  ports: AlertingPorts,
  taken: Noticing,
  due: number,
  addresses: readonly string[] = [],
): Promise<void> {
  const { episode } = taken;
  return changeNotice(ports, taken, `put-off/${taken.v}`, (one) => noticePutOff(one, due, { episode, addresses }));
}

/** People do not want mail before this time. The notice is not given up for that. */
export function keepBack(ports: AlertingPorts, taken: Noticing, until: number): Promise<void> {
  return changeNotice(ports, taken, `kept-back/${taken.v}`, (one) => {
    const after = noticePutOff(one, until);
    return after?.notice.pending ? { ...after, notice: { ...after.notice, since: until } } : after;
  });
}

/** Gives a notice up. */
export function drop(ports: AlertingPorts, taken: Noticing, state: "none" | "failed"): Promise<void> {
  const { episode } = taken;
  return changeNotice(ports, taken, `dropped/${taken.v}`, (one) =>
    noticeDropped(one, state, { episode, now: ports.now() }),
  );
}

/** The mail server did not take a mail: all replicas wait, and the wall says why. */
export async function serverFailed(
  ports: AlertingPorts,
  settings: UsableSettings,
  taken: readonly Noticing[],
  failure: Failure,
  settledOf: (one: never) => readonly string[] = () => [],
) {
  const { mailServer, logger, metrics, now } = ports;
  const failures = (await mailServer.get()).failures + 1;
  const pausedUntil = now() + pauseMs(failure, failures, ports.retryMs);
  await mailServer.set({ failures, pausedUntil });
  for (const one of taken) await putOff(ports, one, now(), settledOf(one as never));
  logger.warn(
    { ...(taken[0] && fieldsOf(taken[0])), failures, pausedUntil, ...failureFields(failure) },
    "notice not sent",
  );
  metrics.notices.inc({ outcome: "failed" });
  const next = `Next attempt ${new Date(pausedUntil).toISOString()}.`;
  await sayFailed(ports, settings, failure, next, `relay:failed:${pausedUntil}:${failures}`);
}

/** Some got the mail and some did not. It is not sent again, but an alert says so. */
export async function recipientsRefused(
  ports: AlertingPorts,
  settings: UsableSettings,
  refused: Submitted["rejected"],
) {
  const reply = refused.map(({ address, reply }) => `${address}: ${reply}`).join("; ");
  const failure = failureOf("RECIPIENT_REFUSED", { reply: reply.slice(0, 2000) });
  await ports.mailServer.set({ failures: 1, pausedUntil: 0 });
  await sayFailed(ports, settings, failure, "The other recipients got it.", `relay:refused:${ports.now()}`);
}

async function sayFailed(ports: AlertingPorts, settings: UsableSettings, failure: Failure, next: string, id: string) {
  const { text, remedy } = failureCodes[failure.code];
  const advice = noticeRemedy(failure.code, settings) ?? remedy;
  const detail = `${failure.code}: ${text} ${advice}`.slice(0, 900);
  const evidence: Evidence = { ...placeOf(settings), ...failure.evidence };
  ports.metrics.serverFailures.inc({ code: failure.code });
  const fact = {
    at: ports.now(),
    object: serverObject,
    code: "NOTIFICATION_FAILED",
    detail: `${detail} ${next}`,
    evidence,
  };
  await ports.wall.raise(fact, { id });
}

function placeOf({ mode, relay }: UsableSettings): Evidence {
  return mode === "smtp" && relay ? { host: relay.host.slice(0, 255), port: relay.port } : {};
}
