import { existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type ServiceName, serviceNames } from "@mailfleet/contracts";
import { combined } from "../engines/engine-unavailable.ts";
import { type NatsSignIn, placesOf, readEngineUsers, writeEngineUsers } from "../engines/engine-users.ts";
import { CHECKOUT } from "../engines/local-folder.ts";
import { applyTopology } from "../engines/topology-step.ts";
import { type Sandbox, type SandboxOptions, startSandbox } from "../sandbox/index.ts";
import { watchSecret } from "../testing/kept-output.ts";
import { claimDataDir } from "./claim-data-dir.ts";
import { findMongo, findNats, type NamedServer } from "./find-servers.ts";
import { keepEngine, type StackEngine } from "./keep-engine.ts";
import { keptPorts } from "./kept-ports.ts";
import { type LogLine, type LogSelection, logSink } from "./render-log-line.ts";
import { createServiceProcess, type ServiceProcess } from "./service-process.ts";
import { stackEnvironment } from "./stack-environment.ts";

export type { StackEngine } from "./keep-engine.ts";
export type { LogLine, LogSelection } from "./render-log-line.ts";
export type { ServiceProcess } from "./service-process.ts";

const DEFAULT_CONSOLE_PORT = 8480;
const DEATHS_ALLOWED = 5;

/** The order of stopping: first the services that take work in, last those that others still report to. */
const STOP_ORDER: readonly (readonly ServiceName[])[] = [
  ["console"],
  ["inbound-sync", "outbound-send", "alerting"],
  ["config"],
  ["scheduler"],
];

export interface StackOptions {
  /** All six by default. */
  readonly services?: readonly ServiceName[];
  /** Processes per service; 1 by default. */
  readonly replicas?: Partial<Record<ServiceName, number>>;
  /** Added to the environment of every service. */
  readonly env?: Readonly<Record<string, string>>;
  /** Added to the environment of one service. */
  readonly serviceEnv?: Partial<Record<ServiceName, Readonly<Record<string, string>>>>;
  /** MAILFLEET_FAIL_POINTS of a service's first replica, for its first process only: what replaces it lives. */
  readonly failPoints?: Partial<Record<ServiceName, string>>;
  /** Data, keys and token; relative to the checkout. `.local/stack` by default. */
  readonly dataDir?: string;
  /** Empties `dataDir` first. */
  readonly fresh?: boolean;
  /** Accounts of an in-process mail server that the stack starts and stops; none: no mail server. */
  readonly sandbox?: SandboxOptions["accounts"];
  /** "warn" by default. */
  readonly logs?: LogSelection;
  /** Servers to use instead of local ones; `MAILFLEET_NATS_URL` and `MAILFLEET_MONGO_URL` by default. */
  readonly engines?: { readonly nats?: NamedServer<NatsSignIn>; readonly mongo?: NamedServer<string> };
  /** "mailfleet" by default. */
  readonly mongoDb?: string;
  /** Whether a dead service is started again; true by default. */
  readonly restart?: boolean;
  /** Deaths of one process within a minute after which the stack ends; 5 by default. Tests that kill on purpose allow more. */
  readonly deathsAllowed?: number;
  /** 8480 if it is free, else the one that the data folder had before, else a free one; 0: a free one. */
  readonly consolePort?: number;
  /** Where the stack's own messages go; standard output by default. */
  readonly say?: (text: string) => void;
  /** Where a service begins; in this checkout by default. */
  readonly script?: (service: ServiceName) => string;
  /** No users, streams or collections: for tests of the supervisor. */
  readonly bare?: boolean;
}

/** Engines, mail server and services that run together. */
export interface Stack {
  /** Of a user that may do everything, where the engine is our own. */
  readonly natsUrl: string;
  readonly mongoUrl: string;
  readonly mongoDb: string;
  /** The variables of a process that signs in as this user: a service, `topology` or `restore`. */
  places(user: string): Record<string, string>;
  /** Makes the users of another database; answers their variables. */
  placesIn(database: string): Promise<(user: string) => Record<string, string>>;
  /** Of our own NATS; undefined where a URL was given. */
  readonly nats: StackEngine | undefined;
  readonly mongo: StackEngine | undefined;
  /** Base address of the HTTP API, without a path. */
  readonly consoleUrl: string;
  readonly adminTokenFile: string;
  /** Throws if the stack was started without one. */
  readonly sandbox: Sandbox;
  readonly services: readonly ServiceProcess[];
  /** A service's replica, by default the first. Throws if the stack has no such service. */
  service(name: ServiceName, replica?: number): ServiceProcess;
  /** Resolves when the stack has ended, with null, or with the reason if a service died too often (`deathsAllowed`). */
  readonly ended: Promise<string | null>;
  stop(): Promise<void>;
}

