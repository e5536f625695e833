import type { AlertDocument } from "@mailfleet/store";

/** A mail as plain text. */
export interface NoticeMail {
  readonly messageId: string;
  /** The mail that this one answers, so that recovery stands below its alert. */
  readonly inReplyTo?: string;
  readonly subject: string;
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
}

const words = { error: "Error", warning: "Warning", information: "Information" } as const;

/** What happened, to which mailbox, in the server's own words, and what to do now. The same notice is always the same mail. */
export function noticeMail(alert: AlertDocument, kind: "raised" | "cleared", domain: string): NoticeMail {
  const about = subjectOf(alert);
  const messageIdOf = (what: string, episode: number) => `<${alert._id}.${episode}.${what}@${domain}>`;
  const told = alert.notice.toldEpisode;
  const headers = {
    "Auto-Submitted": "auto-generated",
    "X-Auto-Response-Suppress": "All",
    "X-Mailfleet-Alert": alert._id,
  };
  return kind === "raised"
    ? {
        messageId: messageIdOf(kind, alert.episode),
        subject: oneLine(`[Mailfleet] ${words[alert.severity]}: ${about}: ${alert.text}`),
        text: raisedText(alert, about),
        headers,
      }
    : {
        messageId: messageIdOf(kind, told),
        inReplyTo: messageIdOf("raised", told),
        subject: oneLine(`[Mailfleet] Recovered: ${about}: ${alert.text}`),
        text: clearedText(alert, about),
        headers,
      };
}

function raisedText(alert: AlertDocument, about: string): string {
  const { evidence } = alert;
  const server = evidence?.host ? `${evidence.host}${evidence.port ? `:${evidence.port}` : ""}` : undefined;
  return paragraphs(
    alert.text,
    lines({
      About: about,
      Details: alert.detail,
      Since: time(alert.firstAt),
      "How often": alert.count > 1 ? `${alert.count} times, last ${time(alert.lastAt)}` : undefined,
    }),
    evidence &&
      lines({
        "What the server said": evidence.reply,
        "In answer to": evidence.command,
        Server: server,
        "System code": evidence.systemCode,
      }),
    `What to do now:\n${alert.remedy}`,
    lines({ Alert: `${alert._id} (${alert.code})` }),
    "You get one mail when this begins and one when it is over, however often it repeats.",
  );
}

function clearedText(alert: AlertDocument, about: string): string {
  return paragraphs(
    "This is over:",
    alert.text,
    lines({
      About: about,
      Since: time(alert.firstAt),
      "Over since": time(alert.clearedAt ?? alert.lastAt),
      "How often": alert.count > 1 ? `${alert.count} times` : undefined,
    }),
    "Nothing is to be done now.",
    lines({ Alert: `${alert._id} (${alert.code})` }),
  );
}

function subjectOf({ object }: AlertDocument): string {
  const name = object.label ?? object.id;
  return `${object.type} ${name}${object.direction ? ` (${object.direction})` : ""}`;
}

function lines(fields: Record<string, string | null | undefined>): string {
  return Object.entries(fields)
    .filter(([, value]) => value)
    .map(([name, value]) => `${name}: ${value}`)
    .join("\n");
}

function paragraphs(...parts: (string | null | undefined)[]): string {
  return `${parts.filter(Boolean).join("\n\n")}\n`;
}

const time = (at: number) => new Date(at).toISOString();

/** A subject is one line of at most 200 characters, whatever a label or a server's text brings along. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\s]+/gu, " ").slice(0, 200);
}
