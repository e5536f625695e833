import type { ServiceName } from "@mailfleet/contracts";

/** What is wrong when a service starts. */
export interface BadStart {
  readonly what: string;
  readonly service: ServiceName;
  /**
   * Variables beside those that are right. An empty one is not set. `FOLDER` is a folder with the files below,
   * `NKEY_OF_ALERTING` and `MONGO_OF_ALERTING` are how alerting signs in, `MONGO_OF_OTHER` is how the service signs in at
   * the other database, the others are engines that will not do.
   */
  readonly env: Readonly<Record<string, string>>;
  readonly file?: { readonly name: string; readonly text: string };
  /** How it ends: with code 1, or it waits and this part is not ready. */
  readonly ends: "exits" | "nats" | "mongodb" | "topology" | "deployment" | "clock";
  /** The one sentence. */
  readonly says: RegExp;
}

const key = { kty: "OKP", crv: "X25519", kid: "old", x: "A".repeat(43) };

/** Each stops the service at its start, or keeps it from being ready: nothing is half begun. */
export const badStarts: readonly BadStart[] = [
  {
    what: "a port outside its range",
    service: "scheduler",
    env: { MAILFLEET_HTTP_PORT: "70000" },
    ends: "exits",
    says: /MAILFLEET_HTTP_PORT must be 0 to 65535/,
  },
  {
    what: "a variable that is not set",
    service: "scheduler",
    env: { MAILFLEET_NATS_URL: "" },
    ends: "exits",
    says: /MAILFLEET_NATS_URL must be set/,
  },
  {
    what: "an address of another kind, with a password",
    service: "scheduler",
    env: { MAILFLEET_MONGO_URL: "postgres://u:hunter2@db/" },
    ends: "exits",
    says: /MAILFLEET_MONGO_URL must be mongodb:\/\/host:port/,
  },
  {
    what: "a file with an address that is not there",
    service: "scheduler",
    env: { MAILFLEET_NATS_URL: "", MAILFLEET_NATS_URL_FILE: "FOLDER/none" },
    ends: "exits",
    says: /MAILFLEET_NATS_URL_FILE names .*none, which cannot be read: ENOENT/,
  },
  {
    what: "a lease that is too short",
    service: "scheduler",
    env: { MAILFLEET_LEASE_MS: "10" },
    ends: "exits",
    says: /MAILFLEET_LEASE_MS must be 4000 to 60000/,
  },
  {
    what: "private keys that are not there",
    service: "alerting",
    env: { MAILFLEET_NOTIFY_OPEN_KEYS: "FOLDER/none" },
    ends: "exits",
    says: /the key file .*none cannot be read: ENOENT/,
  },
  {
    what: "a key file that is no JSON",
    service: "alerting",
    env: { MAILFLEET_NOTIFY_OPEN_KEYS: "FOLDER/broken" },
    file: { name: "broken", text: "hunter2" },
    ends: "exits",
    says: /the key file .*broken is not valid/,
  },
  {
    what: "a sealing key that has ended",
    service: "console",
    env: { MAILFLEET_SEAL_KEY: "FOLDER/ended", MAILFLEET_NOTIFY_SEAL_KEY: "FOLDER/ended" },
    file: { name: "ended", text: JSON.stringify({ keys: [{ ...key, exp: 1_700_000_000 }] }) },
    ends: "exits",
    says: /the sealing key old in .*ended ended at 2023-11-14T22:13:20\.000Z: put a new key first/,
  },
  {
    what: "an address of the console with a path",
    service: "console",
    env: { MAILFLEET_CONSOLE_URL: "https://mail.example.org/x" },
    ends: "exits",
    says: /MAILFLEET_CONSOLE_URL must have no path/,
  },
  {
    what: "a MongoDB that is standalone",
    service: "scheduler",
    env: { MAILFLEET_MONGO_URL: "STANDALONE_MONGO" },
    ends: "exits",
    says: /^This MongoDB is standalone: Mailfleet needs a replica set \(.*--replSet\)$/,
  },
  {
    what: "a MongoDB that is standalone, where the address names a replica set",
    service: "scheduler",
    env: { MAILFLEET_MONGO_URL: "STANDALONE_MONGO?replicaSet=rs0" },
    ends: "exits",
    says: /^No MongoDB at this address belongs to the replica set rs0: it is standalone \(.*--replSet rs0\), or/,
  },
  {
    what: "a NATS that is too old",
    service: "scheduler",
    env: { MAILFLEET_NATS_URL: "OLDER_NATS" },
    ends: "exits",
    says: /^NATS 2\.9\.25 is too old: Mailfleet needs 2\.12 or later$/,
  },
  {
    what: "a NATS that is not there",
    service: "config",
    env: { MAILFLEET_NATS_URL: "nats://127.0.0.1:1" },
    ends: "nats",
    says: /^NATS does not answer: /,
  },
  {
    what: "a MongoDB that is not there",
    service: "config",
    env: { MAILFLEET_MONGO_URL: "mongodb://127.0.0.1:1/?replicaSet=rs0" },
    ends: "mongodb",
    says: /^MongoDB does not answer: .*ECONNREFUSED/,
  },
  {
    what: "a clock that differs from those of NATS and MongoDB by more than a minute",
    service: "config",
    env: { NODE_OPTIONS: "--import=data:text/javascript,const{now}=Date;Date.now=()=>now()+90000" },
    ends: "clock",
    says: /^The clock of (NATS|MongoDB) is [89][\d.]+ s behind this process\. Let NTP set .* See docs\/runbooks\/clock-skew\.md$/,
  },
  {
    what: "a NATS in which nothing was made",
    service: "scheduler",
    env: { MAILFLEET_NATS_URL: "EMPTY_NATS" },
    ends: "topology",
    says: /is missing.*; run `mailfleet topology apply`/,
  },
  {
    what: "a user of NATS who has the rights of another service",
    service: "scheduler",
    env: { MAILFLEET_NATS_NKEY_FILE: "NKEY_OF_ALERTING" },
    ends: "topology",
    says: /^NATS refuses a right to this service's user: Permissions Violation .*; give the server what `mailfleet topology nats-users` prints$/,
  },
  {
    what: "a user of MongoDB who has the rights of another service",
    service: "scheduler",
    env: { MAILFLEET_MONGO_URL: "MONGO_OF_ALERTING" },
    ends: "topology",
    says: /^MongoDB refuses a right to this service's user: not authorized on .*; run what `mailfleet topology mongo-roles` prints$/,
  },
  {
    what: "a database that another deployment has",
    service: "scheduler",
    env: { MAILFLEET_MONGO_DB: "OTHER_DATABASE", MAILFLEET_MONGO_URL: "MONGO_OF_OTHER" },
    ends: "deployment",
    says: /^Held: /,
  },
];
