import type { Direction, NewProfile } from "@mailfleet/contracts";
import type { ProfileDocument } from "@mailfleet/store";

/** A field of a profile that matters to connections, so that its change voids earlier results of these directions. */
interface RelevantField {
  readonly pointer: string;
  readonly directions: readonly Direction[];
  /** What is compared. Passwords are sealed anew each time, so setting one is always a change. */
  read(profile: Pick<ProfileDocument, "settings" | "active" | "outboundCredentials">): unknown;
}

const endpoint = (direction: "inbound" | "outbound", ...names: (keyof NewProfile["outbound"])[]): RelevantField[] =>
  names.map((name) => ({
    pointer: `/${direction}/${name}`,
    directions: [direction],
    read: ({ settings }) => (settings[direction] as Partial<NewProfile["outbound"]>)[name],
  }));

const pollingField = "/minimumPollingIntervalMinutes";

/**
 * What a change of a profile means to its mailboxes. What is not named here (name, description, limits,
 * process-from) is read when it is needed and voids nothing; `/active` opens and closes all directions instead, and
 * the polling interval only changes their rhythm.
 */
export const relevantFields: readonly RelevantField[] = [
  ...endpoint("inbound", "protocol", "host", "port", "security", "trustedCertificates"),
  ...endpoint("outbound", "protocol", "host", "port", "security", "trustedCertificates", "credentials"),
  {
    pointer: "/outboundCredentials",
    directions: ["outbound"],
    // Credentials that no mailbox uses matter to none.
    read: ({ settings, outboundCredentials }) =>
      settings.outbound.credentials === "profile" ? outboundCredentials?.password.ciphertext : undefined,
  },
  {
    pointer: pollingField,
    directions: [],
    read: ({ settings }) => settings.minimumPollingIntervalMinutes,
  },
  { pointer: "/active", directions: [], read: ({ active }) => active },
];

/** Pointers of the relevant fields in which two versions differ. */
export function relevantChanges(
  before: Parameters<RelevantField["read"]>[0],
  after: Parameters<RelevantField["read"]>[0],
): string[] {
  return relevantFields.filter((field) => field.read(before) !== field.read(after)).map((field) => field.pointer);
}

/** What a mailbox that has taken version `profileV` into account has still to hear: fields and their directions. */
export function unheard(
  profile: Pick<ProfileDocument, "changedIn">,
  profileV: number,
): { fields: string[]; directions: Direction[] } {
  const news = relevantFields.filter(
    (field) => field.directions.length > 0 && (profile.changedIn[field.pointer] ?? 0) > profileV,
  );
  return {
    fields: news.map((field) => field.pointer),
    directions: [...new Set(news.flatMap((field) => field.directions))],
  };
}

/** Has a mailbox that has taken version `profileV` into account still to hear of another polling interval? */
export function hasNewRhythm({ changedIn }: Pick<ProfileDocument, "changedIn">, profileV: number): boolean {
  return (changedIn[pollingField] ?? 0) > profileV;
}
