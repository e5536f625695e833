import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { ApiClient } from "@mailfleet/cli";
import { secretFiles } from "@mailfleet/compose";
import { podman, podmanMissing } from "@mailfleet/containers";
import type { Alert, Mailbox, Profile, ReceivedMessage, Send } from "@mailfleet/contracts";
import { helm } from "@mailfleet/helm";
import {
  type Dovecot,
  eventually,
  type MongoWithUsers,
  mailServers,
  type Postfix,
  startDovecot,
  startMongoWithUsers,
  startNats,
  startPostfix,
  tempDir,
} from "@mailfleet/local/testing";
import { generateKeyFiles } from "@mailfleet/secrets";
import { mongoRoles, readOrMakeNkeys, roleOf } from "@mailfleet/topology";
import { isReady, type Kubelet, startKubelet } from "./kubelet.ts";
import type { KubernetesObject } from "./kubernetes-api.ts";
import { podmanRunner } from "./runners.ts";
import { type Cluster, startCluster } from "./start-cluster.ts";
import { kubernetes } from "./tools.ts";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../..");
const containers = podman(join(root, ".local/cluster"));
const namespace = "mail";
const database = "mailfleet";
const queue = "support@cluster.test";
const customer = "customer@cluster.test";
/** How long mail flows before the upgrade begins, for comparison. */
const CALM_MS = 3000;
/** A second more than without it, as for processes, and two for containers of six services that start at once on two cores. */
const STALL_MS = 3000;

const programs =
  kubernetes && helm
    ? false
    : "Kubernetes or helm is not there: `npm run cluster-tools` and `npm run helm-tools` build them";
const missing = programs || (await podmanMissing()) || (await mailServers()).skip;

/** Values for this machine: one copy of each stream, mail servers on loopback, images that are not pulled. */
const values = {
  image: { prefix: "localhost/", tag: "cluster", pullPolicy: "Never" },
  topology: { streamReplicas: 1 },
  outside: { allowedPrivateNetworks: ["127.0.0.0/8"] },
  console: { behindTls: true },
};

