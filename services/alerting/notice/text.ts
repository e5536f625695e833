import type { Language } from "@mailfleet/contracts";
import { idFrom } from "@mailfleet/kit";
import type { ShownAlert } from "../alert/document.ts";
import type { ShownIncident } from "../incident/document.ts";
import type { NoticeKind } from "./decide.ts";
import type { Catalogue } from "./languages/catalogue.ts";
import { catalogues, meaningIn, say } from "./languages/languages.ts";
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

/** How a mail is written. */
export interface Letter {
  /** Of the sender: part of the Message-ID. */
  readonly domain: string;
  readonly language: Language;
  /** Where people reach the console; absent if the installation does not say it. */
  readonly consoleUrl?: string | undefined;
}

/**
 * What happened, to which mailboxes, in the server's own words, and what to do now. The same notice is always the same mail.
 * `alerts` are those that are raised, or when it is over the last one.
 */
export function incidentMail(
  incident: ShownIncident,
  alerts: readonly ShownAlert[],
  kind: NoticeKind,
  { domain, language, consoleUrl }: Letter,
): NoticeMail {
  const to = catalogues[language];
  const { words } = to;
  const [first] = alerts;
  const one = incident.most === 1 ? first : undefined;
  const about = one
    ? subjectOf(to, one)
    : `${words[incident.object.type]} ${incident.object.label ?? incident.object.id}`;
  // In each language it is another mail.
  const tongue = language === "en" ? "" : `.${language}`;
  const messageIdOf = (what: NoticeKind, episode: number) => `<${incident._id}.${episode}.${what}${tongue}@${domain}>`;
  const told = incident.notice.toldEpisode;
  const blocks = [
    ...(kind === "escalated" ? [{ text: words.nobodyAcknowledged }] : []),
    ...(kind === "cleared"
      ? clearedBlocks(to, incident, about)
      : [
          ...(one ? raisedBlocks(to, one, about) : gatheredBlocks(to, incident, alerts, about)),
          {
            fields: {
              [words.incident]: incident._id,
              [words.code]: incident.code,
              [words.show]: `mailfleet incident show ${incident._id}`,
            },
          },
          { text: words.onceEach },
        ]),
    ...(consoleUrl === undefined ? [] : [{ fields: { [words.page]: consoleUrl } }]),
  ];
  const begin = { raised: words[incident.severity], escalated: words.escalated, cleared: words.cleared }[kind];
  const many = one || incident.alerts < 2 ? "" : ` (${say(to, "alertsCounted", { count: incident.alerts })})`;
  return {
    messageId: messageIdOf(kind, kind === "raised" ? incident.episode : told),
    ...(kind === "raised" ? {} : { inReplyTo: messageIdOf("raised", told) }),
    subject: oneLine(`[Mailfleet] ${begin}: ${about}: ${meaningIn(to, incident).text}${many}`),
    text: textOf(blocks),
    html: htmlOf(blocks, language),
    headers: { ...automaticHeaders, "X-Mailfleet-Incident": incident._id },
  };
}

/** That mailboxes passed test and enable, what of each works since when, and what happens next. For one owner. */
export function successMail(
  alerts: readonly ShownAlert[],
  to: string,
  { domain, language, consoleUrl }: Letter,
): NoticeMail {
  const [first] = alerts;
  const catalogue = catalogues[language];
  const { words } = catalogue;
  const meaning = first ? meaningIn(catalogue, first) : { text: "", remedy: "" };
  const sentence = alerts.length === 1 ? meaning.text : say(catalogue, "passed", { count: alerts.length });
  const nameOf = ({ object }: ShownAlert) => object.label ?? object.id;
  const blocks: Block[] = [
    { text: sentence, strong: true },
    { fields: Object.fromEntries(alerts.slice(0, mostListed).map((alert) => [nameOf(alert), alert.detail])) },
    ...(alerts.length > mostListed ? [{ text: say(catalogue, "more", { count: alerts.length - mostListed }) }] : []),
    { heading: words.whatToDo, text: meaning.remedy },
    { text: words.onceForEachTest },
    ...(consoleUrl === undefined ? [] : [{ fields: { [words.page]: consoleUrl } }]),
  ];
  const about = first && alerts.length === 1 ? `${subjectOf(catalogue, first)}: ` : "";
  const id = idFrom("al", JSON.stringify([to, ...alerts.map(({ _id, episode }) => [_id, episode])]));
  return {
    messageId: `<${id}.passed@${domain}>`,
    subject: oneLine(`[Mailfleet] ${words.information}: ${about}${sentence}`),
    text: textOf(blocks),
    html: htmlOf(blocks, language),
    headers: { ...automaticHeaders, "X-Mailfleet-Alert": first?._id ?? "" },
  };
}