/** Starts everything and resolves when every service is ready. Throws after ending what it had started. */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const say = options.say ?? ((text: string) => void process.stdout.write(`${text}\n`));
  const sink = logSink(options.logs ?? "warn", (text) => void process.stdout.write(text));
  const tell = (text: string) => sink({ source: "stack", level: 30, text, raw: text } satisfies LogLine);
  const dataDir = resolve(CHECKOUT, options.dataDir ?? ".local/stack");
  const release = await claimDataDir(dataDir);
  if (options.fresh)
    for (const part of ["nats", "mongo", "keys", "admin-token", "ports.json"])
      await rm(join(dataDir, part), { recursive: true, force: true });
  await mkdir(dataDir, { recursive: true });

  const cleanups: (() => Promise<void>)[] = [release];
  let ending: Promise<void> | undefined;
  let reason: string | null = null;
  const { promise: ended, resolve: resolveEnded } = Promise.withResolvers<string | null>();
  const stop = () => {
    ending ??= (async () => {
      for (const cleanup of cleanups.reverse()) await cleanup();
      resolveEnded(reason);
    })();
    return ending;
  };

  try {
    const where = <SignIn>(name: string, named: NamedServer<SignIn> | undefined) => ({
      named,
      dataDir: join(dataDir, name),
      temporary: false,
      say,
    });
    const mongoDb = options.mongoDb ?? "mailfleet";
    const namedNats = options.engines?.nats ?? namedBy("MAILFLEET_NATS_URL");
    const namedMongo = options.engines?.mongo ?? namedBy("MAILFLEET_MONGO_URL");
    const users =
      (namedNats && namedMongo) || options.bare ? undefined : await makeUsers(join(dataDir, "keys/engines"));
    const found = await Promise.allSettled([
      findNats({ ...where("nats", namedNats), ...(users && { users: users.nats }) }),
      findMongo({ ...where("mongo", namedMongo), database: mongoDb, ...(users && { users: users.mongo }) }),
    ] as const);
    const engines = found.map((result, index) => {
      if (result.status === "rejected") return undefined;
      const { engine } = result.value;
      if (!engine) return undefined;
      const kept = keepEngine(index === 0 ? "NATS" : "MongoDB", engine, tell);
      cleanups.push(() => kept.stop());
      return kept;
    });
    const missing = found.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
    if (missing.length > 0) throw combined(missing);
    const [nats, mongo] = [foundIn(found[0]), foundIn(found[1])];

    const ports = await keptPorts(dataDir, { console: DEFAULT_CONSOLE_PORT });
    const sandbox =
      options.sandbox &&
      (await startSandbox({
        accounts: options.sandbox,
        ...{ imapPort: ports.imap, pop3Port: ports.pop3, smtpPort: ports.smtp },
      }));
    if (sandbox) cleanups.push(() => sandbox.stop());

    const places = (user: string) => placesOf(nats.signIn(user), mongo.signIn(user), mongoDb);
    const adminTokenFile = join(dataDir, "admin-token");
    const consolePort = options.consolePort ?? ports.console;
    const names = options.services ?? serviceNames;
    const env = await stackEnvironment({
      places,
      keysDir: join(dataDir, "keys"),
      adminTokenFile,
      consolePort,
    });
    const script = options.script ?? mainOf;
    const services = names.flatMap((name) =>
      Array.from({ length: options.replicas?.[name] ?? 1 }, (_, at) =>
        createServiceProcess({
          name,
          replica: at + 1,
          script: script(name),
          env: {
            ...env(name),
            ...(at > 0 && { MAILFLEET_CONSOLE_PORT: "0" }),
            ...options.env,
            ...options.serviceEnv?.[name],
          },
          firstEnv: at === 0 && options.failPoints?.[name] ? { MAILFLEET_FAIL_POINTS: options.failPoints[name] } : {},
          restart: options.restart ?? true,
          deathsAllowed: options.deathsAllowed ?? DEATHS_ALLOWED,
          onLine: sink,
          say: tell,
          onGivenUp: (why) => {
            reason ??= why;
            void stop();
          },
        }),
      ),
    );
    cleanups.push(async () => {
      for (const group of STOP_ORDER)
        await Promise.all(services.filter(({ name }) => group.includes(name as ServiceName)).map((one) => one.stop()));
    });
    const find = (name: ServiceName, replica = 1) => {
      const service = services.find((one) => one.name === name && one.replica === replica);
      if (!service) throw new Error(`this stack has no ${name} number ${replica}`);
      return service;
    };
    const noted = async (name: string, url: string) => {
      const file = join(dataDir, name);
      await writeFile(file, `${url}\n`, { mode: 0o600 });
      cleanups.push(() => rm(file, { force: true }));
    };
    const consoleUrl = () => `http://127.0.0.1:${find("console").port}`;
    if (!options.bare)
      await applyTopology({
        ...places("topology"),
        ...options.env,
      });
    await Promise.all(services.map((service) => service.start()));
    await noted("nats-url", nats.url);
    await noted("mongo-url", mongo.url);
    if (names.includes("console")) {
      await noted("console-url", consoleUrl());
    }
    watchSecret(
      await readFile(adminTokenFile, "utf8").then(
        (text) => text.trim(),
        () => "",
      ),
    );

    return {
      natsUrl: nats.url,
      mongoUrl: mongo.url,
      mongoDb,
      places,
      placesIn: async (database) => {
        const signIn = await mongo.another(database);
        return (user) => placesOf(nats.signIn(user), signIn(user), database);
      },
      nats: engines[0],
      mongo: engines[1],
      get consoleUrl() {
        return consoleUrl();
      },
      adminTokenFile,
      get sandbox() {
        if (!sandbox) throw new Error("this stack was started without a sandbox mail server");
        return sandbox;
      },
      services,
      service: find,
      ended,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The server that a variable names. */
function namedBy(variable: string): { readonly url: string } | undefined {
  const url = process.env[variable];
  return url ? { url } : undefined;
}

async function makeUsers(folder: string) {
  await writeEngineUsers(folder);
  return readEngineUsers(folder);
}

/** What was found. Throws if it was not. */
function foundIn<Value>(result: PromiseSettledResult<Value>): Value {
  if (result.status === "rejected") throw result.reason;
  return result.value;
}

/** Where a service begins. */
function mainOf(service: ServiceName): string {
  const folder = join(CHECKOUT, "services", service);
  const main = join(folder, "main.ts");
  return existsSync(main) ? main : join(folder, "src/main.ts");
}
