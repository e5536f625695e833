import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { helm } from "@mailfleet/helm";
import { eventually } from "@mailfleet/local/testing";
import { variables } from "@mailfleet/topology";
import { parseAllDocuments } from "yaml";
import { isReady, type Kubelet, startKubelet } from "./kubelet.ts";
import { type KubernetesObject, Refused } from "./kubernetes-api.ts";
import { pretending } from "./runners.ts";
import { type Cluster, startCluster } from "./start-cluster.ts";
import { kubernetes } from "./tools.ts";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../..");
const chart = join(root, "deploy/helm/mailfleet");
const sets = (await readdir(join(chart, "ci"))).map((file) => file.replace(".yaml", ""));
const missing =
  kubernetes && helm
    ? false
    : "Kubernetes or helm is not there: `npm run cluster-tools` and `npm run helm-tools` build them";

/** What stands in a namespace before the chart; the chart before this one had an address of NATS for each service. */
const secrets: Readonly<Record<string, readonly string[]>> = {
  "mailfleet-engines": [
    ...["nats-url", "restore-mongo-url"],
    ...Object.keys(variables).flatMap((name) => [`${name}-nats-nkey`, `${name}-nats-url`, `${name}-mongo-url`]),
  ],
  "mailfleet-mailbox-open-keys": ["mailbox-open-keys.json"],
  "mailfleet-notify-open-keys": ["notify-open-keys.json"],
  "mailfleet-seal-keys": ["mailbox-seal-key.json", "notify-seal-key.json"],
  "mailfleet-oidc": ["client-secret"],
  proxy: ["credentials"],
};

