import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { it } from "node:test";
import { typesOf } from "../scripts/types-of.ts";

const file = (name: string) => readFileSync(new URL(name, import.meta.url), "utf8");

it("the types are those of the API; `node services/console/scripts/write-api-reference.ts` writes them anew", () => {
  assert.equal(file("operations.ts"), typesOf(JSON.parse(file("../../../services/console/openapi.json"))));
});
