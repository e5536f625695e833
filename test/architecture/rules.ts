/**
 * Which of our packages a package may import. Arrows point one way: contracts ← mailbox ← kit ← worker ← services.
 * Adapters are constructed in a service's main.ts only, for both workers in the worker's second door.
 */
export const allowedArrows: Readonly<Record<string, readonly string[]>> = {
  "packages/contracts": [],
  "packages/mailbox": ["contracts"],
  "packages/store": ["contracts", "kit"],
  "packages/bus": ["contracts"],
  "packages/secrets": ["contracts"],
  "packages/mime": ["contracts"],
  "packages/kit": ["contracts", "bus"],
  "packages/worker": ["contracts", "kit", "connector-api", "bus", "store", "http", "oauth", "secrets", "connectors"],
  "packages/connectors/api": ["contracts"],
  "packages/connectors/imap": ["contracts", "connector-api", "network"],
  "packages/connectors/smtp": ["contracts", "connector-api", "network", "mime"],
  "packages/connectors/pop3": ["contracts", "connector-api", "network", "mime"],
  "packages/connectors/http": ["contracts", "connector-api", "http"],
  "packages/connectors/gmail": ["contracts", "connector-api", "connector-http", "http"],
  "packages/connectors/graph": ["contracts", "connector-api", "connector-http", "http", "mime"],
  "packages/connectors/ews": ["contracts", "connector-api", "connector-http", "http", "network"],
  "packages/connectors/registry": [
    "contracts",
    "connector-api",
    "connector-imap",
    "connector-pop3",
    "connector-smtp",
    "connector-gmail",
    "connector-graph",
    "connector-ews",
    "http",
  ],
  "packages/network": ["contracts"],
  "packages/http": ["contracts", "network"],
  "packages/oauth": ["contracts", "http"],
  "packages/client": [],
  "packages/cli": ["contracts", "client", "topology"],
  "packages/page": ["contracts"],
  "packages/local": ["contracts", "client", "secrets"],
  "services/config": ["contracts", "mailbox", "store", "bus", "kit", "oauth"],
  "services/scheduler": ["contracts", "store", "bus", "kit"],
  "services/inbound-sync": ["contracts", "store", "bus", "kit", "worker", "secrets", "mime", "connector-api", "oauth"],
  "services/outbound-send": ["contracts", "store", "bus", "kit", "worker", "mime", "connector-api"],
  "services/alerting": [
    "contracts",
    "store",
    "bus",
    "kit",
    "secrets",
    "mime",
    "http",
    "oauth",
    "connector-api",
    "connectors",
  ],
  "deploy/cluster": ["local", "helm", "containers"],
  "deploy/containers": ["local", "image"],
  "deploy/compose": ["secrets", "topology"],
  "deploy/helm": [],
  "deploy/image": ["page"],
  "deploy/observability": [],
  "deploy/topology": [
    ...["contracts", "kit", "bus", "store"],
    ...["config", "scheduler", "inbound-sync", "outbound-send", "alerting", "console"],
  ],
  "services/console": ["contracts", "store", "bus", "kit", "secrets", "http", "oauth"],
};

/** A driver is imported in its own package only, so that it can be replaced there. Tests may use any as a peer. */
export const driverOwners: Readonly<Record<string, readonly string[]>> = {
  mongodb: ["packages/store", "packages/local"],
  "@nats-io/transport-node": ["packages/bus"],
  "@nats-io/jetstream": ["packages/bus"],
  jose: ["packages/secrets", "packages/oauth"],
  oauth4webapi: ["packages/oauth"],
  "google-auth-library": ["packages/oauth"],
  "@googleapis/gmail": ["packages/connectors/gmail"],
  undici: ["packages/http"],
  "oidc-provider": ["packages/local"],
  "playwright-core": ["packages/local"],
  xstate: ["packages/mailbox"],
  imapflow: ["packages/connectors/imap"],
  nodemailer: ["packages/connectors/smtp", "packages/mime"],
  "postal-mime": ["packages/mime"],
  libmime: ["packages/mime"],
  "@opentelemetry/api": ["packages/contracts", "packages/kit"],
  pino: ["packages/kit", "packages/local"],
  "prom-client": ["packages/kit"],
  fastify: ["services/console"],
  commander: ["packages/cli"],
  preact: ["packages/page"],
  "@preact/signals": ["packages/page"],
  "axe-core": ["packages/local"],
  "smtp-server": ["packages/local"],
  "hoodiecrow-imap": ["packages/local"],
};

/** Adapters: a service constructs them in main.ts and hands them on; elsewhere only their types are imported. */
export const adapters: readonly string[] = [
  "store",
  "bus",
  "secrets",
  "connector-imap",
  "connector-smtp",
  "connector-pop3",
  "connector-gmail",
  "connector-graph",
  "connector-ews",
  "connectors",
];

/** Where the environment may be read. */
export const environmentReaders: readonly RegExp[] = [
  /^packages\/kit\/src\/service\/environment\.ts$/,
  /^packages\/local\//,
  /^packages\/cli\/src\//,
  /^deploy\/topology\/main\.ts$/,
  /^deploy\/cluster\//,
  /^(test|bench)\//,
];

/**
 * Files of services that keep time themselves, and why the kit's tick does not serve. Waiting belongs to the scheduler,
 * what comes again to a tick: this list only gets shorter.
 */
export const ownTimers: Readonly<Record<string, string>> = {
  "services/console/events/live-views.ts": "heartbeats of one open stream, and the grace of its end",
  "services/console/http/downloads.ts": "how long one download waits for its turn",
  "services/outbound-send/send/drains.ts": "a gathering pause of some milliseconds, and the grace of a stop",
  "services/outbound-send/send/hand-over.ts": "the pause before facts are published again",
  "services/outbound-send/send/journal.ts": "the rhythm of the journal, some milliseconds",
  "services/outbound-send/send/lines.ts": "connections that nobody uses are closed",
  "services/outbound-send/send/places.ts": "permits are asked for again while somebody waits",
  "services/outbound-send/send/until-stored.ts": "a result is written again until the database takes it",
};
