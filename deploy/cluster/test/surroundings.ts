import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { secretFiles } from "@mailfleet/compose";
import { podman } from "@mailfleet/containers";
import {
  type Dovecot,
  type Postfix,
  startDovecot,
  startMongoWithUsers,
  startNats,
  startPostfix,
  tempDir,
} from "@mailfleet/local/testing";
import { generateKeyFiles } from "@mailfleet/secrets";
import { mongoRoles, readOrMakeNkeys, roleOf } from "@mailfleet/topology";
import type { Secrets } from "../podman-objects.ts";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../../..");

/** Where images and containers of these tests are. */
export const containers = podman(join(root, ".local/cluster"));
/** The chart. */
export const chart = join(root, "deploy/helm/mailfleet");
/** A queue and a customer who writes to it, with their passwords at the mail servers. */
export const people = {
  queue: { address: "support@cluster.test", password: "queue-word" },
  customer: { address: "customer@cluster.test", password: "customer-word" },
} as const;

const database = "mailfleet";

/** Values for this machine: one copy of each stream, mail servers on loopback, images that are not pulled. */
export const values = {
  image: { prefix: "localhost/", tag: "cluster", pullPolicy: "Never" },
  topology: { streamReplicas: 1 },
  outside: { allowedPrivateNetworks: ["127.0.0.0/8"] },
  console: { behindTls: true },
};

/** Values as arguments of helm. */
export const asArguments = (all: object): string[] =>
  Object.entries(all).flatMap(([key, value]) => ["--set-json", `${key}=${JSON.stringify(value)}`]);

/** What the chart does not bring. */
export interface Surroundings {
  readonly dovecot: Dovecot;
  readonly postfix: Postfix;
  /** The Secrets that the chart names. */
  readonly secrets: Secrets;
  stop(): Promise<void>;
}

/** Starts Dovecot with the accounts of {@link people}, and a Postfix before it. */
export async function startMail(): Promise<Pick<Surroundings, "dovecot" | "postfix" | "stop">> {
  const users = Object.values(people).map(({ address, password }) => [address, password]);
  const dovecot = await startDovecot({ users: Object.fromEntries(users) });
  const postfix = await startPostfix({ dovecot }).catch(async (error: Error) => {
    await dovecot.stop();
    throw error;
  });
  const stop = async () => {
    await postfix.stop();
    await dovecot.stop();
  };
  return { dovecot, postfix, stop };
}

/** Builds the images and starts NATS and MongoDB with the users that the product declares, Dovecot and Postfix. */
export async function startSurroundings(): Promise<Surroundings> {
  const engine = containers.command.join(" ");
  await run(process.execPath, [join(root, "deploy/image/main.ts"), "--tag", values.image.tag, "--engine", engine]);
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const one of stops.splice(0).reverse()) await one();
  };
  try {
    const passwords = new Map<string, string>();
    const passwordOf = (user: string) => {
      if (!passwords.has(user)) passwords.set(user, randomBytes(12).toString("hex"));
      return passwords.get(user)!;
    };
    const folder = await tempDir("cluster-keys");
    stops.push(() => folder.remove());
    const files = secretFiles(readOrMakeNkeys(folder.path), passwordOf);
    await generateKeyFiles(folder.path);
    const configuration = files["nats.conf"]!.replaceAll(/^(port|http|jetstream)\b.*$/gm, "");
    const nats = await startNats({ configuration: [configuration] });
    stops.push(() => nats.stop());
    const mongo = await startMongoWithUsers();
    stops.push(() => mongo.stop());
    const db = mongo.administrator.db(database);
    for (const { role, ...rest } of mongoRoles(database)) await db.command({ createRole: role, ...rest });
    const users = Object.keys(files).flatMap((name) => /^(.*)-mongo-url$/.exec(name)?.[1] ?? []);
    for (const user of users)
      await db.command({ createUser: user, pwd: passwordOf(user), roles: [{ role: roleOf(user), db: database }] });
    const { dovecot, postfix, stop: stopMail } = await startMail();
    stops.push(stopMail);
    const keys = (...names: readonly string[]) =>
      Object.fromEntries(names.map((name) => [name, readFileSync(join(folder.path, name), "utf8")]));
    const mongoHost = new URL(mongo.urlOf("any", "any")).host;
    const mongoUrls = users.map((user) => [
      `${user}-mongo-url`,
      files[`${user}-mongo-url`]!.replace("mongodb:27017", mongoHost),
    ]);
    const secrets = {
      "mailfleet-engines": {
        "nats-url": nats.url,
        ...keys(...readdirSync(folder.path).filter((name) => name.endsWith("-nats-nkey"))),
        ...Object.fromEntries(mongoUrls),
      },
      "mailfleet-mailbox-open-keys": keys("mailbox-open-keys.json"),
      "mailfleet-notify-open-keys": keys("notify-open-keys.json"),
      "mailfleet-seal-keys": keys("mailbox-seal-key.json", "notify-seal-key.json"),
    };
    return { dovecot, postfix, secrets, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
