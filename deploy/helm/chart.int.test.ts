import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { promisify } from "node:util";
import { consumers } from "@mailfleet/contracts";
import { variables } from "@mailfleet/topology";
import { parse, parseAllDocuments } from "yaml";
import { helm, validator } from "./tools.ts";

interface Variable {
  readonly name: string;
  readonly value?: string;
}
/** As far as the tests look into it. */
interface KubernetesObject {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly labels: Record<string, string>;
    readonly annotations?: Record<string, string>;
  };
  // biome-ignore lint/suspicious/noExplicitAny: objects of a dozen kinds, read in a test
  readonly spec: any;
  readonly data?: Readonly<Record<string, string>>;
}

const run = promisify(execFile);
const chart = join(import.meta.dirname, "mailfleet");
const sets = readdirSync(join(chart, "ci")).map((file) => file.replace(".yaml", ""));
const kinds = ["--api-versions", "keda.sh/v1alpha1", "--api-versions", "monitoring.coreos.com/v1"];
const services = Object.keys(variables).filter((name) => name !== "topology");

const template = async (args: readonly string[]) => {
  const { stdout } = await run(helm ?? "helm", ["template", "mf", chart, "--namespace", "mail", ...args], {
    maxBuffer: 1e7,
  });
  return stdout;
};
const objectsIn = (text: string): KubernetesObject[] =>
  parseAllDocuments(text).flatMap((document) => (document.toJS() as KubernetesObject | null) ?? []);
const refusal = async (...args: readonly string[]): Promise<string> =>
  template(args).then(
    () => "nothing was refused",
    (error: { stderr: string }) => error.stderr,
  );

