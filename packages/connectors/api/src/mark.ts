import { foreignWords } from "./foreign-words.ts";

/**
 * Which organisation synchronises a mailbox's appointments, contacts and tasks. It is kept in the mailbox itself, so that a
 * second installation finds it (Dynamics 365: `isactsyncorgflagset`).
 */
export interface Mark {
  /** Id of the organisation, that is of the installation. */
  readonly organisation: string;
  /** What its people call it. */
  readonly name?: string;
  /** When it was left, milliseconds since the epoch; absent: it does not say. */
  readonly since?: number;
}

/**
 * A named property of the calendar folder, in the set that everybody may use (MS-OXPROPS §1.3.2, PS_PUBLIC_STRINGS). Exchange
 * keeps it when a mailbox moves, and EWS and Graph show the same one.
 */
export const markProperty = {
  set: "00020329-0000-0000-c000-000000000046",
  name: "MailfleetOrganisation",
} as const;

/** Longer text is no mark of ours. */
const LONGEST = 1000;
const LONGEST_NAME = 100;

/** A mark as it is kept. */
export function markText({ organisation, name, since }: Mark): string {
  return JSON.stringify({ organisation, name, since: since === undefined ? undefined : new Date(since).toISOString() });
}

/** What is kept as a mark. Text that no Mailfleet wrote is somebody else's mark: nobody knows what it means. */
export function readMark(text: string): Mark {
  const { organisation, name, since } = text.length <= LONGEST ? objectIn(text) : {};
  if (typeof organisation !== "string" || organisation === "") return { organisation: foreignWords(text) || "unnamed" };
  const at = typeof since === "string" ? Date.parse(since) : Number.NaN;
  return {
    organisation: foreignWords(organisation),
    ...(typeof name === "string" && name !== "" && { name: plain(name) }),
    ...(Number.isSafeInteger(at) && at >= 0 && { since: at }),
  };
}

const plain = (name: string) => name.replace(/\p{C}+/gu, " ").slice(0, LONGEST_NAME);

function objectIn(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
