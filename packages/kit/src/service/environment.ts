import { readFileSync } from "node:fs";
import { failPointNames, leaseMs } from "@mailfleet/contracts";
import { z } from "zod";

const natsServer = /^(?:nats|tls|ws|wss):\/\/\S+$/;
const port = z.coerce.number().int().min(0, "must be 0 to 65535").max(65535, "must be 0 to 65535");
const hit = [z.enum(failPointNames), ":", z.number().int().positive()] as const;
const failPoint = z.union([z.templateLiteral([...hit]), z.templateLiteral([...hit, ":stop"])]);

/** A list in one variable, separated by commas. */
const list = z.string().transform((text) => text.split(",").map((part) => part.trim()));

/** Without anything that could be a secret. */
function isPlain(url: string): boolean {
  const { username, password, search, hash } = URL.parse(url) ?? {};
  return [username, password, search, hash].every((part) => part === "");
}

/** What every service reads. A variable that is not set and one that is empty are the same. */
export const baseEnvironment = {
  /** One address, or several with commas between. */
  MAILFLEET_NATS_URL: z
    .string("must be set, e.g. nats://127.0.0.1:4222")
    .refine((text) => text.split(",").every((part) => natsServer.test(part.trim())), "must be nats://host:port"),
  /** A file with the seed of our nkey (`SU…`), where NATS knows us by one; read again at each sign-in. */
  MAILFLEET_NATS_NKEY_FILE: z.string().optional(),
  MAILFLEET_MONGO_URL: z
    .string("must be set, e.g. mongodb://127.0.0.1:27017/?replicaSet=rs0")
    .regex(/^mongodb(?:\+srv)?:\/\/\S+$/, "must be mongodb://host:port"),
  MAILFLEET_MONGO_DB: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,60}$/, "must be 1 to 60 letters, digits, dashes or underscores")
    .default("mailfleet"),
  MAILFLEET_LOG_LEVEL: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("info"),
  MAILFLEET_LOG_ADDRESSES: z.enum(["hash", "plain"]).default("hash"),
  /** Where health and metrics are served. */
  MAILFLEET_HTTP_HOST: z.string().default("127.0.0.1"),
  /** 0 takes a free one. */
  MAILFLEET_HTTP_PORT: port.default(0),
  /** Distinguishes the replicas of a service in the log. */
  MAILFLEET_REPLICA: z.string().max(100, "must be at most 100 characters").optional(),
  /** How long a lease holds without renewal: the same for all services and for the topology step. */
  MAILFLEET_LEASE_MS: z.coerce
    .number()
    .int()
    .min(4000, "must be 4000 to 60000")
    .max(60_000, "must be 4000 to 60000")
    .default(leaseMs),
  /** Where traces go: a collector that takes OTLP over HTTP. Not set: there are none. */
  MAILFLEET_OTLP_URL: z
    .url({ protocol: /^https?$/, error: "must be http://host:port" })
    .refine((text) => isPlain(text), "must be http://host:port, without user name, password or query")
    .optional(),
  /** The share of traces that is kept. */
  MAILFLEET_TRACE_RATIO: z.coerce.number().min(0, "must be 0 to 1").max(1, "must be 0 to 1").default(1),
  /** `name:nth,name2:nth:stop`: the process kills, or freezes, itself at the nth hit of a point. For fault tests only. */
  MAILFLEET_FAIL_POINTS: list
    .refine(
      (parts) => parts.every((part) => failPoint.safeParse(part).success),
      "must be a list of <fail point>:<nth> with names of the closed list",
    )
    .optional(),
};

/** Addresses with a password in them: `MAILFLEET_NATS_URL_FILE` names a file that holds the value. */
const valuesInFiles: readonly string[] = ["MAILFLEET_NATS_URL", "MAILFLEET_MONGO_URL"];

/** Variables of one service: name and schema of the text. A secret is never among them, only its file. */
export type OwnEnvironment = Readonly<Record<`MAILFLEET_${string}`, z.ZodType>>;

type CamelCase<Words extends string> = Words extends `${infer Head}_${infer Rest}`
  ? `${Lowercase<Head>}${Capitalize<CamelCase<Rest>>}`
  : Lowercase<Words>;
type Named<Shape> = {
  readonly [Name in keyof Shape as Name extends `MAILFLEET_${infer Words}` ? CamelCase<Words> : never]: z.output<
    Shape[Name] extends z.ZodType ? Shape[Name] : never
  >;
};

/** The validated variables, frozen: `MAILFLEET_NATS_URL` is `natsUrl`. */
export type Environment<Own extends OwnEnvironment> = Named<typeof baseEnvironment> & Named<Own>;

/** Variables that are missing or wrong. The message names each and why, and never shows a value. */
export class EnvironmentError extends Error {
  constructor(problems: readonly string[]) {
    super(`the environment is not valid: ${problems.join("; ")}`);
    this.name = "EnvironmentError";
  }
}

/** A variable as whoever starts the service must know it. */
export interface Variable {
  readonly name: string;
  /** Without it the service does not start. */
  readonly isNeeded: boolean;
  /** `<name>_FILE` may be set instead: a file that holds the value. */
  readonly mayBeInFile: boolean;
}

/** Every variable that a service with these of its own reads. */
export function variablesOf(own: OwnEnvironment): Variable[] {
  return Object.entries({ ...baseEnvironment, ...own }).map(([name, schema]) => ({
    name,
    isNeeded: !schema.safeParse(undefined).success,
    mayBeInFile: valuesInFiles.includes(name),
  }));
}

/**
 * Reads and checks all variables once; a value that may be in a file is read from there. Throws `EnvironmentError`.
 */
export function readEnvironment<const Own extends OwnEnvironment>(
  own: Own,
  source: Readonly<Record<string, string | undefined>> = process.env,
): Environment<Own> {
  const shape = { ...baseEnvironment, ...own };
  const set = Object.entries(withFiles(source)).filter(([name, value]) => Object.hasOwn(shape, name) && value !== "");
  const parsed = z.object(shape).safeParse(Object.fromEntries(set));
  if (!parsed.success)
    throw new EnvironmentError(
      parsed.error.issues.map((issue) => `${String(issue.path[0])} ${withoutValue(issue, source)}`),
    );
  const named = Object.entries(parsed.data).map(([name, value]) => [fieldName(name), value]);
  return Object.freeze(Object.fromEntries(named)) as Environment<Own>;
}

function withFiles(source: Readonly<Record<string, string | undefined>>): typeof source {
  const read = valuesInFiles.flatMap((name) => {
    const [variable, file] = [`${name}_FILE`, source[`${name}_FILE`]];
    if (!file) return [];
    if (source[name]) throw new EnvironmentError([`${name} and ${variable} are both set: set one of them`]);
    try {
      return [[name, readFileSync(file, "utf8").trim()]];
    } catch (error) {
      const why = (error as NodeJS.ErrnoException).code ?? "unknown reason";
      throw new EnvironmentError([`${variable} names ${file}, which cannot be read: ${why}`]);
    }
  });
  return { ...source, ...Object.fromEntries(read) };
}

/** Of variables people think as set and not set. */
function withoutValue(issue: z.core.$ZodIssue, source: Readonly<Record<string, string | undefined>>): string {
  const missing = !source[String(issue.path[0])];
  return missing && issue.message === "is needed" ? "must be set" : issue.message;
}

/** `MAILFLEET_NATS_URL` → `natsUrl` */
function fieldName(variable: string): string {
  return variable
    .replace(/^MAILFLEET_/, "")
    .toLowerCase()
    .replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
