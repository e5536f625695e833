import { idFrom } from "@mailfleet/kit";
import type { ShownAlert } from "../alert/document.ts";
import { type Block, htmlOf, textOf } from "./mail-blocks.ts";

/** A mail as plain text and as HTML with the same words. */
export interface NoticeMail {
  readonly messageId: string;
  /** The mail that this one answers, so that mail programs show the recovery below its alert. */
  readonly inReplyTo?: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Keeps responders quiet (RFC 3834 §5; the second one is Exchange's). */
export const automaticHeaders = { "Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All" } as const;

/** A mail names so many mailboxes and counts the others. */
const mostListed = 100;

const words = { error: "Error", warning: "Warning", information: "Information" } as const;

/**
 * What happened, to which mailbox, in the server's own words, and what to do now. The same notice is always the same
 * mail.
 */
export function noticeMail(alert: ShownAlert, kind: "raised" | "cleared", domain: string): NoticeMail {
  const about = subjectOf(alert);
  const messageIdOf = (what: string, episode: number) => `<${alert._id}.${episode}.${what}@${domain}>`;
  const told = alert.notice.toldEpisode;
  const raised = kind === "raised";
  const blocks = raised ? raisedBlocks(alert, about) : clearedBlocks(alert, about);
  const begin = raised ? words[alert.severity] : "Recovered";
  return {
    messageId: messageIdOf(kind, raised ? alert.episode : told),
    ...(raised ? {} : { inReplyTo: messageIdOf("raised", told) }),
    subject: oneLine(`[Mailfleet] ${begin}: ${about}: ${alert.text}`),
    text: textOf(blocks),
    html: htmlOf(blocks),
    headers: { ...automaticHeaders, "X-Mailfleet-Alert": alert._id },
  };
}

/** That mailboxes passed test and enable, what of each works since when, and what happens next. For one owner. */
export function successMail(alerts: readonly ShownAlert[], to: string, domain: string): NoticeMail {
  const [first] = alerts;
  const sentence = alerts.length === 1 ? (first?.text ?? "") : `${alerts.length} mailboxes passed test and enable.`;
  const nameOf = ({ object }: ShownAlert) => object.label ?? object.id;
  const blocks: Block[] = [
    { text: sentence, strong: true },
    { fields: Object.fromEntries(alerts.slice(0, mostListed).map((alert) => [nameOf(alert), alert.detail])) },
    ...(alerts.length > mostListed ? [{ text: `And ${alerts.length - mostListed} more.` }] : []),
    { heading: "What to do now:", text: first?.remedy ?? "" },
    {
      text: "You get this mail once for each test and enable that somebody asks for; those of about the same time come in one mail.",
    },
  ];
  const about = first && alerts.length === 1 ? `${subjectOf(first)}: ` : "";
  const id = idFrom("al", JSON.stringify([to, ...alerts.map(({ _id, episode }) => [_id, episode])]));
  return {
    messageId: `<${id}.passed@${domain}>`,
    subject: oneLine(`[Mailfleet] ${words.information}: ${about}${sentence}`),
    text: textOf(blocks),
    html: htmlOf(blocks),
    headers: { ...automaticHeaders, "X-Mailfleet-Alert": first?._id ?? "" },
  };
}

function raisedBlocks(alert: ShownAlert, about: string): Block[] {
  const { evidence } = alert;
  const server = evidence?.host ? `${evidence.host}${evidence.port ? `:${evidence.port}` : ""}` : undefined;
  return [
    { text: alert.text, strong: true },
    {
      fields: {
        About: about,
        Details: alert.detail,
        Since: time(alert.firstAt),
        "How often": alert.count > 1 ? `${alert.count} times, last ${time(alert.lastAt)}` : undefined,
      },
    },
    {
      fields: {
        "What the server said": evidence?.reply,
        "In answer to": evidence?.command,
        Server: server,
        "System code": evidence?.systemCode,
      },
    },
    { heading: "What to do now:", text: alert.remedy },
    { fields: { Alert: `${alert._id} (${alert.code})` } },
    { text: "You get one mail when this begins and one when it is over, however often it repeats." },
  ];
}

function clearedBlocks(alert: ShownAlert, about: string): Block[] {
  return [
    { text: "This is over:" },
    { text: alert.text, strong: true },
    {
      fields: {
        About: about,
        Since: time(alert.firstAt),
        "Over since": time(alert.clearedAt ?? alert.lastAt),
        "How often": alert.count > 1 ? `${alert.count} times` : undefined,
      },
    },
    { text: "You need not do anything now." },
    { fields: { Alert: `${alert._id} (${alert.code})` } },
  ];
}

function subjectOf({ object }: ShownAlert): string {
  const name = object.label ?? object.id;
  return `${object.type} ${name}${object.direction ? ` (${object.direction})` : ""}`;
}

const time = (at: number) => new Date(at).toISOString();

/** A subject is one line of at most 200 characters, whatever a label or a server's text contains. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\s]+/gu, " ").slice(0, 200);
}
