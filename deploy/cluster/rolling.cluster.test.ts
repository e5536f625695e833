import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { ApiClient } from "@mailfleet/client";
import { podmanMissing } from "@mailfleet/containers";
import type { Alert, Mailbox, ReceivedMessage, Send } from "@mailfleet/contracts";
import { helm } from "@mailfleet/helm";
import { eventually, mailServers } from "@mailfleet/local/testing";
import { isReady, type Kubelet, startKubelet } from "./kubelet.ts";
import type { KubernetesObject } from "./kubernetes-api.ts";
import { podmanRunner } from "./runners.ts";
import { type Cluster, startCluster } from "./start-cluster.ts";
import { enableMailbox, exchangeMail, messageOf, numbered, received, send, subjectsOf } from "./test/main-job.ts";
import {
  asArguments,
  chart,
  containers,
  people,
  type Surroundings,
  startSurroundings,
  values,
} from "./test/surroundings.ts";
import { kubernetes } from "./tools.ts";

const run = promisify(execFile);
const namespace = "mail";
/** How long mail flows before the upgrade begins, for comparison. */
const CALM_MS = 3000;
/** A second more than without it, as for processes, and two for containers of six services that start at once on two cores. */
const STALL_MS = 3000;

const programs =
  kubernetes && helm
    ? false
    : "Kubernetes or helm is not there: `npm run cluster-tools` and `npm run helm-tools` build them";
const missing = programs || (await podmanMissing()) || (await mailServers()).skip;

describe("the chart itself, with containers of the images and real engines and mail servers", { skip: missing }, () => {
  let cluster: Cluster;
  let kubelet: Kubelet;
  let around: Surroundings;
  let api: ApiClient;
  let mailbox: Mailbox;
  const stops: (() => Promise<void>)[] = [];

  before(async () => {
    around = await startSurroundings();
    stops.push(() => around.stop());
    cluster = await startCluster(kubernetes!);
    stops.push(() => cluster.stop());
    kubelet = await startKubelet({ ...cluster, runner: podmanRunner(containers) });
    stops.push(() => kubelet.stop());
    const labels = { "pod-security.kubernetes.io/enforce": "restricted" };
    await cluster.api.call("POST", "/api/v1/namespaces", {
      ...{ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace, labels } },
    });
    await eventually(() => cluster.api.call("GET", `/api/v1/namespaces/${namespace}/serviceaccounts/default`));
    for (const [name, entries] of Object.entries(around.secrets))
      await cluster.api.call("POST", `/api/v1/namespaces/${namespace}/secrets`, {
        ...{ apiVersion: "v1", kind: "Secret", metadata: { name }, stringData: entries },
      });
  });
  after(async () => {
    for (const stop of stops.reverse()) await stop();
  });

  const upgrade = async (signal: AbortSignal, change: object = {}) => {
    const args = ["upgrade", "--install", "mf", chart, "--namespace", namespace];
    const sets = asArguments({ ...values, ...change });
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

  test("from nothing to an enabled mailbox, and mail both ways", async (t) => {
    await upgrade(t.signal);
    const ready = (await pods()).filter(isReady);
    assert.equal(ready.length, 12, await podsSay());
    token = tokenIn(await consoles());
    api = await anyConsole();
    mailbox = await enableMailbox(api, around);
    await exchangeMail(api, mailbox, around);
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
        await around.dovecot.drop(people.queue.address, 1, () => messageOf(subject));
        dropped += 1;
        const name = `rolled out ${sent + 1}`;
        const asked = async () => send(await anyConsole(), mailbox, name);
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
        const subjects = await received(api, mailbox);
        assert.deepEqual(subjects, [...numbered("in", 20), ...numbered("rolled in", dropped)].sort());
        const arrived = subjectsOf(await around.dovecot.messages(people.customer.address));
        assert.deepEqual(arrived, [...numbered("out", 5), ...numbered("rolled out", sent)].sort());
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
    const stored = await api.list<ReceivedMessage>(`/mailboxes/${mailbox.id}/messages`);
    const waits = stored.flatMap(({ subject, storedAt }) => {
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
