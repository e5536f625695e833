import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { KubernetesObject } from "./kubernetes-api.ts";
import { forPodman, turns } from "./podman-objects.ts";

const probe = { httpGet: { path: "/livez", port: "health" } };
/** A Pod as the chart renders it, shortened. */
const template = (component: string, key: string) => ({
  metadata: { labels: { "app.kubernetes.io/component": component } },
  spec: {
    securityContext: { runAsUser: 65532, fsGroup: 65532 },
    containers: [
      {
        name: component,
        image: `localhost/mailfleet-${component}:1`,
        env: [
          { name: "MAILFLEET_HTTP_HOST", value: "0.0.0.0" },
          { name: "MAILFLEET_REPLICA", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
        ],
        ports: [{ name: "health", containerPort: 9464 }],
        startupProbe: probe,
        readinessProbe: probe,
        livenessProbe: probe,
        volumeMounts: [{ name: "secrets", mountPath: "/run/secrets", readOnly: true }],
      },
    ],
    volumes: [
      {
        name: "secrets",
        projected: {
          defaultMode: 0o440,
          sources: [{ secret: { name: "engines", items: [{ key, path: "mongo-url" }] } }],
        },
      },
      { name: "token", emptyDir: { medium: "Memory" } },
    ],
  },
});
const job = (name: string, hook: string): KubernetesObject => ({
  ...{ apiVersion: "batch/v1", kind: "Job", metadata: { name, annotations: { "helm.sh/hook": hook } } },
  spec: { template: template("topology", "topology-mongo-url") },
});
const deployment: KubernetesObject = {
  ...{ apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "mf-console" } },
  spec: { replicas: 2, selector: {}, template: template("console", "console-mongo-url") },
};
const policy: KubernetesObject = {
  ...{ apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata: { name: "mf-deny" }, spec: {} },
};
const secrets = { engines: { "topology-mongo-url": "the topology's", "console-mongo-url": "the console's" } };
const turned = (objects: readonly KubernetesObject[]) =>
  forPodman(objects, { secrets, folder: "/volumes", addressOf: (pod) => `127.9.0.${pod + 1}` });

describe("the chart's objects for podman", () => {
  test("a hook before an installation is a Pod; one after an upgrade is left out", () => {
    const { hooks, rest, hookPods } = turned([
      job("mf-topology", "pre-install,pre-upgrade"),
      job("mf-topology-contract", "post-upgrade"),
    ]);
    assert.deepEqual([hooks.length, rest.length], [1, 0]);
    assert.deepEqual([hooks[0]?.kind, hooks[0]?.metadata.name], ["Pod", "mf-topology"]);
    assert.deepEqual(
      hookPods.map(({ component, container }) => [component, container]),
      [["topology", "mf-topology-topology"]],
    );
  });

  test("each replica is a Deployment of its own, with an address and folders of its own", () => {
    const { rest, pods, folders } = turned([deployment]);
    assert.deepEqual(
      rest.map(({ kind, metadata, spec }) => [kind, metadata.name, spec.replicas]),
      [
        ["Deployment", "mf-console-1", 1],
        ["Deployment", "mf-console-2", 1],
      ],
    );
    assert.deepEqual(
      pods.map(({ container, address }) => [container, address]),
      [
        ["mf-console-1-pod-0-console", "127.9.0.1"],
        ["mf-console-2-pod-0-console", "127.9.0.2"],
      ],
    );
    const spec = rest[1]!.spec.template.spec;
    assert.equal(spec.hostNetwork, true);
    assert.deepEqual(spec.containers[0].env, [
      { name: "MAILFLEET_HTTP_HOST", value: "127.9.0.2" },
      { name: "MAILFLEET_REPLICA", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
    ]);
    const at = "/volumes/mf-console-2-pod-0";
    assert.deepEqual(spec.volumes, [
      { name: "secrets", hostPath: { path: `${at}/secrets`, type: "Directory" } },
      { name: "token", hostPath: { path: `${at}/token`, type: "Directory" } },
    ]);
    assert.deepEqual(
      folders.filter(({ path }) => path.startsWith(at)),
      [
        {
          ...{ path: `${at}/secrets`, group: 65532, mode: 0o440 },
          files: { "mongo-url": Buffer.from("the console's") },
        },
        { path: `${at}/token`, group: 65532 },
      ],
    );
  });

  test("the probes are told, and not in what podman gets; the chart's objects stay as they are", () => {
    const before = structuredClone(deployment);
    const { rest, pods } = turned([deployment]);
    const [container] = rest[0]!.spec.template.spec.containers;
    const probes = Object.keys(container).filter((name) => name.endsWith("Probe"));
    assert.deepEqual(probes, []);
    assert.deepEqual(pods[0]?.declared.containers[0].readinessProbe, probe);
    assert.deepEqual(deployment, before);
  });

  test("what podman leaves out itself stays, and a key that is not there is told", () => {
    assert.deepEqual(turned([policy]).rest, [policy]);
    const others = { engines: {} };
    const missing = () =>
      forPodman([deployment], { secrets: others, folder: "/volumes", addressOf: () => "127.9.0.1" });
    assert.throws(missing, /the Secret engines has no key console-mongo-url/);
  });

  test("the README has the table of what is turned", () => {
    const readme = readFileSync(join(import.meta.dirname, "README.md"), "utf8").replaceAll(/ {2,}/g, " ");
    const rows = turns.map(({ what, into, why }) => `| ${what} | ${into} | ${why} |\n`).join("");
    assert.ok(readme.includes(`-- |\n${rows}\n`), `its table should be:\n${rows}`);
  });
});
