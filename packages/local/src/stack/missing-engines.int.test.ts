import assert from "node:assert/strict";
import { test } from "node:test";
import { EngineUnavailable } from "../engines/engine-unavailable.ts";
import { tempDir } from "../testing/start-engines.ts";
import { startStack } from "./index.ts";

test("where neither engine can be had, one message names both, with what to do for each", async () => {
  const folder = await tempDir("missing");
  try {
    const starting = startStack({
      services: [],
      dataDir: folder.path,
      say: () => {},
      engines: { nats: { url: "nats://someone:secret@127.0.0.1:1" }, mongo: { url: "mongodb://127.0.0.1:1/" } },
    });
    await assert.rejects(starting, (error) => {
      assert.ok(error instanceof EngineUnavailable, String(error));
      for (const part of [/^NATS 2\.12 /m, /^MongoDB 6\.0 /m, /install nats-server/, /install mongod/])
        assert.match(error.message, part);
      assert.match(error.message, /nats:2\.12 -js\n[\s\S]*mongo:7/);
      assert.equal(error.message.match(/What to do/g)?.length, 1);
      assert.doesNotMatch(error.message, /secret/);
      return true;
    });
  } finally {
    await folder.remove();
  }
});
