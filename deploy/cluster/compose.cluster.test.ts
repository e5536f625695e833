import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { ApiClient } from "@mailfleet/client";
import { podmanMissing } from "@mailfleet/containers";
import type { Mailbox } from "@mailfleet/contracts";
import { eventually, findEngine, MONGO_PROGRAM, mailServers, NATS_PROGRAM, tempDir } from "@mailfleet/local/testing";
import { composeTools } from "./compose-tools.ts";
import { startDocker } from "./docker-engine.ts";
import { hasOwnNetwork, inOwnNetwork } from "./own-network.ts";
import { buildEngineImages } from "./test/engine-images.ts";
import { type Installation, install, openAt } from "./test/installation.ts";
import { enableMailbox, exchangeMail, messageOf, numbered, received, send, subjectsOf } from "./test/main-job.ts";
import { people, startMail } from "./test/surroundings.ts";

/** Of the networks that documents may use; nobody has it. */
const MAIL_HOST = "192.0.2.10";
const WITHIN = { timeoutMs: 180_000, everyMs: 500 };
const services = ["alerting", "config", "console", "inbound-sync", "outbound-send", "scheduler"];
const engines = ["mongodb", "nats"];

const missing =
  (composeTools ? false : "docker compose is not there: `npm run cluster-tools` builds it") ||
  (await podmanMissing()) ||
  (await mailServers()).skip;

