import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { apiReference } from "./api-reference.ts";
import { allRoutes } from "./routes.ts";

const routes = allRoutes();

describe("the route table", () => {
  it("is what API.md says; `node services/console/scripts/write-api-reference.ts` writes it anew", () => {
    assert.equal(readFileSync(new URL("../API.md", import.meta.url), "utf8"), apiReference(routes));
  });

  it("has each call once, with parameters for all that its path names", () => {
    const calls = routes.map((route) => `${route.method} ${route.path}`);
    assert.equal(new Set(calls).size, calls.length);
    for (const route of routes) {
      assert.equal(route.path.includes(":"), route.params !== undefined, route.path);
      assert.notEqual(route.handle, route.respond, route.path);
    }
  });

  it("lets readers read only, and not the tokens", () => {
    const readers = routes.filter((route) => route.role === "reader");
    assert.deepEqual(
      readers.filter((route) => route.method !== "GET" || route.path.startsWith("/tokens")),
      [],
    );
  });
});
