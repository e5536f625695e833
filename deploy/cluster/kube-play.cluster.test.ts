import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { randomInt } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { ApiClient } from "@mailfleet/client";
import { podmanMissing } from "@mailfleet/containers";
import { helm } from "@mailfleet/helm";
import { eventually, mailServers, tempDir } from "@mailfleet/local/testing";
import { parseAllDocuments } from "yaml";
import type { KubernetesObject } from "./kubernetes-api.ts";
import { forPodman, type PlayedObjects, type PlayedPod } from "./podman-objects.ts";
import { type PodmanPlayer, startPlayer } from "./podman-play.ts";
import { asks } from "./probe.ts";
import { enableMailbox, exchangeMail } from "./test/main-job.ts";
import { asArguments, chart, containers, type Surroundings, startSurroundings, values } from "./test/surroundings.ts";
import { writeVolumeFolder } from "./volume-folder.ts";

const run = promisify(execFile);
const ADMIN_TOKEN = "admin-token";

const missing =
  (helm ? false : "helm is not there: `npm run helm-tools` builds it") ||
  (await podmanMissing()) ||
  (await mailServers()).skip;

describe("the objects of the chart, as containers by podman kube play", { skip: missing }, () => {
  let around: Surroundings;
  let played: PlayedObjects;
  let player: PodmanPlayer;
  let folder: string;
  const stops: (() => Promise<void>)[] = [];

  before(async () => {
    around = await startSurroundings();
    stops.push(() => around.stop());
    const temporary = await tempDir("played");
    folder = temporary.path;
    stops.push(() => temporary.remove());
    player = await startPlayer(containers, folder);
    stops.push(() => player.remove());
    const args = ["template", "mf", chart, "--namespace", "mail", ...asArguments(values)];
    const { stdout } = await run(helm!, args, { maxBuffer: 1e7 });
    const objects = parseAllDocuments(stdout).flatMap((one) => (one.toJS() as KubernetesObject | null) ?? []);
    // Another run on this machine takes other addresses.
    const network = `127.${randomInt(64, 255)}.0`;
    played = forPodman(objects, {
      secrets: around.secrets,
      folder: join(folder, "volumes"),
      addressOf: (pod) => `${network}.${pod + 1}`,
    });
    for (const one of played.folders) await writeVolumeFolder(one);
  });
  after(async () => {
    for (const stop of stops.reverse()) await stop();
  });

  const says = async ({ container }: PlayedPod) =>
    `${JSON.stringify(await player.look(container))}\n${await player.linesOf(container)}`;
  const until = (pod: PlayedPod, holds: () => Promise<boolean>) =>
    eventually(holds, { timeoutMs: 120_000, everyMs: 500 }).catch(async (error: Error) => {
      throw new Error(`${error.message}\n${await says(pod)}`);
    });
  const ready = async (pod: PlayedPod) => {
    const [{ readinessProbe, ports }] = pod.declared.containers;
    return asks(readinessProbe, pod.address, ports);
  };

  test("the hook makes the topology and ends well", async () => {
    await player.play(played.hooks);
    for (const pod of played.hookPods) {
      await until(pod, async () => (await player.look(pod.container)).exitCode !== undefined);
      assert.equal((await player.look(pod.container)).exitCode, 0, await says(pod));
    }
  });

  test("twelve Pods get ready, under the rules of the chart", async () => {
    await player.play(played.rest);
    assert.equal(played.pods.length, 12);
    for (const pod of played.pods) await until(pod, () => ready(pod));
    for (const pod of played.pods) {
      const { pid, restarts } = await player.look(pod.container);
      assert.equal(restarts, 0, pod.container);
      const status = await readFile(`/proc/${pid}/status`, "utf8");
      const field = (name: string) => new RegExp(`^${name}:\\s+(.*)$`, "m").exec(status)?.[1]?.split(/\s+/);
      assert.deepEqual(field("Uid"), Array(4).fill("65532"), pod.container);
      assert.deepEqual(field("Gid"), Array(4).fill("65532"), pod.container);
      for (const kind of ["CapPrm", "CapEff", "CapBnd"])
        assert.match(field(kind)?.[0] ?? "", /^0+$/, `${pod.container} ${kind}`);
      assert.deepEqual(field("NoNewPrivs"), ["1"], pod.container);
      const mounts = await readFile(`/proc/${pid}/mountinfo`, "utf8");
      assert.match(mounts, /^\S+ \S+ \S+ \S+ \/ ro[, ]/m, pod.container);
    }
  });

  test("from nothing to an enabled mailbox, and mail both ways", async () => {
    const consoles = played.pods.filter(({ component }) => component === "console");
    const tokens: string[] = [];
    for (const { container } of consoles) {
      const at = join(folder, "volumes", container.replace(/-console$/, ""), "token");
      if ((await readdir(at)).includes(ADMIN_TOKEN)) tokens.push(await readFile(join(at, ADMIN_TOKEN), "utf8"));
    }
    assert.equal(tokens.length, 1, "one Pod made the first administrator");
    const api = new ApiClient({ url: `http://${consoles[0]!.address}:8480`, token: tokens[0]!.trim() });
    await exchangeMail(api, await enableMailbox(api, around), around);
  });

  test("each ends with 0 when it is asked to", async () => {
    await player.stopPods(played.pods[0]!.declared.terminationGracePeriodSeconds);
    const codes = played.pods.map(async ({ container }) => [container, (await player.look(container)).exitCode]);
    assert.deepEqual(
      await Promise.all(codes),
      played.pods.map(({ container }) => [container, 0]),
    );
  });
});