describe("the chart", { skip: helm ? false : "helm is not there: `npm run helm-tools` builds it" }, () => {
  const texts: Record<string, string> = {};
  const all: Record<string, KubernetesObject[]> = {};
  before(async () => {
    for (const set of sets) {
      texts[set] = await template(["--values", join(chart, "ci", `${set}.yaml`), ...kinds]);
      all[set] = objectsIn(texts[set]);
    }
  });
  const of = (set: string, kind: string) => all[set]!.filter((object) => object.kind === kind);
  const named = (set: string, kind: string, name: string) => {
    const object = of(set, kind).find((one) => one.metadata.name === `mf-${name}`);
    assert.ok(object, `${set} has no ${kind} ${name}`);
    return object;
  };
  const podsOf = (set: string) =>
    [...of(set, "Deployment"), ...of(set, "Job")].map((object) => ({
      name: object.metadata.labels["app.kubernetes.io/component"]!,
      spec: object.spec.template.spec,
    }));

  for (const set of sets) {
    test(`${set}: each pod gets the variables and secrets that it declares, and no other`, () => {
      assert.deepEqual(of(set, "Deployment").length, services.length);
      for (const { name, spec } of podsOf(set)) {
        const [container] = spec.containers;
        const given: Variable[] = container.env.filter((one: Variable) => one.name !== "NODE_OPTIONS");
        const declared = variables[name] ?? [];
        const known = declared.flatMap((one) => (one.mayBeInFile ? [one.name, `${one.name}_FILE`] : [one.name]));
        const names = given.map((one) => one.name);
        assert.deepEqual(
          names.filter((one) => !known.includes(one)),
          [],
          `${name}: not declared`,
        );
        const missing = declared.filter(
          (one) => one.isNeeded && !names.includes(one.name) && !names.includes(`${one.name}_FILE`),
        );
        assert.deepEqual(
          missing.map((one) => one.name),
          [],
          `${name}: missing`,
        );
        const files = spec.volumes
          .find((one: { name: string }) => one.name === "secrets")
          .projected.sources.flatMap((source: { secret: { items: { path: string }[] } }) => source.secret.items)
          .map(({ path }: { path: string }) => `/run/secrets/${path}`);
        const wanted = given.map((one) => one.value ?? "").filter((value) => value.startsWith("/run/secrets/"));
        assert.deepEqual(files.toSorted(), wanted.toSorted(), name);
      }
    });

    test(`${set}: the step of the topology is told the size of FACTS and who outside reads them`, () => {
      for (const { spec } of podsOf(set).filter(({ name }) => name === "topology")) {
        const given = (name: string) => spec.containers[0].env.find((one: Variable) => one.name === name)?.value;
        const [bytes, accounts] = set === "production" ? ["21474836480", "ERP,CRM"] : ["2147483648", undefined];
        assert.deepEqual([given("MAILFLEET_FACTS_BYTES"), given("MAILFLEET_OUTSIDE_ACCOUNTS")], [bytes, accounts]);
      }
    });

    test(`${set}: pods are as the Pod Security level "restricted" wants them, and have no token`, () => {
      for (const { name, spec } of podsOf(set)) {
        assert.equal(spec.automountServiceAccountToken, false, name);
        assert.equal(spec.enableServiceLinks, false, name);
        assert.equal(spec.securityContext.runAsNonRoot, true, name);
        assert.equal(spec.securityContext.seccompProfile.type, "RuntimeDefault", name);
        for (const { securityContext, resources, env } of spec.containers) {
          assert.deepEqual(securityContext, {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ["ALL"] },
          });
          const [, number, unit] = /^(\d+)(Mi|Gi)$/.exec(resources.limits.memory) ?? [];
          const heap = env.find((one: Variable) => one.name === "NODE_OPTIONS").value;
          const expected = (Number(number) * (unit === "Gi" ? 1024 : 1) * 3) / 4;
          assert.match(heap, new RegExp(`^--max-old-space-size=${expected}( |$)`), name);
        }
      }
    });

    test(`${set}: what the selectors select is what there is`, () => {
      for (const deployment of of(set, "Deployment")) {
        const { selector, template: pod } = deployment.spec;
        for (const [key, value] of Object.entries(selector.matchLabels))
          assert.equal(pod.metadata.labels[key], value, deployment.metadata.name);
        const spread = deployment.spec.template.spec.topologySpreadConstraints;
        assert.deepEqual(spread.map((one: { topologyKey: string }) => one.topologyKey).toSorted(), [
          "kubernetes.io/hostname",
          "topology.kubernetes.io/zone",
        ]);
        const policy = named(set, "NetworkPolicy", deployment.metadata.name.replace("mf-", ""));
        assert.deepEqual(policy.spec.podSelector.matchLabels, selector.matchLabels);
      }
    });

    test(`${set}: only the workers, alerting and a console with its own sign-in reach beyond DNS, NATS, MongoDB and the collector of traces`, () => {
      for (const policy of of(set, "NetworkPolicy")) {
        const name = policy.metadata.name.replace("mf-", "");
        const ports = (policy.spec.egress ?? []).flatMap((rule: { ports: { port: number }[] }) =>
          rule.ports.map((one) => one.port),
        );
        const beyond = ports.filter((port: number) => ![53, 4222, 27017, 4318].includes(port));
        const signsIn = set === "production" ? ["console"] : [];
        const may = ["inbound-sync", "outbound-send", "alerting", ...signsIn].includes(name);
        assert.equal(beyond.length > 0, may, name);
      }
      assert.deepEqual(named(set, "NetworkPolicy", "deny").spec.egress, undefined);
    });
  }

  test("the schemas of Kubernetes accept it", { skip: validator ? false : "`npm run helm-tools`" }, async () => {
    const folder = await mkdtemp(join(tmpdir(), "mailfleet-chart-"));
    try {
      // Between them they have every kind and every option.
      const two = ["production", "restricted"];
      const files = two.map((set) => join(folder, `${set}.yaml`));
      for (const [at, set] of two.entries()) {
        const plain = all[set]!.filter(({ kind }) => !["ScaledObject", "PodMonitor", "PrometheusRule"].includes(kind));
        await writeFile(files[at]!, plain.map((object) => JSON.stringify(object)).join("\n---\n"));
      }
      await run("python3", ["-m", "kubernetes_validate", "--strict", "--kubernetes-version", "1.34", ...files], {
        env: { ...process.env, PYTHONPATH: validator },
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test("a console with its own sign-in knows the provider, and its groups as one JSON object", () => {
    const [container] = named("production", "Deployment", "console").spec.template.spec.containers;
    const given = (name: string) => container.env.find((one: Variable) => one.name === `MAILFLEET_OIDC_${name}`)?.value;
    assert.equal(given("ISSUER"), "https://id.example.org/realms/example");
    const roles = { "mail-admins": "administrator", "cn=helpdesk,dc=example,dc=org": "operator" };
    assert.deepEqual(JSON.parse(given("ROLES")), roles);
    assert.equal(given("SESSION_MINUTES"), "480");
  });

  test("probes ask three different questions, and a pod has longer than its service to stop", () => {
    for (const name of services) {
      const { spec } = named("minimal", "Deployment", name).spec.template;
      const { startupProbe, readinessProbe, livenessProbe, lifecycle } = spec.containers[0];
      const paths = [startupProbe, readinessProbe, livenessProbe].map((one) => one.httpGet.path);
      assert.deepEqual(paths, ["/livez", "/readyz", "/livez"], name);
      assert.ok(livenessProbe.periodSeconds * livenessProbe.failureThreshold >= 60, name);
      assert.ok(spec.terminationGracePeriodSeconds > 8 + (lifecycle?.preStop.sleep.seconds ?? 0), name);
      assert.equal(lifecycle === undefined, name !== "console", name);
    }
  });

  test("a budget stands where there is more than one replica", () => {
    assert.equal(of("minimal", "PodDisruptionBudget").length, services.length);
    assert.equal(of("restricted", "PodDisruptionBudget").length, 0);
    assert.equal(named("minimal", "PodDisruptionBudget", "config").spec.maxUnavailable, 1);
  });

  test("the topology is made before, and what is not used any more goes after an upgrade", () => {
    const hooks = (set: string) =>
      of(set, "Job").map((job) => [
        job.metadata.annotations!["helm.sh/hook"],
        job.spec.template.spec.containers[0].args.join(" "),
      ]);
    assert.deepEqual(hooks("minimal"), [
      ["pre-install,pre-upgrade,pre-rollback", "topology apply"],
      ["post-upgrade", "topology apply --contract"],
    ]);
    assert.equal(hooks("restricted").filter(([, args]) => args.startsWith("topology")).length, 1);
  });

  test("the hold of a backup ends once, after the topology is there, with the rights for it", () => {
    const job = named("restricted", "Job", "restore");
    const { annotations = {} } = job.metadata;
    const [container] = job.spec.template.spec.containers;
    assert.deepEqual(container.args, ["deployment", "confirm", "--as", "same", "--sends", "hold"]);
    assert.equal(annotations["helm.sh/hook"], "pre-install,pre-upgrade");
    assert.equal(annotations["helm.sh/hook-delete-policy"], "before-hook-creation", "its log is kept");
    const weightOf = (name: string) =>
      Number(named("restricted", "Job", name).metadata.annotations?.["helm.sh/hook-weight"]);
    assert.ok(weightOf("restore") > weightOf("topology"));
    assert.equal(job.spec.ttlSecondsAfterFinished, 86_400, "helm removes no hook with the release: it goes by itself");
    assert.equal(job.spec.backoffLimit, 0);
    const [{ projected }] = job.spec.template.spec.volumes;
    const keys = projected.sources[0].secret.items.map(({ key }: { key: string }) => key);
    assert.deepEqual(keys, ["nats-url", "topology-nats-nkey", "restore-mongo-url"]);
    assert.equal(of("minimal", "Job").length, 2);
  });

  test("what is optional is off unless it is wanted", () => {
    for (const kind of ["Ingress", "PodMonitor", "ScaledObject", "PrometheusRule", "ConfigMap"])
      assert.equal(of("minimal", kind).length, 0, kind);
    const [ingress] = of("production", "Ingress");
    assert.deepEqual(ingress?.spec.tls, [{ hosts: ["mailfleet.example.org"], secretName: "mailfleet-tls" }]);
    const [monitor] = of("production", "PodMonitor");
    assert.equal(monitor?.metadata.labels.release, "prometheus");
  });

  test("rules and dashboard are those of deploy/observability; runbooks are where the values say", () => {
    const source = (name: string) => readFileSync(join(import.meta.dirname, "../observability", name), "utf8");
    const [rules] = of("production", "PrometheusRule");
    const moved = source("mailfleet.rules.yaml").replaceAll("docs/runbooks/", "https://wiki.example.org/runbooks/");
    assert.deepEqual(rules?.spec, parse(moved));
    assert.equal(rules?.metadata.labels.release, "prometheus");
    const [dashboard] = of("production", "ConfigMap");
    assert.deepEqual(
      JSON.parse(dashboard?.data?.["mailfleet.json"] ?? ""),
      JSON.parse(source("mailfleet.dashboard.json")),
    );
    assert.equal(dashboard?.metadata.labels.grafana_dashboard, "1");
  });

  test("KEDA counts what waits at the consumers of the workers, and the Deployment leaves the number to it", () => {
    const known = Object.values(consumers).map(({ stream, name }) => `${stream} ${name}`);
    for (const scaled of of("keda", "ScaledObject")) {
      for (const { metadata } of scaled.spec.triggers)
        assert.ok(known.includes(`${metadata.stream} ${metadata.consumer}`), metadata.consumer);
      assert.ok(scaled.spec.minReplicaCount >= 1);
      const { name } = scaled.spec.scaleTargetRef;
      assert.equal(named("keda", "Deployment", name.replace("mf-", "")).spec.replicas, undefined);
    }
    assert.deepEqual(
      of("keda", "ScaledObject").map((one) => one.metadata.name),
      ["mf-inbound-sync", "mf-outbound-send"],
    );
    assert.equal(named("keda", "Deployment", "config").spec.replicas, 2);
  });

  test("`merge` is laid over the finished object; a change of configuration replaces the pods", async () => {
    assert.equal(named("production", "Deployment", "config").spec.minReadySeconds, 30);
    const checksum = (objects: KubernetesObject[]) =>
      objects.find((one) => one.kind === "Deployment")?.spec.template.metadata.annotations["mailfleet/checksum"];
    const before = checksum(all.minimal!);
    const after = checksum(objectsIn(await template(["--set", "secrets.revision=3,topology.streamReplicas=1"])));
    assert.match(before, /^[0-9a-f]{64}$/);
    assert.notEqual(before, after);
  });

  const refused: readonly (readonly [string, string, RegExp])[] = [
    ["an unknown key", "replicaz=3", /additional properties 'replicaz' not allowed/],
    ["an unknown key of a service", "services.config.replica=3", /additional properties 'replica' not allowed/],
    ["memory that no heap follows from", "services.config.resources.limits.memory=1G", /memory/],
    [
      "an ingress without TLS",
      "console.ingress.enabled=true",
      /console\.ingress is enabled without host or tlsSecret: people/,
    ],
    ["KEDA without monitoring", "keda.enabled=true", /keda\.natsMonitoring names no monitoring port of NATS: set it/],
    [
      "KEDA in a cluster without it",
      "keda.enabled=true,keda.natsMonitoring=nats:8222",
      /does not know the kind ScaledObject/,
    ],
    [
      "an ingress that a network policy keeps out",
      "console.ingress.enabled=true,console.ingress.host=a.example.org,console.ingress.tlsSecret=tls",
      /networkPolicy\.console\.from lets nobody in: name/,
    ],
    [
      "a PodMonitor that a network policy keeps out",
      "podMonitor.enabled=true",
      /networkPolicy\.metrics\.from lets nobody in: name/,
    ],
    ["a name that no account outside may have", "topology.outsideAccounts={MAILFLEET}", /outsideAccounts/],
    ["an account that NATS would not know", "topology.outsideAccounts={erp}", /outsideAccounts/],
    ["a size in which facts do not last", "topology.factsBytes=1000", /factsBytes/],
    ["an answer about a backup that is none", "restore.confirm=yes", /restore\/confirm/],
    [
      "a PodMonitor in a cluster without it",
      "podMonitor.enabled=true,networkPolicy.enabled=false",
      /does not know the kind PodMonitor/,
    ],
    ["rules in a cluster without it", "observability.rules.enabled=true", /does not know the kind PrometheusRule/],
    ["less than a service needs to stop", "terminationGracePeriodSeconds=5", /terminationGracePeriodSeconds/],
    ["a minimum above the maximum", "services.inbound-sync.scaling.minimum=9", /minimum of 9 above its maximum of 6/],
    ["a provider at which nobody could sign in", "console.openId.issuer=https://id.example.org", /clientId or roles/],
    ["a group with a role that is none", "console.openId.roles.staff=king", /openId\/roles\/staff/],
    ["a session of no length", "console.openId.sessionMinutes=3", /openId\/sessionMinutes/],
    ["credentials of no proxy", "outside.proxyCredentialsSecret=proxy", /without outside\.proxy/],
  ];
  test("what cannot work is refused with a sentence", async () => {
    for (const [what, values, words] of refused) assert.match(await refusal("--set", values), words, what);
  });
});
