import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { z } from "zod";
import type { Exemplified } from "./examples.ts";
import { isoInstants } from "./instants.ts";
import { openApiDocument } from "./openapi.ts";
import { allRoutes, apiBase } from "./routes.ts";

const routes = allRoutes();
const { paths, components } = (await openApiDocument(routes)) as Exemplified;
const nameOf = (ref = "") => ref.split("/").at(-1) ?? "";

/** The example of a body: its own, or that of the schema with a name that it refers to. */
function exampleIn(content: Readonly<Record<string, { schema?: { $ref?: string }; example?: unknown }>> = {}): unknown {
  const one = content["application/json"] ?? Object.values(content)[0];
  return one?.example ?? components.schemas[nameOf(one?.schema?.$ref)]?.examples?.[0];
}

function assertFits(schema: z.ZodType, example: unknown, call: string): void {
  assert.ok(example, `${call} has no example`);
  const reasons = isoInstants(schema)
    .safeParse(example)
    .error?.issues.map(({ path, message }) => `/${path.join("/")} ${message}`);
  assert.equal(reasons, undefined, `${call} ${JSON.stringify(example)}`);
}

const operationOf = (method: string, path: string) =>
  paths[`${apiBase}${path.replaceAll(/:(\w+)/g, "{$1}")}`]?.[method.toLowerCase()];

describe("the examples of the OpenAPI document", () => {
  it("are there for each body, and are taken", () => {
    for (const { method, path, body, bodyFor } of routes.filter((route) => route.body)) {
      const example = exampleIn(operationOf(method, path)?.requestBody?.content);
      assertFits((bodyFor?.(example) ?? body) as z.ZodType, example, `${method} ${path}`);
    }
  });

  it("are there for each answer, and are as it may be", () => {
    for (const { method, path, answer, status } of routes)
      if (answer)
        assertFits(answer, exampleIn(operationOf(method, path)?.responses[status]?.content), `${method} ${path}`);
  });
});