const walk = () => {
  let mail: Awaited<ReturnType<typeof startMail>> & { host: string };
  let here: Installation;
  let api: ApiClient;
  let mailbox: Mailbox;
  const stops: (() => Promise<unknown>)[] = [];
  let broken = false;
  /** Of a walk: where one step fails, the next ones are skipped. Says how long each took. */
  const step = (name: string, walked: () => Promise<void>) =>
    test(name, async (t) => {
      if (broken) return t.skip("the walk has ended before");
      broken = true;
      const began = performance.now();
      await walked().catch((error: Error) => {
        console.log(`» ${name}: ${error.message}`);
        throw error;
      });
      console.log(`» ${Math.round((performance.now() - began) / 1000)} s: ${name}`);
      broken = false;
    });
  const storedSubjects = new Set<string>();
  const sentNames = new Set<string>();

  before(async () => {
    const began = performance.now();
    const folder = await tempDir("compose");
    stops.push(() => folder.remove());
    mail = { ...(await startMail()), host: MAIL_HOST };
    stops.push(() => mail.stop());
    stops.push(await openAt(MAIL_HOST, [mail.dovecot.ports.imap, mail.postfix.ports.submission]));
    const docker = await startDocker(composeTools!, join(import.meta.dirname, "../../.local/docker"));
    stops.push(() => docker.stop());
    const images = await buildEngineImages(composeTools!, { ...process.env, ...docker.env }, folder.path);
    const settings = { ...images, MAILFLEET_ALLOWED_PRIVATE_NETWORKS: `${MAIL_HOST}/32` };
    here = await install(folder.path, docker.env, settings);
    console.log(`» ${Math.round((performance.now() - began) / 1000)} s: mail servers, Docker, images and secrets`);
    stops.push(() => here.compose("--profile", "*", "down", "--timeout", "5"));
  });
  after(async () => {
    for (const stop of stops.reverse()) await stop();
  });

  const containers = async () => {
    const lines = (await here.compose("ps", "--all", "--format", "json")).trim().split("\n").filter(Boolean);
    return lines.map(
      (line) => JSON.parse(line) as { Service: string; Health: string; State: string; ExitCode: number; ID: string },
    );
  };
  const says = async () => `${JSON.stringify(await containers())}\n${await here.compose("logs", "--tail", "8")}`;
  const healthy = () =>
    eventually(async () => {
      const well = (await containers()).filter(({ Health }) => Health === "healthy").map(({ Service }) => Service);
      assert.deepEqual(well.toSorted(), [...services, ...engines].toSorted());
      return true;
    }, WITHIN).catch(async (error: Error) => assert.fail(`${error.message}\n${await says()}`));
  const arrived = () =>
    eventually(async () => {
      assert.deepEqual(await received(api, mailbox), [...storedSubjects].sort());
      assert.deepEqual(subjectsOf(await mail.dovecot.messages(people.customer.address)), [...sentNames].sort());
      return true;
    }, WITHIN).catch(async (error: Error) => assert.fail(`${error.message}\n${await says()}`));
  const drop = async (...subjects: readonly string[]) => {
    for (const subject of subjects) storedSubjects.add(subject);
    await mail.dovecot.drop(people.queue.address, subjects.length, (n) => messageOf(subjects[n]!));
  };
  const order = async (name: string) => {
    sentNames.add(name);
    // While a service is away, others say so.
    await eventually(() => send(api, mailbox, name), WITHIN);
  };

  step("`up` makes users and topology, and every container gets healthy", async () => {
    await here.compose("up", "--detach").catch(async (error) => assert.fail(`${error.message}\n${await says()}`));
    const lines = await here.compose("logs", "--no-log-prefix", "mongodb-users", "topology");
    assert.match(lines, /The roles and users are up to date\./);
    assert.match(lines, /Nothing is missing\./);
    await healthy();
    const once = (await containers()).filter(({ Health }) => Health === "");
    assert.deepEqual(once.map(({ Service, State, ExitCode }) => [Service, State, ExitCode]).toSorted(), [
      ["mongodb-users", "exited", 0],
      ["topology", "exited", 0],
    ]);
  });

  step("each container runs under the rules of the file", async () => {
    for (const { ID, Service } of await containers()) {
      const [{ State, Config, HostConfig }] = JSON.parse(await here.docker("inspect", ID));
      assert.equal(Config.User, "65532:65532", Service);
      assert.equal(HostConfig.ReadonlyRootfs, true, Service);
      assert.ok(HostConfig.Memory > 0 && HostConfig.PidsLimit > 0 && HostConfig.NanoCpus > 0, Service);
      assert.equal(HostConfig.LogConfig.Config["max-size"], "10m", Service);
      if (State.Status !== "running") continue;
      const status = await readFile(`/proc/${State.Pid}/status`, "utf8");
      const field = (name: string) => new RegExp(`^${name}:\\s+(.*)$`, "m").exec(status)?.[1]?.split(/\s+/);
      assert.deepEqual(field("Uid"), Array(4).fill("65532"), Service);
      for (const kind of ["CapPrm", "CapEff", "CapBnd"])
        assert.match(field(kind)?.[0] ?? "", /^0+$/, `${Service} ${kind}`);
      assert.deepEqual(field("NoNewPrivs"), ["1"], Service);
    }
  });

  step("from nothing to an enabled mailbox, and mail both ways", async () => {
    assert.equal(await here.mailfleet("profile", "list"), "Nothing found.\n");
    api = new ApiClient({ url: "http://127.0.0.1:8480", token: await here.token() });
    mailbox = await enableMailbox(api, mail);
    await exchangeMail(api, mailbox, mail);
    for (const name of numbered("in", 20)) storedSubjects.add(name);
    for (const name of numbered("out", 5)) sentNames.add(name);
  });

  step("each service stops with 0, one after the other, and comes back: nothing is lost", async () => {
    for (const service of services) {
      await order(`before ${service}`);
      await drop(`while ${service} is away`);
      await here.compose("stop", service);
      const [stopped] = (await containers()).filter(({ Service }) => Service === service);
      assert.deepEqual([stopped?.State, stopped?.ExitCode], ["exited", 0], service);
      await here.compose("start", service);
    }
    await arrived();
    await healthy();
  });

  step("what is killed is started again", async () => {
    const killed = (await containers()).filter(({ Service }) => ["inbound-sync", ...engines].includes(Service));
    const pids = new Map<string, number>();
    for (const { ID } of killed) pids.set(ID, JSON.parse(await here.docker("inspect", ID))[0].State.Pid);
    await drop("while killed");
    for (const pid of pids.values()) process.kill(pid, "SIGKILL");
    await eventually(async () => {
      for (const [id, pid] of pids) {
        const [{ State }] = JSON.parse(await here.docker("inspect", id));
        assert.ok(State.Running && State.Pid !== pid);
      }
      return true;
    }, WITHIN);
    console.log("» killed ones run again");
    await healthy();
    console.log("» healthy again");
    await order("after the kill");
    await arrived();
  });

  step("the whole stops with 0, and `down` and `up` lose nothing", async () => {
    await drop("while all is down");
    await here.compose("stop");
    const codes = (await containers()).map(({ Service, State, ExitCode }) => [Service, State, ExitCode]);
    assert.deepEqual(
      codes.toSorted(),
      [...services, ...engines, "mongodb-users", "topology"].toSorted().map((name) => [name, "exited", 0]),
    );
    await here.compose("down");
    assert.deepEqual(await containers(), []);
    await here.compose("up", "--detach");
    await healthy();
    await order("after down and up");
    await arrived();
  });

  step("the upgrade replaces every container", async () => {
    const before = new Set((await containers()).map(({ ID }) => ID));
    await drop("during the upgrade");
    await here.compose("up", "--detach", "--force-recreate");
    await here.compose("run", "--rm", "topology", "topology", "apply", "--contract");
    await healthy();
    assert.ok((await containers()).every(({ ID }) => !before.has(ID)));
    await order("after the upgrade");
    await arrived();
  });

  step("a backup by mongodump is restored held, and works on when it is confirmed", async () => {
    const file = join(here.folder, "backup.gz");
    const run = ["run", "--rm", "--no-TTY"] as const;
    await here.composeFile(">", file, ...run, "backup");
    await drop("after the backup");
    await arrived();
    await here.compose("down");
    const flags = ["--config", "/run/secrets/mongo-tools.yaml", "--drop", "--oplogReplay", "--gzip", "--archive"];
    await here.composeFile("<", file, ...run, "backup", "mongorestore", ...flags);
    const signIns = () => mail.dovecot.log.filter((line) => line.includes("Login: user=")).length;
    const before = signIns();
    await here.compose("up", "--detach");
    for (const service of services)
      await eventually(async () => {
        assert.match(await here.compose("logs", service), /Held: this database of deployment .* is older/);
        return true;
      }, WITHIN);
    await drop("while held");
    assert.equal(signIns(), before, "nobody polls or sends");
    await here.compose(...run, "restore", "deployment", "confirm", "--as", "same");
    await healthy();
    await arrived();
  });
};

const title = "one machine by `docker compose`";
if (hasOwnNetwork) describe(title, walk);
else
  test(title, { skip: missing }, async () => {
    // From there nothing can be fetched.
    for (const program of [NATS_PROGRAM, MONGO_PROGRAM]) await findEngine(program);
    await inOwnNetwork(fileURLToPath(import.meta.url));
  });
