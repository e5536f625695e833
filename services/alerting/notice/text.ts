import { idFrom } from "@mailfleet/kit";
import type { ShownAlert } from "../alert/document.ts";
import type { ShownIncident } from "../incident/document.ts";
import type { NoticeKind } from "./decide.ts";
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

/** A mail names up to this many mailboxes and counts the others. */
export const mostListed = 100;

const words = { error: "Error", warning: "Warning", information: "Information" } as const;

/**
 * What happened, to which mailboxes, in the server's own words, and what to do now. The same notice is always the same mail.
 * `alerts` are those that are raised, or when it is over the last one.
 */
export function incidentMail(
  incident: ShownIncident,
  alerts: readonly ShownAlert[],
  kind: NoticeKind,
  domain: string,
): NoticeMail {
  const [first] = alerts;
  const one = incident.most === 1 ? first : undefined;
  const about = one ? subjectOf(one) : `${incident.object.type} ${incident.object.label ?? incident.object.id}`;
  const messageIdOf = (what: NoticeKind, episode: number) => `<${incident._id}.${episode}.${what}@${domain}>`;
  const told = incident.notice.toldEpisode;
  const blocks = [
    ...(kind === "escalated" ? [{ text: "Nobody has acknowledged this yet." }] : []),
    ...(kind === "cleared"
      ? clearedBlocks(incident, about)
      : [
          ...(one ? raisedBlocks(one, about) : gatheredBlocks(incident, alerts, about)),
          { fields: { Incident: incident._id, Code: incident.code, Show: `mailfleet incident show ${incident._id}` } },
          { text: "You get one mail when this begins and one when it is over, however often it repeats." },
        ]),
  ];
  const begin = { raised: words[incident.severity], escalated: "Still not repaired", cleared: "Recovered" }[kind];
  const many = one || incident.alerts < 2 ? "" : ` (${incident.alerts} alerts)`;
  return {
    messageId: messageIdOf(kind, kind === "raised" ? incident.episode : told),
    ...(kind === "raised" ? {} : { inReplyTo: messageIdOf("raised", told) }),
    subject: oneLine(`[Mailfleet] ${begin}: ${about}: ${incident.text}${many}`),
    text: textOf(blocks),
    html: htmlOf(blocks),
    headers: { ...automaticHeaders, "X-Mailfleet-Incident": incident._id },
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

/** The server's words about one alert. */
function evidenceBlock({ evidence }: ShownAlert): Block {
  return {
    fields: {
      "What the server said": evidence?.reply,
      "In answer to": evidence?.command,
      Server: evidence?.host ? `${evidence.host}${evidence.port ? `:${evidence.port}` : ""}` : undefined,
      "System code": evidence?.systemCode,
    },
  };
}

function raisedBlocks(alert: ShownAlert, about: string): Block[] {
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
    evidenceBlock(alert),
    { heading: "What to do now:", text: alert.remedy },
  ];
}

/** Many alerts of one cause: what they share, one as an example, and whom they concern. */
function gatheredBlocks(incident: ShownIncident, alerts: readonly ShownAlert[], about: string): Block[] {
  const [example] = alerts;
  const names = [...new Set(alerts.map(({ object }) => object.label ?? object.id))].slice(0, mostListed);
  const more = incident.alerts > alerts.length ? `, and ${incident.alerts - alerts.length} more alerts` : "";
  return [
    { text: incident.text, strong: true },
    {
      fields: {
        About: about,
        Alerts: String(incident.alerts),
        Servers: incident.hosts.join(", "),
        Since: time(incident.firstAt),
        Mailboxes: `${names.join(", ")}${more}`,
      },
    },
    ...(example ? [evidenceBlock(example)] : []),
    { heading: "What to do now:", text: incident.remedy },
  ];
}

function clearedBlocks(incident: ShownIncident, about: string): Block[] {
  return [
    { text: "This is over:" },
    { text: incident.text, strong: true },
    {
      fields: {
        About: about,
        Since: time(incident.firstAt),
        "Over since": time(incident.clearedAt ?? incident.changedAt),
        "How many alerts": incident.most > 1 ? `at most ${incident.most} at the same time` : undefined,
      },
    },
    { text: "You need not do anything now." },
    { fields: { Incident: `${incident._id} (${incident.code})` } },
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
