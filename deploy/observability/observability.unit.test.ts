import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { describe, test } from "node:test";
import { promisify } from "node:util";
import { parse, stringify } from "yaml";
import { declaredMetrics, seriesOf } from "./declared.ts";
import { promtool } from "./promtool.ts";

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}
interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly targets?: readonly { readonly expr: string; readonly refId: string }[];
  readonly fieldConfig?: { readonly defaults: { readonly unit?: string } };
}

const run = promisify(execFile);
const here = import.meta.dirname;
const read = (name: string) => readFileSync(join(here, name), "utf8");
const rules = (parse(read("mailfleet.rules.yaml")) as { groups: { rules: Rule[] }[] }).groups.flatMap(
  (group) => group.rules,
);
const ruleTests = parse(read("mailfleet.rules.test.yaml")) as {
  tests: { alert_rule_test: { alertname: string; exp_alerts?: unknown[] }[] }[];
};
const dashboard = JSON.parse(read("mailfleet.dashboard.json")) as {
  uid: string;
  panels: Panel[];
  templating: { list: { name: string; type: string }[] };
};
const shown = dashboard.panels.filter(({ type }) => type !== "row" && type !== "text");
const expressions = shown.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ from: title, expr })));
const metrics = declaredMetrics();
/** Those that prom-client shows of each Node process. */
const ofTheProcess = [
  "process_start_time_seconds",
  "process_resident_memory_bytes",
  "process_cpu_seconds_total",
  "nodejs_eventloop_lag_p99_seconds",
];

const promtoolIsThere = { skip: promtool ? false : "promtool is not there: `npm run promtool` brings it" };

describe("metrics", () => {
  test("have names of one convention, and each is made in one place", () => {
    const nouns = "alert|consumer|dead_letter|deployment|grant|http|lease|mailbox|message|notice|outbox|permit|profile";
    const more = "run|send|service|source|stream|tick|timer|trace|watch|webhook";
    const convention = new RegExp(`^mailfleet_(${nouns}|${more})_[a-z]+(_[a-z]+)*$`);
    for (const { name, kind, file } of metrics) {
      assert.match(name, convention, file);
      assert.equal(name.endsWith("_total"), kind === "counter", `${file}: ${name} is a ${kind}`);
      if (kind === "histogram") assert.match(name, /_(seconds|bytes)$/, file);
    }
    const names = metrics.map(({ name }) => name);
    assert.deepEqual(names.toSorted(), [...new Set(names)].toSorted());
    assert.ok(names.length > 30, "the sources are read");
  });
});

describe("rules and dashboard", () => {
  test("ask only for metrics that a service has", () => {
    const known = new Set([...metrics.flatMap(seriesOf), ...ofTheProcess]);
    const asked = [...rules.map(({ alert, expr }) => ({ from: alert, expr })), ...expressions];
    for (const { from, expr } of asked) {
      const names = expr.match(/\b(?:mailfleet|process|nodejs)_\w+/g) ?? [];
      assert.ok(names.length > 0, `${from} asks for nothing`);
      for (const name of names) assert.ok(known.has(name), `${from} asks for ${name}`);
    }
  });
});

describe("rules", () => {
  const names = rules.map(({ alert }) => alert);

  test("say what is wrong, how bad it is, and where the runbook is", () => {
    assert.deepEqual(names, [...new Set(names)]);
    for (const { alert, labels, annotations } of rules) {
      assert.ok(["critical", "warning"].includes(labels.severity ?? ""), alert);
      assert.ok(annotations.summary && annotations.description, alert);
      assert.equal(annotations.runbook_url, `docs/runbooks/${alert}.md`);
    }
  });

  test("have a runbook each, and no runbook is left over", () => {
    const folder = join(here, "../../docs/runbooks");
    const pages = readdirSync(folder).filter((name) => name.startsWith("Mailfleet"));
    assert.deepEqual(pages.map((name) => basename(name, ".md")).toSorted(), names.toSorted());
    for (const page of pages) {
      const text = readFileSync(join(folder, page), "utf8");
      assert.ok(text.startsWith(`# ${basename(page, ".md")}\n`), page);
      assert.deepEqual(text.match(/^## .*/gm), ["## What it means", "## How to look", "## What to do"], page);
    }
  });

  test("have a test each, in which they fire and in which they do not", () => {
    const tested = ruleTests.tests.flatMap((one) => one.alert_rule_test);
    for (const name of names) {
      const own = tested.filter(({ alertname }) => alertname === name);
      const fires = own.map(({ exp_alerts: expected }) => (expected ?? []).length > 0);
      assert.ok(fires.includes(true) && fires.includes(false), name);
    }
  });

  test("pass them, and promtool finds nothing wrong", promtoolIsThere, async () => {
    await run(promtool!, ["check", "rules", "--lint=all", "--lint-fatal", "mailfleet.rules.yaml"], { cwd: here });
    await run(promtool!, ["test", "rules", "mailfleet.rules.test.yaml"], { cwd: here });
  });
});

describe("the dashboard", () => {
  test("has one id for each panel, and a title, a unit and a description for each that shows figures", () => {
    assert.equal(dashboard.uid, "mailfleet");
    const ids = dashboard.panels.map(({ id }) => id);
    assert.deepEqual(ids, [...new Set(ids)]);
    for (const { title, description, fieldConfig, targets = [] } of shown) {
      assert.ok(title && description, title);
      assert.ok(fieldConfig?.defaults.unit, `${title} has no unit`);
      assert.ok(targets.length > 0, title);
      assert.deepEqual(targets.map(({ refId }) => refId).toSorted(), [...new Set(targets.map(({ refId }) => refId))]);
    }
    assert.deepEqual(
      dashboard.templating.list.map(({ name, type }) => [name, type]),
      [
        ["datasource", "datasource"],
        ["namespace", "query"],
      ],
    );
  });

  test("asks in PromQL that promtool can read", promtoolIsThere, async () => {
    const folder = await mkdtemp(join(tmpdir(), "mailfleet-dashboard-"));
    try {
      // As recording rules: promtool has no other way to read an expression without a server.
      const asked = expressions.map(({ expr }, at) => ({
        record: `panel:${at}`,
        expr: expr.replaceAll("$__rate_interval", "5m").replaceAll("$namespace", "mail"),
      }));
      await writeFile(join(folder, "rules.yaml"), stringify({ groups: [{ name: "dashboard", rules: asked }] }));
      await run(promtool!, ["check", "rules", "--lint=none", join(folder, "rules.yaml")]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

test("what the README names is there", () => {
  for (const [, name = ""] of read("README.md").matchAll(/`([a-z.]+\.(?:ts|yaml|json))`/g))
    assert.ok(existsSync(join(here, name)), name);
});
