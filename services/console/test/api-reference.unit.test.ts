import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { apiReference } from "../http/api-reference.ts";
import { openApiDocument } from "../http/openapi.ts";
import { allRoutes } from "../http/routes.ts";

const routes = allRoutes();
const file = (name: string) => readFileSync(new URL(`../${name}`, import.meta.url), "utf8");

describe("the route table", () => {
  it("is what API.md says; `node services/console/scripts/write-api-reference.ts` writes it anew", () => {
    assert.equal(file("API.md"), apiReference(routes));
  });

  it("has the operations and schemas that openapi.json names; the same script writes that file", async () => {
    const checkedIn = JSON.parse(file("openapi.json"));
    const now = JSON.parse(JSON.stringify(await openApiDocument(routes)));
    const operations = (document: { paths: Record<string, object> }) =>
      Object.entries(document.paths).flatMap(([path, methods]) =>
        Object.keys(methods).map((verb) => `${verb} ${path}`),
      );
    assert.deepEqual(operations(now), operations(checkedIn));
    for (const [path, methods] of Object.entries(now.paths))
      assert.deepEqual(methods, checkedIn.paths[path], `${path} is not what services/console/openapi.json says`);
    for (const [name, schema] of Object.entries(now.components.schemas))
      assert.deepEqual(schema, checkedIn.components.schemas[name], `${name} is not what openapi.json says`);
    assert.deepEqual(now, checkedIn);
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
      // Who reads facts says how far it has come.
      readers
        .filter(({ method, path }) => method !== "GET" || path.startsWith("/tokens"))
        .map(({ path }) => path)
        .filter((path) => path !== "/subscriptions/:subscription/acknowledge"),
      [],
    );
  });
});
