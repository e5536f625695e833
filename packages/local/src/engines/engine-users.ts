import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { watchSecret } from "../testing/kept-output.ts";
import { printMongoRoles, printNatsAccount } from "./topology-step.ts";

/** How a user signs in at NATS. */
export interface NatsSignIn {
  readonly url: string;
  /** The seed of its nkey; none where the address says who it is. */
  readonly nkeyFile?: string;
}

/** A role of MongoDB, as `createRole` and `updateRole` take it. */
export interface MongoRole {
  readonly role: string;
  readonly privileges: readonly { readonly resource: { readonly db: string }; readonly actions: readonly string[] }[];
  readonly roles: readonly [];
}

/**
 * The users of our own NATS and MongoDB, each with what its service declares and nothing else, as in a cluster. Beside them
 * one may do everything: `observer` in NATS, `administrator` in MongoDB. People and tests look with it.
 */
export interface EngineUsers {
  readonly nats: {
    /** Lines for the configuration of the server. */
    readonly configuration: readonly string[];
    /** The same of a server that knows nobody but the observer. */
    readonly onlyObserver: readonly string[];
    signIn(user: string, address: string): NatsSignIn;
    observerUrl(address: string): string;
  };
  readonly mongo: MongoUsers;
}

/** What a MongoDB is given, and how to sign in there. */
export interface MongoUsers {
  /** What the members of a set know each other by. Only with it does MongoDB ask who somebody is. */
  readonly keyFile: string;
  readonly password: string;
  /** Each with the collections of its service in this database, and in no other. */
  rolesOf(database: string): readonly MongoRole[];
  /** The users of a database are in it. */
  urlOf(user: string, address: string, database: string): string;
  administratorUrl(address: string): string;
}

/** What a process reads that signs in so. */
export function placesOf(nats: NatsSignIn, mongoUrl: string, database: string): Record<string, string> {
  return {
    MAILFLEET_NATS_URL: nats.url,
    ...(nats.nkeyFile && { MAILFLEET_NATS_NKEY_FILE: nats.nkeyFile }),
    MAILFLEET_MONGO_URL: mongoUrl,
    MAILFLEET_MONGO_DB: database,
  };
}

const files = {
  account: "nats-account.conf",
  roles: "mongo-roles.json",
  password: "password",
  key: "mongo-key",
} as const;

/** What the kept roles name instead of a database: each test has its own, and the stack's may have any name. */
const anyDatabase = "any";

/**
 * Writes into this folder what the services declare now: the account of NATS and the roles of MongoDB. Keys and the password of
 * those who have one are made once and kept. Takes a second or two.
 */
export async function writeEngineUsers(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const [account, roles] = await Promise.all([printNatsAccount(nkeysIn(folder)), printMongoRoles(anyDatabase)]);
  await Promise.all([
    writeFile(join(folder, files.account), account, { mode: 0o600 }),
    writeFile(join(folder, files.roles), roles, { mode: 0o600 }),
    makeOnce(join(folder, files.password), randomBytes(18).toString("hex")),
    makeOnce(join(folder, files.key), randomBytes(96).toString("base64")),
  ]);
}

/** The users that are in this folder. */
export async function readEngineUsers(folder: string): Promise<EngineUsers> {
  const read = async (name: string) => (await readFile(join(folder, name), "utf8")).trim();
  const [account, rolesText, password] = await Promise.all([
    read(files.account),
    read(files.roles),
    read(files.password),
  ]);
  const seeds = (await readdir(nkeysIn(folder))).map((name) => read(join("nkeys", name)));
  watchSecret(password, ...(await Promise.all(seeds)));
  const observer = `{ user: "observer", password: ${JSON.stringify(password)} }`;
  const roles = JSON.parse(rolesText) as MongoRole[];
  const withUser = (user: string, address: string) => address.replace("://", `://${user}:${password}@`);
  return {
    nats: {
      configuration: [`accounts {\n${account.replace("users: [", `users: [\n    ${observer}`)}\n}`],
      onlyObserver: [`accounts { MAILFLEET { jetstream: enabled, users: [${observer}] } }`],
      signIn: (user, url) => ({ url, nkeyFile: join(nkeysIn(folder), `${natsUserOf(user)}-nats-nkey`) }),
      observerUrl: (address) => withUser("observer", address),
    },
    mongo: {
      keyFile: join(folder, files.key),
      password,
      rolesOf: (database) =>
        roles.map(({ privileges, ...rest }) => ({
          ...rest,
          privileges: privileges.map(({ resource, actions }) => ({ resource: { ...resource, db: database }, actions })),
        })),
      urlOf: (user, address, database) => `${withUser(user, address)}&authSource=${database}`,
      administratorUrl: (address) => `${withUser("administrator", address)}&authSource=admin`,
    },
  };
}

/** The end of a hold has a user of its own in MongoDB only. */
const natsUserOf = (user: string) => (user === "restore" ? "topology" : user);

const nkeysIn = (folder: string) => join(folder, "nkeys");

async function makeOnce(file: string, text: string): Promise<void> {
  if (!existsSync(file)) await writeFile(file, text, { mode: 0o400 });
  else await chmod(file, 0o400);
}
