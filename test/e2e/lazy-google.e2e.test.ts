import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { tempDir } from "@mailfleet/local/testing";
import { type FleetWorld, startWorld } from "../world/fleet-world.ts";

describe("a fleet that uses only IMAP", () => {
  let world: FleetWorld;
  let loaded: string;
  let remove: () => Promise<void>;
  before(async () => {
    const folder = await tempDir("loaded");
    remove = folder.remove;
    loaded = join(folder.path, "modules");
    const hook = join(folder.path, "hook.mjs");
    await writeFile(
      hook,
      `import { appendFileSync } from "node:fs";
import { registerHooks } from "node:module";
registerHooks({
  resolve(specifier, context, next) {
    if (!specifier.startsWith(".")) appendFileSync(${JSON.stringify(loaded)}, specifier + "\\n");
    return next(specifier, context);
  },
});
`,
    );
    world = await startWorld({ env: { NODE_OPTIONS: `--import ${pathToFileURL(hook).href}` } });
    await world.sandboxProfile();
    await world.enabledMailbox("plain@sandbox.test");
  });
  after(async () => {
    await world?.stop();
    await remove?.();
  });

  it("loads neither Google's libraries nor any connector that it does not use", async () => {
    const modules = new Set((await readFile(loaded, "utf8")).split("\n"));
    assert.ok(modules.has("imapflow") && modules.has("@mailfleet/connector-smtp"), "the hook sees what is loaded");
    const unused = ["@googleapis/gmail", "google-auth-library", "gaxios", "@mailfleet/connector-gmail"];
    assert.deepEqual(
      [...unused, "@mailfleet/connector-pop3", "@mailfleet/connector-graph"].filter((name) => modules.has(name)),
      [],
    );
  });
});
