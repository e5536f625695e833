import { generateKeyPairSync, randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { eventually, freePort, startGuarded, tempDir } from "@mailfleet/local/testing";
import { parseAllDocuments } from "yaml";
import { type KubernetesApi, type KubernetesObject, kubernetesApi } from "./kubernetes-api.ts";
import type { KubernetesPrograms } from "./tools.ts";

/** A Kubernetes without machines: nothing runs a Pod until a kubelet comes. */
export interface Cluster {
  readonly api: KubernetesApi;
  /** File for `KUBECONFIG`: the administrator. */
  readonly kubeconfig: string;
  /** A folder that goes with the cluster. */
  readonly folder: string;
  stop(): Promise<void>;
}

/** The controllers that the chart's objects need. */
const controllers = [
  ...["deployment-controller", "replicaset-controller", "job-controller", "disruption-controller"],
  ...[
    "garbage-collector-controller",
    "serviceaccount-controller",
    "namespace-controller",
    "ttl-after-finished-controller",
  ],
];

/** Starts etcd, the API server and the controllers on loopback ports; they end with this process. */
export async function startCluster(programs: KubernetesPrograms): Promise<Cluster> {
  const { path: folder, remove } = await tempDir("cluster");
  const file = (name: string) => join(folder, name);
  const token = randomBytes(24).toString("hex");
  const [store, peers, secure] = (await Promise.all([freePort(), freePort(), freePort()])) as [number, number, number];
  const url = `https://127.0.0.1:${secure}`;
  const { publicKey, privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  const files = {
    "accounts.pub": publicKey,
    "accounts.key": privateKey,
    "tokens.csv": `${token},administrator,administrator,system:masters\n`,
    kubeconfig: kubeconfigOf(url, token, file("certificates/apiserver.crt")),
  };
  for (const [name, content] of Object.entries(files)) await writeFile(file(name), content, { mode: 0o600 });

  const running: { kill(): Promise<void> }[] = [];
  const begin = async (program: string, args: readonly string[]) => {
    const guarded = await startGuarded(program, args, { removeWhenOrphaned: folder });
    running.unshift(guarded);
    return guarded;
  };
  const stop = async () => {
    // The API server would wait a minute for connections that are kept; what it stored goes with the folder.
    for (const program of running) await program.kill();
    await remove();
  };
  try {
    const address = (port: number) => `http://127.0.0.1:${port}`;
    await begin(programs.etcd, [
      ...["--data-dir", file("etcd"), "--unsafe-no-fsync", "--log-level", "error"],
      ...["--listen-client-urls", address(store), "--advertise-client-urls", address(store)],
      ...["--listen-peer-urls", address(peers), "--initial-advertise-peer-urls", address(peers)],
      ...["--initial-cluster", `default=${address(peers)}`],
    ]);
    const server = await begin(programs.apiServer, [
      ...[`--etcd-servers=${address(store)}`, "--bind-address=127.0.0.1", `--secure-port=${secure}`],
      ...["--advertise-address=127.0.0.1", "--endpoint-reconciler-type=none", `--cert-dir=${file("certificates")}`],
      ...["--service-account-issuer=https://localhost", `--service-account-key-file=${file("accounts.pub")}`],
      ...[`--service-account-signing-key-file=${file("accounts.key")}`, "--service-cluster-ip-range=10.0.0.0/24"],
      ...["--authorization-mode=RBAC", `--token-auth-file=${file("tokens.csv")}`],
    ]);
    const authority = await eventually(() => readFile(file("certificates/apiserver.crt"), "utf8"), {
      timeoutMs: 60_000,
      what: "the API server's certificate",
    });
    const api = kubernetesApi({ url, token, authority });
    const failed = server.ended.then((code) => {
      throw new Error(`the API server ended with code ${code}:\n${server.lines.slice(-10).join("\n")}`);
    });
    failed.catch(() => {});
    const ready = eventually(() => api.call("GET", "/apis/apps/v1"), { timeoutMs: 90_000, what: "the API server" });
    await Promise.race([ready, failed]);
    await begin(programs.controllerManager, [
      ...[`--kubeconfig=${file("kubeconfig")}`, "--leader-elect=false", `--controllers=${controllers.join(",")}`],
      ...["--secure-port=0", "--use-service-account-credentials=false"],
      `--service-account-private-key-file=${file("accounts.key")}`,
    ]);
    await define(api, programs.definitions);
    return {
      api,
      kubeconfig: file("kubeconfig"),
      folder,
      stop: async () => {
        api.close();
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Teaches the server the kinds of others, and waits until it serves them. */
async function define(api: KubernetesApi, files: readonly string[]): Promise<void> {
  const definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
  for (const file of files)
    for (const document of parseAllDocuments(await readFile(file, "utf8"))) {
      const definition = document.toJS() as KubernetesObject | null;
      if (!definition) continue;
      await api.call("POST", definitions, definition);
      const { group, versions, names } = definition.spec;
      const served = versions.findLast((one: { served: boolean }) => one.served).name;
      await eventually(() => api.call("GET", `/apis/${group}/${served}/${names.plural}`), {
        timeoutMs: 30_000,
        what: `the kind ${names.kind}`,
      });
    }
}

const kubeconfigOf = (server: string, token: string, authority: string) =>
  JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "test", cluster: { server, "certificate-authority": authority } }],
    users: [{ name: "administrator", user: { token } }],
    contexts: [{ name: "test", context: { cluster: "test", user: "administrator" } }],
    "current-context": "test",
  });