/** The server's words about one alert. */
function evidenceBlock({ words }: Catalogue, { evidence }: ShownAlert): Block {
  return {
    fields: {
      [words.serverSaid]: evidence?.reply,
      [words.inAnswerTo]: evidence?.command,
      [words.server]: evidence?.host ? `${evidence.host}${evidence.port ? `:${evidence.port}` : ""}` : undefined,
      [words.systemCode]: evidence?.systemCode,
    },
  };
}

function raisedBlocks(to: Catalogue, alert: ShownAlert, about: string): Block[] {
  const { words } = to;
  const { text, remedy } = meaningIn(to, alert);
  const times = say(to, "times", { count: alert.count, time: time(alert.lastAt) });
  return [
    { text, strong: true },
    {
      fields: {
        [words.about]: about,
        [words.details]: alert.detail,
        [words.since]: time(alert.firstAt),
        [words.howOften]: alert.count > 1 ? times : undefined,
      },
    },
    evidenceBlock(to, alert),
    { heading: words.whatToDo, text: remedy },
  ];
}

/** Many alerts of one cause: what they share, one as an example, and whom they concern. */
function gatheredBlocks(to: Catalogue, incident: ShownIncident, alerts: readonly ShownAlert[], about: string): Block[] {
  const { words } = to;
  const { text, remedy } = meaningIn(to, incident);
  const [example] = alerts;
  const names = [...new Set(alerts.map(({ object }) => object.label ?? object.id))].slice(0, mostListed);
  const more =
    incident.alerts > alerts.length ? `, ${say(to, "moreAlerts", { count: incident.alerts - alerts.length })}` : "";
  return [
    { text, strong: true },
    {
      fields: {
        [words.about]: about,
        [words.alerts]: String(incident.alerts),
        [words.servers]: incident.hosts.join(", "),
        [words.since]: time(incident.firstAt),
        [words.mailboxes]: `${names.join(", ")}${more}`,
      },
    },
    ...(example ? [evidenceBlock(to, example)] : []),
    { heading: words.whatToDo, text: remedy },
  ];
}

function clearedBlocks(to: Catalogue, incident: ShownIncident, about: string): Block[] {
  const { words } = to;
  return [
    { text: words.isOver },
    { text: meaningIn(to, incident).text, strong: true },
    {
      fields: {
        [words.about]: about,
        [words.since]: time(incident.firstAt),
        [words.overSince]: time(incident.clearedAt ?? incident.changedAt),
        [words.howManyAlerts]: incident.most > 1 ? say(to, "atMost", { count: incident.most }) : undefined,
      },
    },
    { text: words.nothingToDo },
    { fields: { [words.incident]: `${incident._id} (${incident.code})` } },
  ];
}

function subjectOf({ words }: Catalogue, { object }: ShownAlert): string {
  const name = object.label ?? object.id;
  return `${words[object.type]} ${name}${object.direction ? ` (${object.direction})` : ""}`;
}

const time = (at: number) => new Date(at).toISOString();

/** A subject is one line of at most 200 characters, whatever a label or a server's text contains. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\s]+/gu, " ").slice(0, 200);
}
