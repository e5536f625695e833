import type { Bus } from "@mailfleet/bus";
import { type Mailbox, type RequestArguments, sealedFor } from "@mailfleet/contracts";
import { sealedCredentials } from "./given-config.ts";

/** What is kept of each release, by collection. */
export const collectionNames = ["profiles", "mailboxes", "settings", "jobs", "consents", "grants"] as const;

/** One document as text, with what JSON has no form for as an object with one field. */
export const toJson = (document: object): string =>
  JSON.stringify(document, function (this: Record<string, unknown>, key, value) {
    const own = this[key];
    return own instanceof Date ? { $date: own.getTime() } : value;
  });

/** Milliseconds since the epoch, of any day of the product's life. */
const isTime = (value: unknown): value is number => typeof value === "number" && value > 1.7e12 && value < 4e12;

/** The documents again, with every point in time moved by so many milliseconds. */
export const fromJson = (text: string, laterMs: number) =>
  JSON.parse(text, (_, value) => {
    if (isTime(value)) return value + laterMs;
    return value?.$date === undefined ? value : new Date(value.$date);
  });

/** Where the application's tokens come from. */
export const tokenOrigin = "https://oauth2.googleapis.com";
/** Of the sign-in with this key. */
export const hashesOf = (key: string) => ({ stateHash: `state-${key}`, browserHash: `browser-${key}` });
/** What a sign-in gives. */
export const grantOf = (mailboxId: string, consentId: string): RequestArguments<"config.grant.set"> => ({
  ...{ mailboxId, consentId, account: "sales@example.org", scopes: ["https://mail.google.com/"] },
  ...{ expiresAt: null, accessTokenExpiresAt: Date.now() + 3_600_000 },
  refreshToken: sealedCredentials(sealedFor(mailboxId, "oauth-grant", tokenOrigin)).password,
});

/** When a direction is next due follows from the clock. */
const asStored = ([direction, { next, ...rest }]: [string, Mailbox["directions"]["inbound"]]) => [
  direction,
  { ...rest, waits: next !== null },
];

/** Everything that config says about them. */
export async function answersOf(bus: Bus) {
  const listed = async (noun: "profile" | "mailbox" | "job") =>
    (await bus.request(`config.${noun}.list`, { limit: 100 })).items.map(({ id }) => id).sort();
  return {
    profiles: await Promise.all((await listed("profile")).map((id) => bus.request("config.profile.get", { id }))),
    mailboxes: (
      await Promise.all((await listed("mailbox")).map((id) => bus.request("config.mailbox.get", { id })))
    ).map((one) => ({ ...one, directions: Object.entries(one.directions).map(asStored) })),
    jobs: await Promise.all((await listed("job")).map((id) => bus.request("config.job.get", { id }))),
    settings: await bus.request("config.settings.get", {}),
  };
}