describe("the chart itself, with containers of the images and real engines and mail servers", { skip: missing }, () => {
  let cluster: Cluster;
  let kubelet: Kubelet;
  let nats: Awaited<ReturnType<typeof startNats>>;
  let mongo: MongoWithUsers;
  let dovecot: Dovecot;
  let postfix: Postfix;
  let api: ApiClient;
  let mailbox: Mailbox;
  const stops: (() => Promise<void>)[] = [];

  before(async () => {
    const engine = containers.command.join(" ");
    await run(process.execPath, [join(root, "deploy/image/main.ts"), "--tag", "cluster", "--engine", engine]);
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
    nats = await startNats({ configuration: [configuration] });
    stops.push(() => nats.stop());
    mongo = await startMongoWithUsers();
    stops.push(() => mongo.stop());
    const db = mongo.administrator.db(database);
    for (const { role, ...rest } of mongoRoles(database)) await db.command({ createRole: role, ...rest });
    const users = Object.keys(files).flatMap((name) => /^(.*)-mongo-url$/.exec(name)?.[1] ?? []);
    for (const user of users)
      await db.command({ createUser: user, pwd: passwordOf(user), roles: [{ role: roleOf(user), db: database }] });
    dovecot = await startDovecot({ users: { [queue]: "queue-word", [customer]: "customer-word" } });
    stops.push(() => dovecot.stop());
    postfix = await startPostfix({ dovecot });
    stops.push(() => postfix.stop());
    cluster = await startCluster(kubernetes!);
    stops.push(() => cluster.stop());
    kubelet = await startKubelet({ ...cluster, runner: podmanRunner(containers) });
    stops.push(() => kubelet.stop());
    const labels = { "pod-security.kubernetes.io/enforce": "restricted" };
    await cluster.api.call("POST", "/api/v1/namespaces", {
      ...{ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace, labels } },
    });
    await eventually(() => cluster.api.call("GET", `/api/v1/namespaces/${namespace}/serviceaccounts/default`));
    const keys = (...names: readonly string[]) =>
      names.map((name) => [name, readFileSync(join(folder.path, name), "utf8")]);
    const mongoHost = new URL(mongo.urlOf("any", "any")).host;
    const secrets = {
      "mailfleet-engines": [
        ["nats-url", nats.url],
        ...keys(...readdirSync(folder.path).filter((name) => name.endsWith("-nats-nkey"))),
        ...users.map((user) => [`${user}-mongo-url`, files[`${user}-mongo-url`]!.replace("mongodb:27017", mongoHost)]),
      ],
      "mailfleet-mailbox-open-keys": keys("mailbox-open-keys.json"),
      "mailfleet-notify-open-keys": keys("notify-open-keys.json"),
      "mailfleet-seal-keys": keys("mailbox-seal-key.json", "notify-seal-key.json"),
    };
    for (const [name, entries] of Object.entries(secrets))
      await cluster.api.call("POST", `/api/v1/namespaces/${namespace}/secrets`, {
        ...{ apiVersion: "v1", kind: "Secret", metadata: { name }, stringData: Object.fromEntries(entries) },
      });
  });
  after(async () => {
    for (const stop of stops.reverse()) await stop();
  });

  const upgrade = async (signal: AbortSignal, change: object = {}) => {
    const args = ["upgrade", "--install", "mf", join(root, "deploy/helm/mailfleet"), "--namespace", namespace];
    const sets = Object.entries({ ...values, ...change }).flatMap(([key, value]) => [
      "--set-json",
      `${key}=${JSON.stringify(value)}`,
    ]);
    const env = { ...process.env, KUBECONFIG: cluster.kubeconfig };
    await run(helm!, [...args, ...sets, "--wait", "--timeout", "4m"], { env, signal }).catch(async (error) => {
      throw new Error(`${error.stderr}\n${await podsSay()}`);
    });
  };
  const pods = async (selector = "") => {
    const query = selector && `?labelSelector=${encodeURIComponent(selector)}`;
    const path = `/api/v1/namespaces/${namespace}/pods${query}`;
    return (await cluster.api.call<{ items: KubernetesObject[] }>("GET", path)).items;
  };
  const podsSay = async () =>
    (await pods())
      .map((pod) => {
        const state = JSON.stringify(pod.status?.containerStatuses?.[0]?.state ?? {});
        return `${pod.metadata.name} ${state}\n${kubelet.linesOf(pod.metadata.name).slice(-5).join("\n")}`;
      })
      .join("\n");
  /** The Pods behind the console's Service that may be sent requests. */
  const consoles = async () => {
    const service = await cluster.api.call("GET", `/api/v1/namespaces/${namespace}/services/mf-console`);
    const labels = Object.entries(service.spec.selector).map(([key, value]) => `${key}=${value}`);
    return (await pods(labels.join(","))).filter(isReady);
  };
  const clientOf = (pod: KubernetesObject, token: string) =>
    new ApiClient({ url: `http://${pod.status.podIP}:8480`, token });
  let token = "";
  const anyConsole = async () => {
    const ready = await consoles();
    const pod = ready[Math.floor(Math.random() * ready.length)];
    return clientOf(pod ?? assert.fail("no console is ready"), token);
  };
  const received = () => api.list<ReceivedMessage>(`/mailboxes/${mailbox.id}/messages`);
  const message = (subject: string) =>
    Buffer.from(`From: ${customer}\r\nTo: ${queue}\r\nSubject: ${subject}\r\n\r\ntext\r\n`);
  const send = (client: ApiClient, name: string) =>
    client.post<Send>(
      `/mailboxes/${mailbox.id}/sends`,
      { to: [customer], subject: name, text: "hello" },
      { idempotencyKey: name.replaceAll(" ", "-") },
    );
  const subjectsOf = (raws: readonly Buffer[]) =>
    raws.flatMap((raw) => /^Subject: (.*?)\r?$/m.exec(raw.toString())?.[1] ?? []).sort();
  const named = (what: string, count: number) => Array.from({ length: count }, (_, n) => `${what} ${n + 1}`).sort();

  test("from nothing to an enabled mailbox, and mail both ways", async (t) => {
    await upgrade(t.signal);
    const ready = (await pods()).filter(isReady);
    assert.equal(ready.length, 12, await podsSay());
    token = tokenIn(await consoles());
    api = await anyConsole();
    const server = { host: "127.0.0.1", security: "none" };
    const profile = await api.post<Profile>("/profiles", {
      name: "Cluster",
      inbound: { protocol: "imap", ...server, port: dovecot.ports.imap },
      outbound: { protocol: "smtp", ...server, port: postfix.ports.submission },
    });
    const credentials = { username: queue, password: "queue-word" };
    const body = { address: queue, kind: "queue", profileId: profile.id, credentials };
    const { id } = await api.post<Mailbox>("/mailboxes", body);
    await api.post(`/mailboxes/${id}/approve`, { address: queue });
    await api.post(`/mailboxes/${id}/test-and-enable`, {});
    mailbox = await eventually(
      async () => {
        const now = await api.get<Mailbox>(`/mailboxes/${id}`);
        assert.equal(now.lifecycle, "enabled.running", JSON.stringify(now.directions));
        return now;
      },
      { timeoutMs: 60_000, everyMs: 200 },
    );
    await dovecot.drop(queue, 20, (n) => message(`in ${n + 1}`));
    for (const name of named("out", 5)) await send(api, name);
    await eventually(
      async () => {
        const subjects = (await received()).map(({ subject }) => subject ?? "").sort();
        assert.deepEqual(subjects, named("in", 20));
        assert.deepEqual(subjectsOf(await dovecot.messages(customer)), named("out", 5));
        return true;
      },
      { timeoutMs: 60_000, everyMs: 500 },
    );
  });

  test("every Pod is replaced under load by an upgrade: nothing is lost, doubled or refused", async (t) => {
    const before = new Set((await pods()).map(({ metadata }) => metadata.uid));
    let isOver = false;
    const refused: string[] = [];
    let [dropped, sent] = [0, 0];
    const droppedAt = new Map<string, number>();
    const load = async () => {
      while (!isOver) {
        const subject = `rolled in ${dropped + 1}`;
        droppedAt.set(subject, Date.now());
        await dovecot.drop(queue, 1, () => message(subject));
        dropped += 1;
        const name = `rolled out ${sent + 1}`;
        const asked = async () => send(await anyConsole(), name);
        await asked().catch(async (error: Error) => {
          refused.push(`${name}: ${error.message}`);
          await eventually(asked, { timeoutMs: 60_000 });
        });
        sent += 1;
        await delay(200);
      }
    };
    let began = 0;
    const replaced = async () => {
      await delay(CALM_MS);
      began = Date.now();
      await upgrade(t.signal, { log: { level: "debug" } });
    };
    const over = () => {
      isOver = true;
    };
    await Promise.all([load(), replaced().finally(over)]);
    const now = (await pods()).filter(isReady);
    assert.equal(now.length, 12, await podsSay());
    assert.ok(now.every(({ metadata }) => !before.has(metadata.uid)));
    api = await anyConsole();
    await eventually(
      async () => {
        const subjects = (await received()).map(({ subject }) => subject ?? "").sort();
        assert.deepEqual(subjects, [...named("in", 20), ...named("rolled in", dropped)].sort());
        const arrived = subjectsOf(await dovecot.messages(customer));
        assert.deepEqual(arrived, [...named("out", 5), ...named("rolled out", sent)].sort());
        return true;
      },
      { timeoutMs: 120_000, everyMs: 1000 },
    );
    const sends = await api.list<Send>("/sends", { mailboxId: mailbox.id });
    assert.deepEqual([...new Set(sends.map(({ state }) => state))], ["sent"]);
    const alerts = await api.list<Alert>("/alerts", { objectId: mailbox.id, state: "raised" });
    const bad = alerts.filter(({ severity }) => severity !== "information");
    assert.deepEqual(bad, []);
    assert.deepEqual(refused, [], "a request met a console that was going");
    const waits = (await received()).flatMap(({ subject, storedAt }) => {
      const at = droppedAt.get(subject ?? "");
      return at === undefined ? [] : [{ isCalm: at < began, ms: new Date(storedAt).getTime() - at }];
    });
    const longest = (isCalm: boolean) => Math.max(...waits.filter((one) => one.isCalm === isCalm).map(({ ms }) => ms));
    const [calm, during] = [longest(true), longest(false)];
    console.log(`» ${dropped} messages in and ${sent} out while twelve Pods were replaced`);
    console.log(`» longest wait for mail to be stored: ${during} ms (${calm} ms without)`);
    assert.ok(during <= calm + STALL_MS, `mail waited ${during} ms, and ${calm} ms without an upgrade`);
    assert.deepEqual(kubelet.deaths, []);
  });

  /** Written by the Pod that made the first administrator. */
  function tokenIn(all: readonly KubernetesObject[]): string {
    const found = all
      .map((pod) => kubelet.volumeOf(pod, "token"))
      .filter((folder) => readdirSync(folder).includes("admin-token"));
    assert.equal(found.length, 1);
    return readFileSync(join(found[0]!, "admin-token"), "utf8").trim();
  }
});