describe("the chart at a real API server, with Pods that only pretend to run", { skip: missing }, () => {
  let cluster: Cluster;
  let kubelet: Kubelet;
  before(async () => {
    cluster = await startCluster(kubernetes!);
    kubelet = await startKubelet({ ...cluster, runner: pretending });
    const business = { apiVersion: "scheduling.k8s.io/v1", kind: "PriorityClass", metadata: { name: "business" } };
    await cluster.api.call("POST", "/apis/scheduling.k8s.io/v1/priorityclasses", { ...business, value: 1000 });
  });
  after(async () => {
    await kubelet?.stop();
    await cluster?.stop();
  });

  const helmDoes = async (...args: readonly string[]) => {
    const env = { ...process.env, KUBECONFIG: cluster.kubeconfig };
    const { stdout } = await run(helm!, args, { env, maxBuffer: 1e7 });
    return stdout;
  };
  const install = (namespace: string, from: string, ...more: readonly string[]) =>
    helmDoes("upgrade", "--install", "mf", from, "--namespace", namespace, "--wait", "--timeout", "3m", ...more);
  const valuesOf = (set: string) => ["--values", join(chart, "ci", `${set}.yaml`)];
  const newNamespace = async (name: string) => {
    const labels = { "pod-security.kubernetes.io/enforce": "restricted" };
    await cluster.api.call("POST", "/api/v1/namespaces", {
      ...{ apiVersion: "v1", kind: "Namespace", metadata: { name, labels } },
    });
    // Pods are refused until the controllers have made it.
    await eventually(() => cluster.api.call("GET", `/api/v1/namespaces/${name}/serviceaccounts/default`));
    for (const [secret, keys] of Object.entries(secrets))
      await cluster.api.call("POST", `/api/v1/namespaces/${name}/secrets`, {
        ...{ apiVersion: "v1", kind: "Secret", metadata: { name: secret } },
        stringData: Object.fromEntries(keys.map((key) => [key, "unused"])),
      });
    return name;
  };
  const objectsIn = (text: string) =>
    parseAllDocuments(text).flatMap((document) => (document.toJS() as KubernetesObject | null) ?? []);
  const listed = async (path: string) => {
    const { items } = await cluster.api.call<{ items: KubernetesObject[] }>("GET", path);
    return items;
  };
  const deployments = (namespace: string) => listed(`/apis/apps/v1/namespaces/${namespace}/deployments`);
  const pods = (namespace: string) => listed(`/api/v1/namespaces/${namespace}/pods`);
  const generations = async (namespace: string) =>
    Object.fromEntries((await deployments(namespace)).map(({ metadata }) => [metadata.name, metadata.generation]));
  /** What stands in a namespace, but for what every namespace has, and events. */
  const left = async (namespace: string) => {
    const found: string[] = [];
    for (const { name, path } of await cluster.api.kinds(namespace))
      if (name !== "events")
        for (const { metadata } of await listed(path))
          if (metadata.name !== "default" && !(name === "secrets" && metadata.name in secrets))
            found.push(`${name} ${metadata.name}`);
    return found.sort();
  };
  const refusal = async (asked: Promise<unknown>) =>
    asked.then(
      () => assert.fail("nothing was refused"),
      (error) => (error instanceof Refused ? `${error.status} ${error.message}` : assert.fail(error)),
    );

  for (const set of sets)
    test(`${set}: it is installed, stays as it is when it is installed again, and goes without a trace`, async () => {
      const namespace = await newNamespace(`mail-${set}`);
      await install(namespace, chart, ...valuesOf(set));
      const manifest = objectsIn(await helmDoes("get", "manifest", "mf", "--namespace", namespace));
      const hooks = objectsIn(await helmDoes("get", "hooks", "mf", "--namespace", namespace));
      for (const object of [...manifest, ...hooks]) {
        const metadata = { ...object.metadata, namespace, name: `${object.metadata.name}-again` };
        const path = `${await cluster.api.pathOf({ ...object, metadata })}?dryRun=All&fieldValidation=Strict`;
        await cluster.api.call("POST", path, { ...object, metadata });
      }
      for (const { metadata, spec, status } of await deployments(namespace))
        assert.deepEqual([status.readyReplicas, status.updatedReplicas], [spec.replicas, spec.replicas], metadata.name);
      const restarts = (await pods(namespace)).map(({ status }) => status.containerStatuses[0].restartCount);
      assert.ok(restarts.every((count) => count === 0));

      const versions = await generations(namespace);
      const uids = new Set((await pods(namespace)).map(({ metadata }) => metadata.uid));
      await install(namespace, chart, ...valuesOf(set));
      assert.deepEqual(await generations(namespace), versions, "what the server fills in is no change");
      const services = (await pods(namespace)).filter(({ metadata }) => metadata.labels?.["pod-template-hash"]);
      assert.ok(services.length > 0 && services.every(({ metadata }) => uids.has(metadata.uid)), "the same Pods");

      await helmDoes("uninstall", "mf", "--namespace", namespace, "--wait");
      // The log of what ended a hold stays for a day.
      const kept = set === "restricted" ? /^(jobs|pods) mf-restore\b/ : /^$/;
      await eventually(
        async () => {
          const found = (await left(namespace)).filter((line) => !kept.test(line));
          assert.deepEqual(found, []);
          return true;
        },
        { timeoutMs: 60_000 },
      );
    });

  test("a wrong field, and a Pod that is less locked down than ours, are refused here", async () => {
    const namespace = await newNamespace("mail-refused");
    await install(namespace, chart, ...valuesOf("minimal"));
    const [deployment] = await deployments(namespace);
    const { spec } = deployment!;
    const typo = {
      ...{ apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "typo" } },
      spec: { ...spec, replicaz: 3 },
    };
    const path = `/apis/apps/v1/namespaces/${namespace}/deployments?dryRun=All&fieldValidation=Strict`;
    assert.match(await refusal(cluster.api.call("POST", path, typo)), /unknown field "spec\.replicaz"/);
    const container = { name: "bare", image: "bare" };
    const bare = { apiVersion: "v1", kind: "Pod", metadata: { name: "bare" }, spec: { containers: [container] } };
    const pod = `/api/v1/namespaces/${namespace}/pods?dryRun=All`;
    assert.match(await refusal(cluster.api.call("POST", pod, bare)), /403 .*violates PodSecurity "restricted/);
    const ours = { apiVersion: "v1", kind: "Pod", metadata: { name: "ours" }, spec: spec.template.spec };
    await cluster.api.call("POST", pod, ours);
  });

  test("while it is upgraded from the chart before, there are never fewer ready Pods than wanted; it goes back, too", async (t) => {
    const path = "deploy/helm/mailfleet";
    const { stdout } = await run("git", ["log", "-2", "--format=%H", "--", path], { cwd: root });
    const [, commit] = stdout.trim().split("\n");
    if (!commit) return t.skip("the history of this checkout does not have the chart before");
    const old = join(cluster.folder, "chart-before");
    await mkdir(old);
    await run("sh", ["-c", `git archive ${commit} deploy/helm deploy/observability | tar -x -C ${old}`], { cwd: root });

    const namespace = await newNamespace("mail-upgrade");
    await install(namespace, join(old, path), ...valuesOf("minimal"));
    const wanted = Object.fromEntries(
      (await deployments(namespace)).map((one) => [one.metadata.name, one.spec.replicas]),
    );
    const fewest = { ...wanted };
    let isOver = false;
    const counting = (async () => {
      while (!isOver) {
        const ready = (await pods(namespace)).filter(isReady);
        for (const name of Object.keys(wanted)) {
          const count = ready.filter(({ metadata }) => metadata.name.startsWith(`${name}-`)).length;
          fewest[name] = Math.min(fewest[name], count);
        }
      }
    })();
    const first = new Set((await pods(namespace)).map(({ metadata }) => metadata.uid));
    await install(namespace, chart, ...valuesOf("minimal"), "--set", "secrets.revision=2").finally(() => {
      isOver = true;
    });
    await counting;
    assert.deepEqual(fewest, wanted);
    const stayed = (await pods(namespace)).filter((pod) => isReady(pod) && first.has(pod.metadata.uid));
    assert.deepEqual(stayed, []);
    await helmDoes("rollback", "mf", "1", "--namespace", namespace, "--wait", "--timeout", "3m");
    const revision = (await deployments(namespace))[0]?.spec.template.metadata.annotations["mailfleet/checksum"];
    assert.equal(typeof revision, "string");
  });

  test("of two Pods of a service one may be evicted, and the second not before the first is back", async () => {
    const namespace = await newNamespace("mail-evict");
    await install(namespace, chart, ...valuesOf("minimal"));
    const budget = `/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets/mf-config`;
    await eventually(async () => (await cluster.api.call("GET", budget)).status?.disruptionsAllowed === 1);
    const configs = (await pods(namespace)).filter(({ metadata }) => metadata.name.startsWith("mf-config-"));
    assert.equal(configs.length, 2);
    const evict = ({ metadata: { name } }: KubernetesObject) =>
      cluster.api.call("POST", `/api/v1/namespaces/${namespace}/pods/${name}/eviction`, {
        ...{ apiVersion: "policy/v1", kind: "Eviction", metadata: { name } },
      });
    await evict(configs[0]!);
    assert.match(await refusal(evict(configs[1]!)), /429 .*disruption budget/);
    await eventually(() => evict(configs[1]!), { timeoutMs: 60_000, what: "the second eviction" });
  });

  test("no container of them all ended by itself", () => assert.deepEqual(kubelet.deaths, []));
});
