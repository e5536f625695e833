import { randomInt } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type KubernetesApi, type KubernetesObject, Refused } from "./kubernetes-api.ts";
import { type ContainerOrder, orderOf } from "./pod-container.ts";
import { asks, watch } from "./probe.ts";
import type { Runner, Running } from "./runners.ts";

/** The one machine of a cluster: it takes each Pod and starts its container. */
export interface Kubelet {
  /** The Pod's folder of this volume. */
  volumeOf(pod: KubernetesObject, volume: string): string;
  /** What the containers of the Pod have written, the last lines. */
  linesOf(name: string): readonly string[];
  /** Containers that ended without being asked to, as lines. */
  readonly deaths: readonly string[];
  /** Ends every container. */
  stop(): Promise<void>;
}

const machine = "machine-1";
const LINES_KEPT = 400;
const LOOK_EVERY_MS = 200;
const AGAIN_AFTER_MS = 1000;

const podPath = ({ metadata }: KubernetesObject) => `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}`;

/** Whether a Pod may be sent requests. */
export const isReady = (pod: KubernetesObject): boolean =>
  !pod.metadata.deletionTimestamp &&
  pod.status?.conditions?.some(
    (one: { type: string; status: string }) => one.type === "Ready" && one.status === "True",
  );

/**
 * Registers one machine and runs the Pods of all namespaces on it: volumes of Secrets, variables, the three probes,
 * restarts, preStop, SIGTERM and the grace. It does what the Pods of our chart need and refuses the rest with words in
 * the Pod's status.
 */
export async function startKubelet(options: { api: KubernetesApi; runner: Runner; folder: string }): Promise<Kubelet> {
  const { api, runner, folder } = options;
  await api.call("POST", "/api/v1/nodes", { apiVersion: "v1", kind: "Node", metadata: { name: machine } });
  const lines = new Map<string, string[]>();
  const deaths: string[] = [];
  const lives = new Map<string, { end: AbortController; over: Promise<void> }>();
  const folderOf = (pod: KubernetesObject) => join(folder, "pods", pod.metadata.uid ?? "");
  // Another kubelet on this machine takes other addresses.
  const network = `127.${randomInt(64, 255)}`;
  let addresses = 0;
  const nextAddress = () => `${network}.${Math.floor(++addresses / 250)}.${(addresses % 250) + 1}`;

  /** From the binding to the removal of a Pod. */
  async function live(pod: KubernetesObject, end: AbortSignal): Promise<void> {
    const written: string[] = [];
    lines.set(pod.metadata.name, written);
    const onLine = (line: string) => {
      written.push(line);
      if (written.length > LINES_KEPT) written.shift();
    };
    const target = { apiVersion: "v1", kind: "Node", name: machine };
    const metadata = { name: pod.metadata.name };
    if (!pod.spec.nodeName)
      await api.call("POST", `${podPath(pod)}/binding`, { apiVersion: "v1", kind: "Binding", metadata, target });
    const at = folderOf(pod);
    await mkdir(at, { recursive: true });
    const address = nextAddress();
    const podStatus = statusOf(pod, address);
    let told: Promise<unknown> = Promise.resolve();
    /** In the order of what happened, each after the answer to the one before. */
    const tell = async (...change: Parameters<typeof podStatus>) => {
      const body = { status: podStatus(...change) };
      const patch = () => api.call("PATCH", `${podPath(pod)}/status`, body, "application/merge-patch+json");
      told = told.then(patch).catch(unlessGone);
      await told;
    };
    for (let restarts = 0; !end.aborted; ) {
      let order: ContainerOrder;
      try {
        order = await orderOf(pod, { api, folder: at, address });
      } catch (error) {
        const { message } = error as Error;
        await tell("Pending", false, { waiting: { reason: "CreateContainerConfigError", message } }, restarts);
        await delay(AGAIN_AFTER_MS, undefined, { signal: end }).catch(() => {});
        continue;
      }
      const running = await runner(order, onLine);
      const code = await superviseUntilEnd(pod, order, running, end, (ready) =>
        tell("Running", ready, { running: { startedAt: new Date().toISOString() } }, restarts),
      );
      const terminated = { terminated: { exitCode: code, finishedAt: new Date().toISOString() } };
      const hasFailed = code !== 0;
      if (end.aborted || pod.spec.restartPolicy === "Never") {
        await tell(hasFailed ? "Failed" : "Succeeded", false, terminated, restarts);
        break;
      }
      restarts += 1;
      deaths.push(`${pod.metadata.name}: exit code ${code}\n${written.slice(-3).join("\n")}`);
      await tell("Running", false, terminated, restarts);
      await delay(AGAIN_AFTER_MS, undefined, { signal: end }).catch(() => {});
    }
    if (!end.aborted) await new Promise<void>((resolve) => end.addEventListener("abort", () => resolve()));
    const preconditions = { uid: pod.metadata.uid };
    await api.call("DELETE", podPath(pod), { gracePeriodSeconds: 0, preconditions }).catch(unlessGone);
    await rm(at, { recursive: true, force: true });
  }

  const look = async () => {
    const { items } = await api.call<{ items: KubernetesObject[] }>("GET", "/api/v1/pods");
    for (const pod of items) {
      const uid = pod.metadata.uid ?? "";
      if (!lives.has(uid) && !pod.status?.phase?.match(/Succeeded|Failed/)) {
        const end = new AbortController();
        lives.set(uid, { end, over: live(pod, end.signal).catch((error) => void deaths.push(`${error}`)) });
      }
      if (pod.metadata.deletionTimestamp) lives.get(uid)?.end.abort();
    }
    const there = new Set(items.map(({ metadata }) => metadata.uid));
    for (const [uid, { end, over }] of lives)
      if (!there.has(uid)) {
        end.abort();
        void over.then(() => lives.delete(uid));
      }
  };
  let stopped = false;
  const looking = (async () => {
    while (!stopped) {
      await look().catch((error) => void deaths.push(`the kubelet: ${error}`));
      await delay(LOOK_EVERY_MS);
    }
  })();
  return {
    volumeOf: (pod, volume) => join(folderOf(pod), volume),
    linesOf: (name) => lines.get(name) ?? [],
    deaths,
    stop: async () => {
      stopped = true;
      await looking;
      for (const { end } of lives.values()) end.abort();
      await Promise.all([...lives.values()].map(({ over }) => over));
    },
  };
}

