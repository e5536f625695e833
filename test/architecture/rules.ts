/**
 * Which packages of ours a package may import. Arrows point one way: contracts ← mailbox ← services; adapters are
 * constructed only in a service's main.ts (design §2).
 */
export const allowedArrows: Readonly<Record<string, readonly string[]>> = {
  "packages/contracts": [],
  "packages/mailbox": ["contracts"],
  "packages/store": ["contracts"],
  "packages/bus": ["contracts"],
  "packages/secrets": ["contracts"],
  "packages/mime": ["contracts"],
  "packages/service": ["contracts"],
  "packages/connectors/api": ["contracts"],
  "packages/connectors/imap": ["contracts", "connector-api"],
  "packages/connectors/smtp": ["contracts", "connector-api"],
  "packages/cli": ["contracts"],
  "packages/local": ["contracts", "cli", "secrets"],
  "services/config": ["contracts", "mailbox", "store", "bus", "service"],
  "services/scheduler": ["contracts", "store", "bus", "service"],
  "services/inbound-sync": [
    "contracts",
    "store",
    "bus",
    "service",
    "secrets",
    "mime",
    "connector-api",
    "connector-imap",
  ],
  "services/outbound-send": [
    "contracts",
    "store",
    "bus",
    "service",
    "secrets",
    "mime",
    "connector-api",
    "connector-smtp",
  ],
  "services/alerting": ["contracts", "store", "bus", "service", "secrets"],
  "services/console": ["contracts", "store", "bus", "service", "secrets"],
};

/** A driver is imported in its own package only, so that it can be replaced there. Tests may use any as a peer. */
export const driverOwners: Readonly<Record<string, readonly string[]>> = {
  mongodb: ["packages/store", "packages/local"],
  "@nats-io/transport-node": ["packages/bus"],
  "@nats-io/jetstream": ["packages/bus"],
  jose: ["packages/secrets"],
  xstate: ["packages/mailbox"],
  imapflow: ["packages/connectors/imap"],
  nodemailer: ["packages/connectors/smtp", "packages/mime", "services/alerting"],
  "postal-mime": ["packages/mime"],
  libmime: ["packages/mime"],
  pino: ["packages/service", "packages/local"],
  "prom-client": ["packages/service"],
  fastify: ["services/console"],
  commander: ["packages/cli"],
  "smtp-server": ["packages/local"],
  "hoodiecrow-imap": ["packages/local"],
};

/** Adapters: a service constructs them in main.ts and hands them on; elsewhere only their types are imported. */
export const adapters: readonly string[] = ["store", "bus", "secrets", "connector-imap", "connector-smtp"];

/** Where the environment may be read. */
export const environmentReaders: readonly RegExp[] = [
  /^packages\/service\/src\/environment\.ts$/,
  /^packages\/local\//,
  /^packages\/cli\/src\//,
  /^(test|bench)\//,
];
