import assert from "node:assert/strict";
import { test } from "node:test";
import { run } from "./api-double.ts";

/** Nothing is asked of an API. */
const explain = (what: string) => run("http://127.0.0.1:9", ["explain", what]);

test("a field is explained with its values, default, option and its name elsewhere", async () => {
  const { out, code } = await explain("profile.maximumConcurrentConnections");
  assert.equal(code, 0);
  for (const part of [/1 to 300; default 10/, /option +--connections/, /maxconcurrentconnections/])
    assert.match(out, part);
  assert.equal((await explain("maximumconcurrentconnections")).out, out);
});

test("the name of an object explains everything in it", async () => {
  const { out } = await explain("profile.inbound");
  for (const name of ["protocol", "host", "port", "security"])
    assert.match(out, new RegExp(`profile\\.inbound\\.${name}`));
  assert.doesNotMatch(out, /outbound/);
});

test("codes of alerts and of refusals are explained, whatever their case", async () => {
  assert.match((await explain("consent_expired")).out, /what to do/);
  assert.match((await explain("STALE_VERSION")).out, /412/);
});

test("what is not known is said, with where to look", async () => {
  const { err, code } = await explain("colour");
  assert.equal(code, 1);
  assert.match(err, /There is no field and no code colour/);
});
