import assert from "node:assert/strict";
import { test } from "node:test";
import { createDownloads, mostDownloads } from "./downloads.ts";
import { headersOfTooMany } from "./rate-limit.ts";

const never = new AbortController().signal;
const many = (count: number) => Array.from({ length: count });

test("so many downloads run for one token, the next waits for a turn, others have theirs", async () => {
  const downloads = createDownloads();
  const own = await Promise.all(many(mostDownloads.ofOne).map(() => downloads.begin("a", never)));
  let begun = false;
  const next = downloads.begin("a", never).then((end) => {
    begun = true;
    return end;
  });
  (await downloads.begin("b", never))();
  assert.equal(begun, false);
  assert.equal(downloads.headers("a").ratelimit, '"downloads";r=0');
  assert.equal(downloads.headers("b").ratelimit, `"downloads";r=${mostDownloads.ofOne}`);
  own[0]?.();
  own[0]?.();
  (await next)();
  assert.equal(begun, true);
});

test("so many run together; who waits too long, or leaves, holds no turn", async () => {
  const downloads = createDownloads(20);
  const all = await Promise.all(many(mostDownloads.together).map((_, at) => downloads.begin(`t${at}`, never)));
  const refusal = await downloads.begin("late", never).catch((error: unknown) => error);
  assert.match(String(refusal), /Too many downloads/);
  assert.deepEqual(headersOfTooMany(refusal), {
    "retry-after": "5",
    "ratelimit-policy": '"downloads-of-all";q=48;qu="concurrent-requests"',
    ratelimit: '"downloads-of-all";r=0;t=5',
  });
  const leaving = new AbortController();
  const left = downloads.begin("left", leaving.signal);
  leaving.abort();
  await assert.rejects(left);
  for (const end of all) end();
  const again = await Promise.all(many(mostDownloads.together).map((_, at) => downloads.begin(`u${at}`, never)));
  assert.equal(again.length, mostDownloads.together);
});