/** Asks the probes, and ends the container when the Pod ends or its liveness fails; resolves with the exit code. */
async function superviseUntilEnd(
  pod: KubernetesObject,
  order: ContainerOrder,
  running: Running,
  end: AbortSignal,
  onReady: (ready: boolean) => Promise<void>,
): Promise<number> {
  const [{ startupProbe, readinessProbe, livenessProbe, ports = [], lifecycle }] = pod.spec.containers;
  const over = new AbortController();
  const ask = (probe: Parameters<typeof asks>[0]) => () => asks(probe, order.address, ports);
  const stop = async (preStop: number) => {
    await delay(preStop * 1000, undefined, { signal: over.signal }).catch(() => {});
    over.abort();
    await running.stop();
  };
  let isReady: boolean | undefined;
  const tellReady = (ready: boolean) => {
    if (ready !== isReady) void onReady(ready);
    isReady = ready;
  };
  const probeAll = async () => {
    tellReady(readinessProbe === undefined && startupProbe === undefined);
    if (startupProbe) {
      const started = new AbortController();
      await watch(startupProbe, ask(startupProbe), AbortSignal.any([over.signal, started.signal]), (succeeds) => {
        started.abort();
        if (!succeeds) void stop(0);
      });
    }
    if (over.signal.aborted) return;
    if (readinessProbe) void watch(readinessProbe, ask(readinessProbe), over.signal, tellReady);
    else tellReady(true);
    if (livenessProbe)
      void watch(livenessProbe, ask(livenessProbe), AbortSignal.any([over.signal, end]), (succeeds) => {
        if (!succeeds) void stop(0);
      });
  };
  void probeAll();
  const ending = () => void stop(lifecycle?.preStop?.sleep?.seconds ?? 0);
  if (end.aborted) ending();
  else end.addEventListener("abort", ending);
  const code = await running.ended;
  end.removeEventListener("abort", ending);
  over.abort();
  return code;
}

/** Makes the status of this Pod; times of conditions change with them. */
function statusOf(pod: KubernetesObject, address: string) {
  const [{ name, image }] = pod.spec.containers;
  const since = new Date().toISOString();
  let before = { ready: false, since };
  return (phase: string, ready: boolean, state: object, restartCount: number) => {
    if (ready !== before.ready) before = { ready, since: new Date().toISOString() };
    const condition = (type: string, holds: boolean, lastTransitionTime: string) => ({
      ...{ type, status: holds ? "True" : "False", lastTransitionTime },
    });
    return {
      phase,
      startTime: since,
      podIP: address,
      podIPs: [{ ip: address }],
      conditions: [
        ...["PodScheduled", "Initialized"].map((type) => condition(type, true, since)),
        ...["ContainersReady", "Ready"].map((type) => condition(type, ready, before.since)),
      ],
      containerStatuses: [
        { name, image, imageID: image, ready, started: "running" in state, restartCount, state, lastState: {} },
      ],
    };
  };
}

/** A Pod that has gone, or another one of its name, takes no more news. */
function unlessGone(error: unknown): void {
  if (!(error instanceof Refused && [404, 409].includes(error.status))) throw error;
}
