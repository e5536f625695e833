import type { Failure } from "@mailfleet/contracts";
import { type ComposedMessage, domainOf } from "@mailfleet/mime";
import type { AlertDocument } from "../alert/document.ts";
import type { AlertingPorts } from "../ports.ts";
import type { NoticeChannel, UsableSettings } from "./channel.ts";
import { composeNotice } from "./compose.ts";
import { noticeFailure } from "./failure.ts";
import { drop, noteSent, putOff, recipientsRefused, serverFailed } from "./outcomes.ts";
import { successRecipients } from "./recipients.ts";
import { serverWorks } from "./server-state.ts";
import { successMail } from "./text.ts";

/** What one address is told. */
interface Share {
  readonly address: string;
  readonly alerts: AlertDocument[];
}

/**
 * Tells each owner in one mail of all that passed. False: the mail server or `config` does not work; what was not told is
 * due again.
 */
export async function sendSuccesses(
  ports: AlertingPorts,
  settings: UsableSettings,
  alerts: readonly AlertDocument[],
  open: () => Promise<NoticeChannel>,
): Promise<boolean> {
  const waiting = await sharesOf(ports, settings, alerts);
  if (!waiting) return false;
  const reached = new Set<AlertDocument>();
  const refused: { address: string; reply: string }[] = [];
  for (let share = waiting.shift(); share; share = waiting.shift()) {
    const mail = await composed(ports, settings, share);
    const failure = mail && (await send(mail, open));
    if (failure && failure.code !== "RECIPIENT_REFUSED") {
      const untold = new Set([share, ...waiting].flatMap((one) => one.alerts));
      await serverFailed(ports, settings, [...untold], failure);
      return false;
    }
    // Else the address is wrong, not the server: the others are told.
    if (failure) refused.push({ address: share.address, reply: failure.evidence?.reply ?? "" });
    else if (mail) for (const alert of share.alerts) reached.add(alert);
    for (const alert of share.alerts.filter((one) => !waiting.some((later) => later.alerts.includes(one))))
      await (reached.has(alert) ? noteSent(ports, alert, "raised") : drop(ports, alert, "failed"));
  }
  if (refused.length > 0) await recipientsRefused(ports, settings, refused);
  else if (reached.size > 0) await serverWorks(ports);
  return true;
}

/** The mail to one owner; `null`: it cannot be composed, which is not the mail server's fault. */
async function composed(
  { logger, now }: AlertingPorts,
  settings: UsableSettings,
  { address, alerts }: Share,
): Promise<ComposedMessage | null> {
  try {
    const mail = successMail(alerts, address, domainOf(settings.from));
    return await composeNotice({ ...settings, to: [address] }, mail, now());
  } catch (error) {
    logger.error({ alert: alerts[0]?._id, err: error }, "no mail can be composed for this owner");
    return null;
  }
}

/** Hands one mail over; `null` if it left. */
async function send(mail: ComposedMessage, open: () => Promise<NoticeChannel>): Promise<Failure | null> {
  try {
    await (await open()).send(mail);
    return null;
  } catch (error) {
    return noticeFailure(error);
  }
}

/** Who is told of what; what nobody is told of is done with. `null`: `config` does not answer, and all is put off. */
async function sharesOf(
  ports: AlertingPorts,
  settings: UsableSettings,
  alerts: readonly AlertDocument[],
): Promise<Share[] | null> {
  const shares = new Map<string, Share>();
  try {
    for (const alert of alerts) {
      const to = await successRecipients(ports, settings, alert);
      if (to.length === 0) await drop(ports, alert, "none");
      for (const address of to) {
        const share = shares.get(address.toLowerCase()) ?? { address, alerts: [] };
        share.alerts.push(alert);
        shares.set(address.toLowerCase(), share);
      }
    }
    return [...shares.values()];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    ports.logger.warn({ alerts: alerts.length, reason }, "owners are not told yet that test and enable passed");
    for (const alert of alerts) await putOff(ports, alert, ports.now() + ports.retryMs);
    return null;
  }
}
