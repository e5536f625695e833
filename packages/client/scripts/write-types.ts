import { readFileSync, writeFileSync } from "node:fs";
import { typesOf } from "./types-of.ts";

/** Writes the types of the API anew, from its OpenAPI document as it is checked in. */
const document = readFileSync(new URL("../../../services/console/openapi.json", import.meta.url), "utf8");
writeFileSync(new URL("../src/operations.ts", import.meta.url), typesOf(JSON.parse(document)));
