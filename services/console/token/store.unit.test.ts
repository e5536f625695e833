import assert from "node:assert/strict";
import { test } from "node:test";
import type { Store } from "@mailfleet/store";
import { createTokenRepository } from "./store.ts";

test("whose token a request has is asked for less long than a client waits", async () => {
  const asked: unknown[] = [];
  const findOne = async (_: unknown, options: unknown) => {
    asked.push(options);
    return null;
  };
  const tokens = createTokenRepository({ db: { collection: () => ({ findOne }) } } as unknown as Store);
  assert.equal(await tokens.findByHash("hash"), null);
  assert.deepEqual(asked, [{ timeoutMS: 5000 }]);
});
