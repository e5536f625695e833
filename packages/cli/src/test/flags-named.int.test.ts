import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { AnyNoun } from "@mailfleet/contracts";
import { optionedLeavesOf, settable } from "../fields/leaves.ts";
import { type ApiDouble, run, startApiDouble } from "./api-double.ts";

const one: Readonly<Record<string, { readonly path: string; readonly command: readonly string[] }>> = {
  profile: { path: "/profiles/pf_4fz81k", command: ["profile", "update", "pf_4fz81k"] },
  mailbox: { path: "/mailboxes/mb_4fz81k", command: ["mailbox", "update", "mb_4fz81k"] },
  settings: { path: "/settings", command: ["settings", "set"] },
  "notification-settings": { path: "/settings/notifications", command: ["notifications", "set"] },
};

describe("a refusal of the API", () => {
  let api: ApiDouble;
  before(async () => {
    api = await startApiDouble();
  });
  after(() => api?.stop());

  const refused = async (noun: AnyNoun) => {
    const { path, command } = one[noun.name] ?? { path: "", command: [] };
    const leaves = optionedLeavesOf(noun).filter(({ set }) => set === "always");
    const errors = leaves.map(({ path }) => ({ pointer: `/${path.join("/")}`, reason: "is wrong" }));
    api.on(`GET ${path}`, { body: { id: path.split("/").at(-1), v: 3 } });
    api.on(`PATCH ${path}`, { status: 400, body: { code: "INVALID", detail: "x", errors } });
    const file = { input: '{"colour":"red"}' };
    return { leaves, ...(await run(api.url, [...command, "--file", "-"], file)) };
  };

  for (const noun of settable)
    it(`names the option of every field of ${noun.name}`, async () => {
      const { leaves, err, code } = await refused(noun);
      assert.equal(code, 1, err);
      const lines = err.split("\n").map((line) => line.trim());
      for (const { option, path } of leaves)
        if (option?.startsWith("--")) assert.ok(lines.includes(`${option} is wrong`), `${path.join(".")}: ${err}`);
    });
});
