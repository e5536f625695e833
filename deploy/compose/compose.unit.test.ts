import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { nkeyFileOf, variables } from "@mailfleet/topology";
import { parse } from "yaml";
import { secretFiles } from "./secrets.ts";

type Secret = string | { readonly source: string; readonly target: string };
interface Container {
  readonly image: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly secrets?: readonly Secret[];
  readonly command?: readonly string[];
  readonly ports?: readonly string[];
  readonly networks?: readonly string[];
  readonly network_mode?: string;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly deploy: { readonly resources: { readonly limits: { memory: string; cpus: string; pids: number } } };
  readonly [other: string]: unknown;
}

const text = readFileSync(join(import.meta.dirname, "../compose.yaml"), "utf8");
const compose: {
  services: Record<string, Container>;
  secrets: Record<string, { file: string }>;
  networks: Record<string, { internal?: boolean }>;
} = parse(text, { merge: true });
const containers = Object.entries(compose.services);
const services = Object.keys(variables).filter((name) => name !== "topology");
const keyFiles = ["mailbox-open-keys.json", "mailbox-seal-key.json", "notify-open-keys.json", "notify-seal-key.json"];
const written = [
  ...Object.keys(secretFiles(new Map(), (user) => `${user}-secret`)),
  ...Object.keys(variables).map(nkeyFileOf),
  ...keyFiles,
  "mongo-key",
];
const sourceOf = (secret: Secret) => (typeof secret === "string" ? secret : secret.source);
const targetOf = (secret: Secret) => (typeof secret === "string" ? secret : secret.target);

describe("compose.yaml", () => {
  for (const [name, declared] of Object.entries(variables))
    test(`${name} gets what it declares, and nothing else`, () => {
      const { environment = {} } = compose.services[name]!;
      const given = Object.keys(environment).filter((one) => one !== "NODE_OPTIONS");
      const known = declared.flatMap((one) => (one.mayBeInFile ? [one.name, `${one.name}_FILE`] : [one.name]));
      assert.deepEqual(
        given.filter((one) => !known.includes(one)),
        [],
        "not declared",
      );
      const missing = declared.filter(
        (one) => one.isNeeded && !given.includes(one.name) && !(one.mayBeInFile && given.includes(`${one.name}_FILE`)),
      );
      assert.deepEqual(
        missing.map((one) => one.name),
        [],
        "missing",
      );
    });

  for (const [name, container] of containers) {
    test(`${name} sees the secrets that it names, and no other`, () => {
      const named = [...Object.values(container.environment ?? {}), ...(container.command ?? [])].flatMap(
        (value) => /^\/run\/secrets\/(.+)$/.exec(String(value))?.[1] ?? [],
      );
      assert.deepEqual(named.toSorted(), (container.secrets ?? []).map(targetOf).toSorted());
      for (const secret of container.secrets ?? []) {
        const { file } = compose.secrets[sourceOf(secret)] ?? { file: "" };
        assert.ok(written.includes(file.replace("./.local/secrets/", "")), `${file} is not written by npm run secrets`);
        if (services.includes(name) && /-(url|nkey)$/.test(sourceOf(secret)))
          assert.ok(sourceOf(secret).startsWith(`${name}-`), "another's");
      }
    });

    test(`${name} may do little`, () => {
      assert.equal(container.read_only, true);
      assert.deepEqual(container.cap_drop, ["ALL"]);
      assert.deepEqual(container.security_opt, ["no-new-privileges:true"]);
      assert.match(String(container.user), /^\$\{MAILFLEET_USER:\?/);
      assert.equal(container.privileged, undefined);
      const { memory, cpus, pids } = container.deploy.resources.limits;
      assert.ok(memory && cpus && pids);
      for (const port of container.ports ?? []) assert.match(port, /^127\.0\.0\.1:/);
      const heap = /--max-old-space-size=(\d+)/.exec(container.environment?.NODE_OPTIONS ?? "")?.[1];
      const megabytes = Number.parseInt(memory, 10) * (memory.endsWith("G") ? 1024 : 1);
      if (services.includes(name)) assert.equal(Number(heap), megabytes * 0.75);
    });
  }

  test("each service waits for the topology, is asked whether it is ready, and has time to stop", () => {
    for (const name of services) {
      const { depends_on, healthcheck, stop_grace_period, restart, image } = compose.services[name]!;
      assert.equal(depends_on?.topology?.condition, "service_completed_successfully", name);
      assert.match(JSON.stringify(healthcheck), /9464\/readyz/, name);
      assert.ok(Number.parseInt(String(stop_grace_period), 10) > 8, name);
      assert.equal(restart, "unless-stopped", name);
      assert.match(image, new RegExp(`^mailfleet-${name}:`));
    }
  });

  test("links lead to the port that the console has on this machine", () => {
    const { config, console: own } = compose.services;
    const port = own?.ports?.[0]?.replace(/^127\.0\.0\.1:(.*):8480$/, "$1");
    for (const { environment } of [config!, own!])
      assert.equal(environment?.MAILFLEET_CONSOLE_URL, `\${MAILFLEET_CONSOLE_URL:-http://127.0.0.1:${port}}`);
  });

  test("what ends a hold runs only when it is called, with the rights for it", () => {
    const { profiles, command, secrets = [] } = compose.services.restore!;
    assert.deepEqual([profiles, command], [["restore"], ["deployment", "show"]]);
    assert.deepEqual(secrets.map(sourceOf), ["topology-nats-nkey", "restore-mongo-url"]);
  });

  test("only those that speak to other people's servers reach the outside", () => {
    assert.equal(compose.networks.engines?.internal, true);
    const reaching = containers.filter(([, { networks = [] }]) => networks.includes("outside")).map(([name]) => name);
    assert.deepEqual(reaching, ["inbound-sync", "outbound-send", "alerting"]);
    for (const [name, { networks = [], network_mode }] of containers)
      assert.ok(networks.includes("engines") || network_mode === "service:mongodb", name);
  });
});
