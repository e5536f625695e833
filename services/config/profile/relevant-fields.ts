import {
  type Direction,
  directions,
  type InboundServer,
  type OAuthSettings,
  type OutboundServer,
} from "@mailfleet/contracts";
import type { ShownProfile } from "./body.ts";
import { type ServerOf, serverFor } from "./server-for.ts";

/** The part of a profile that connections depend on. */
type Compared = Pick<
  ShownProfile,
  "settings" | "active" | "inboundCredentials" | "outboundCredentials" | "oauthSecret"
>;

/** A field that connections depend on: its change voids earlier results of these directions. */
interface RelevantField {
  readonly pointer: string;
  readonly directions: readonly Direction[];
  /** What is compared. Passwords are sealed again each time, so setting one is always a change. */
  read(profile: Compared): unknown;
}

/** The directions that a server serves. */
const servedBy = (server: ServerOf): Direction[] => directions.filter((direction) => serverFor(direction) === server);

type ServerField = keyof InboundServer | keyof OutboundServer;
const endpoint = (direction: ServerOf, ...names: ServerField[]): RelevantField[] =>
  names.map((name) => ({
    pointer: `/${direction}/${name}`,
    directions: servedBy(direction),
    read: ({ settings }) => plain((settings[direction] as Partial<InboundServer & OutboundServer>)[name]),
  }));
const overHttp = ["authentication", "access", "autodiscover", "apiUrl"] as const;

/** Credentials and applications count only where a mailbox uses them. */
const held = (direction: ServerOf): RelevantField => ({
  pointer: `/${direction}Credentials`,
  directions: servedBy(direction),
  read: (profile) =>
    profile.settings[direction].credentials === "profile"
      ? profile[`${direction}Credentials`]?.password.ciphertext
      : undefined,
});

const oauthDirections = (direction: ServerOf): RelevantField[] => {
  const used = ({ settings }: Compared) => settings[direction].credentials === "oauth";
  // The state of the consent screen and the end of a secret explain a failure; they do not cause one.
  const names: (keyof OAuthSettings)[] = [
    "provider",
    "flow",
    "clientId",
    "tenantId",
    "cloud",
    "clientAuthentication",
    "scopes",
    "endpoints",
  ];
  return [
    ...names.map((name) => ({
      pointer: `/oauth/${name}#${direction}`,
      directions: servedBy(direction),
      read: (profile: Compared) => (used(profile) ? plain(profile.settings.oauth?.[name]) : undefined),
    })),
    {
      pointer: `/oauthSecret#${direction}`,
      directions: servedBy(direction),
      read: (profile) => (used(profile) ? profile.oauthSecret?.secret.ciphertext : undefined),
    },
  ];
};

/** Compared by value. */
const plain = (value: unknown) => (typeof value === "object" ? JSON.stringify(value) : value);

const pollingField = "/minimumPollingIntervalMinutes";

/**
 * What a change of a profile means to its mailboxes. What is not named here (name, description, limits,
 * process-from) is read when it is needed and voids nothing; `/active` opens and closes all directions instead, and
 * the polling interval only changes their rhythm.
 */
export const relevantFields: readonly RelevantField[] = [
  ...endpoint("inbound", "protocol", "host", "port", "security", "trustedCertificates", "credentials", "addressing"),
  ...endpoint("inbound", ...overHttp),
  ...endpoint("outbound", "protocol", "host", "port", "security", "trustedCertificates", "credentials"),
  ...endpoint("outbound", ...overHttp, "saveCopy"),
  held("inbound"),
  held("outbound"),
  ...oauthDirections("inbound"),
  ...oauthDirections("outbound"),
  { pointer: "/ehloName", directions: ["outbound"], read: ({ settings }) => settings.ehloName },
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

/** What a mailbox with version `profileV` has not taken over yet: fields and their directions. */
export function unheard(
  profile: Pick<ShownProfile, "changedIn">,
  profileV: number,
): { fields: string[]; directions: Direction[] } {
  const news = relevantFields.filter(
    (field) => field.directions.length > 0 && (profile.changedIn[field.pointer] ?? 0) > profileV,
  );
  return {
    fields: [...new Set(news.map((field) => field.pointer.replace(/#.*/, "")))],
    directions: [...new Set(news.flatMap((field) => field.directions))],
  };
}

/** Changes when the next secrets are put in place. It voids nothing. */
export const switchField = "/switched";

/** Whether a mailbox with version `profileV` has not heard that the next secrets were put in place. */
export function hasSwitched({ changedIn }: Pick<ShownProfile, "changedIn">, profileV: number): boolean {
  return (changedIn[switchField] ?? 0) > profileV;
}

/** Whether a mailbox with version `profileV` must still take over another polling interval. */
export function hasNewRhythm({ changedIn }: Pick<ShownProfile, "changedIn">, profileV: number): boolean {
  return (changedIn[pollingField] ?? 0) > profileV;
}
