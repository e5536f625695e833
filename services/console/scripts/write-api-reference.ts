/** Rewrites API.md and openapi.json after a change of the routes. A test compares both with the code. */
import { writeFileSync } from "node:fs";
import { apiReference } from "../http/api-reference.ts";
import { openApiDocument } from "../http/openapi.ts";
import { allRoutes } from "../http/routes.ts";

const write = (name: string, text: string) => writeFileSync(new URL(`../${name}`, import.meta.url), text);

write("API.md", apiReference(allRoutes()));
write("openapi.json", `${JSON.stringify(await openApiDocument(allRoutes()), null, 2)}\n`);
