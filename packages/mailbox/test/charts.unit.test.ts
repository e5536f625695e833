import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { directionStates } from "@mailfleet/contracts";
import { withDiagram } from "../scripts/diagram.ts";
import { approvalChart } from "../src/approval-chart.ts";
import { directionChart } from "../src/direction-chart.ts";

const charts = { approvalChart, directionChart };

/** Every value of a tree with the path to it. */
function* leaves(value: unknown, path = ""): Generator<[string, unknown]> {
  if (typeof value === "object" && value !== null)
    for (const [key, inner] of Object.entries(value)) yield* leaves(inner, `${path}/${key}`);
  else yield [path, value];
}

for (const [name, chart] of Object.entries(charts)) {
  test(`${name} is data: names and JSON parameters, nothing anonymous, nothing that waits or runs by itself`, () => {
    const { schemas: _, ...config } = chart.config as Record<string, unknown>;
    const functions = [...leaves(config)].filter(([, value]) => typeof value === "function");
    assert.deepEqual(functions, []);
    const text = JSON.stringify(chart.definition);
    for (const forbidden of ["(anonymous)", "xstate.after", '"delay"', "inline:"])
      assert.ok(!text.includes(forbidden), `${forbidden} in the chart`);
    assert.ok(![...leaves(config)].some(([path]) => /\/(after|invoke|always)\//.test(path)));
  });

  test(`every name that ${name} uses is one of its setup`, () => {
    const known = new Set([
      ...Object.keys(chart.implementations.actions),
      ...Object.keys(chart.implementations.guards),
    ]);
    const named = [...leaves(chart.config)].flatMap(([path, value]) =>
      /\/(guard|(entry|exit|actions)\/\d+(\/type)?)$/.test(path) && typeof value === "string" ? [value] : [],
    );
    assert.ok(named.length > 3);
    for (const used of named) assert.ok(known.has(used), `${used} is not implemented`);
  });
}

test("the states of the direction chart are the closed list of the contracts", () => {
  const words = Object.entries(directionChart.states).flatMap(([key, { states }]) =>
    Object.keys(states).length > 0 ? Object.keys(states).map((inner) => `${key}.${inner}`) : [key],
  );
  assert.deepEqual(words, [...directionStates]);
});

test("the diagram in the README is drawn from the charts (node packages/mailbox/scripts/write-diagram.ts)", () => {
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  assert.ok(readme.includes("stateDiagram-v2"));
  assert.equal(readme, withDiagram(readme));
});
