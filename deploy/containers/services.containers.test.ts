import assert from "node:assert/strict";
import { copyFile, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { ApiClient } from "@mailfleet/client";
import type { Mailbox, Profile, ReceivedMessage } from "@mailfleet/contracts";
import {
  type ContainerEngine,
  containerEngine,
  type Dovecot,
  eventually,
  mailServers,
  type Postfix,
  placesFor,
  startContainer,
  startDovecot,
  startMongo,
  startNats,
  startPostfix,
  type TestMongo,
  tempDir,
} from "@mailfleet/local/testing";
import { generateKeyFiles } from "@mailfleet/secrets";
import { serviceImages } from "./service-images.ts";

const queue = "support@containers.test";
const customer = "customer@containers.test";
type KeyFiles = Awaited<ReturnType<typeof generateKeyFiles>>;

const loopback = { MAILFLEET_ALLOWED_PRIVATE_NETWORKS: "127.0.0.0/8" };

/** What each service is told besides where the engines are. */
const settings = (keys: KeyFiles): Readonly<Record<string, Readonly<Record<string, string>>>> => ({
  config: {},
  scheduler: {},
  "inbound-sync": { ...loopback, MAILFLEET_OPEN_KEYS: keys.mailboxOpenKeys },
  "outbound-send": { ...loopback, MAILFLEET_OPEN_KEYS: keys.mailboxOpenKeys },
  alerting: { ...loopback, MAILFLEET_NOTIFY_OPEN_KEYS: keys.notifyOpenKeys },
  console: {
    MAILFLEET_SEAL_KEY: keys.mailboxSealKey,
    MAILFLEET_NOTIFY_SEAL_KEY: keys.notifySealKey,
    MAILFLEET_CONSOLE_PORT: "0",
  },
});

describe("the whole system as containers", { skip: (await mailServers()).skip }, () => {
  let engine: ContainerEngine;
  let images: Readonly<Record<string, string>>;
  let nats: Awaited<ReturnType<typeof startNats>>;
  let mongo: TestMongo;
  let dovecot: Dovecot;
  let postfix: Postfix;
  let keys: KeyFiles;
  let api: ApiClient;
  const stops: (() => Promise<unknown>)[] = [];
  const running = new Map<string, Awaited<ReturnType<typeof start>>>();

  before(async () => {
    process.env.MAILFLEET_TEST_ENGINES = "containers";
    engine = await containerEngine();
    images = await serviceImages(engine);
    nats = await startNats();
    stops.push(() => nats.stop());
    mongo = await startMongo();
    stops.push(() => mongo.stop());
    dovecot = await startDovecot({ users: { [queue]: "queue-word", [customer]: "customer-word" } });
    stops.push(() => dovecot.stop());
    postfix = await startPostfix({ dovecot });
    stops.push(() => postfix.stop());
    const folder = await tempDir("container-keys");
    stops.push(() => folder.remove());
    keys = await generateKeyFiles(folder.path);
  });
  after(async () => {
    await Promise.all([...running.values()].map(({ container }) => container.kill()));
    for (const stop of stops.reverse()) await stop();
  });

  /** Files that variables name are copied into the container's folder; what holds a password is a file, too. */
  const start = async (program: string, given: Readonly<Record<string, string>>, args: readonly string[] = []) => {
    const folder = await mkdtemp(join(engine.folder, `${program}-`));
    const { MAILFLEET_MONGO_URL = "", ...others } = { ...placesFor(args[0] ?? program, nats, mongo), ...given };
    await writeFile(join(folder, "mongo-url"), MAILFLEET_MONGO_URL, { mode: 0o400 });
    const env: Record<string, string> = { ...others, MAILFLEET_MONGO_URL_FILE: join(folder, "mongo-url") };
    for (const [name, file] of Object.entries(others))
      if (file.startsWith("/")) {
        env[name] = join(folder, basename(file));
        await copyFile(file, env[name]);
      }
    env.MAILFLEET_ADMIN_TOKEN_FILE = join(folder, "admin-token");
    const ready = args.length > 0 ? /./ : /"msg":"ready"/;
    const order = { image: images[program]!, args, folder, ready };
    return { folder, container: await startContainer(engine, order, { env, graceSeconds: 30 }) };
  };
  /** A field of the line in which a service says that it is ready. */
  const port = (service: string, field: string): number => {
    const line = running.get(service)!.container.lines.find((one) => one.includes('"msg":"ready"'));
    return JSON.parse(line ?? assert.fail(`${service} has not said that it is ready`))[field];
  };

  test("the command line makes the topology", async () => {
    const { container } = await start("cli", {}, ["topology", "apply"]);
    assert.equal(await container.ended, 0, container.lines.join("\n"));
  });

  test("every service gets ready, under the rules of the chart", async () => {
    for (const [service, given] of Object.entries(settings(keys))) running.set(service, await start(service, given));
    for (const [service, { container }] of running) {
      const status = await readFile(`/proc/${container.pid}/status`, "utf8");
      const field = (name: string) => new RegExp(`^${name}:\\s+(.*)$`, "m").exec(status)?.[1]?.split(/\s+/);
      assert.deepEqual(field("Uid"), Array(4).fill("65532"), service);
      assert.deepEqual(field("Gid"), Array(4).fill("65532"), service);
      for (const kind of ["CapPrm", "CapEff", "CapBnd"])
        assert.match(field(kind)?.[0] ?? "", /^0+$/, `${service} ${kind}`);
      assert.deepEqual(field("NoNewPrivs"), ["1"], service);
      const mounts = await readFile(`/proc/${container.pid}/mountinfo`, "utf8");
      assert.match(mounts, /^\S+ \S+ \S+ \S+ \/ ro[, ]/m, service);
      const answer = await fetch(`http://127.0.0.1:${port(service, "httpPort")}/readyz`);
      assert.equal(answer.status, 200, `${service}: ${await answer.text()}`);
    }
  });

  test("from nothing to a mailbox that receives a message and sends one", async () => {
    const token = (await readFile(join(running.get("console")!.folder, "admin-token"), "utf8")).trim();
    api = new ApiClient({ url: `http://127.0.0.1:${port("console", "port")}`, token });
    const server = { host: "127.0.0.1", security: "none" };
    const profile = await api.post<Profile>("/profiles", {
      name: "Containers",
      inbound: { protocol: "imap", ...server, port: dovecot.ports.imap },
      outbound: { protocol: "smtp", ...server, port: postfix.ports.submission },
    });
    const credentials = { username: queue, password: "queue-word" };
    const body = { address: queue, kind: "queue", profileId: profile.id, credentials };
    const { id } = await api.post<Mailbox>("/mailboxes", body);
    await api.post(`/mailboxes/${id}/approve`, { address: queue });
    await api.post(`/mailboxes/${id}/test-and-enable`, {});
    await eventually(
      async () => {
        const now = await api.get<Mailbox>(`/mailboxes/${id}`);
        assert.equal(now.lifecycle, "enabled.running", JSON.stringify(now.directions));
        return true;
      },
      { timeoutMs: 60_000, everyMs: 200 },
    );
    await dovecot.drop(queue, 1, () => Buffer.from(`From: ${customer}\r\nTo: ${queue}\r\nSubject: in\r\n\r\ntext\r\n`));
    const message = { to: [customer], subject: "out", text: "hello" };
    await api.post(`/mailboxes/${id}/sends`, message, { idempotencyKey: "out" });
    await eventually(
      async () => {
        const received = await api.list<ReceivedMessage>(`/mailboxes/${id}/messages`);
        assert.deepEqual(
          received.map(({ subject }) => subject),
          ["in"],
        );
        const [sent, ...more] = await dovecot.messages(customer);
        assert.match(String(sent), /^Subject: out\r?$/m);
        assert.deepEqual(more, []);
        return true;
      },
      { timeoutMs: 60_000, everyMs: 200 },
    );
  });

  test("each ends with 0 when it is asked to", async () => {
    const codes = [...running].map(async ([service, { container }]) => {
      await container.stop();
      return [service, await container.ended];
    });
    const expected = [...running.keys()].map((service) => [service, 0]);
    assert.deepEqual(await Promise.all(codes), expected);
  });
});
