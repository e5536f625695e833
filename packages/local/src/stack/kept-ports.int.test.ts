import assert from "node:assert/strict";
import { createServer } from "node:net";
import { test } from "node:test";
import { freePort } from "../engines/free-port.ts";
import { tempDir } from "../testing/index.ts";
import { keptPorts } from "./kept-ports.ts";

test("a data folder keeps its ports from one start to the next, but for those that are taken", async () => {
  const folder = await tempDir("ports");
  try {
    const first = await keptPorts(folder.path);
    assert.equal(new Set(Object.values(first)).size, 4);
    assert.deepEqual(await keptPorts(folder.path), first);
    const server = createServer().listen(first.imap, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const second = await keptPorts(folder.path);
    server.close();
    assert.notEqual(second.imap, first.imap);
    assert.deepEqual({ ...second, imap: 0 }, { ...first, imap: 0 });
    const console = await freePort();
    assert.equal((await keptPorts(folder.path, { console })).console, console);
  } finally {
    await folder.remove();
  }
});
