/** Rewrites API.md, openapi.json and the client's types after a change of the routes. Tests compare them with the code. */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { apiReference } from "../http/api-reference.ts";
import { openApiDocument } from "../http/openapi.ts";
import { allRoutes } from "../http/routes.ts";

const write = (name: string, text: string) => writeFileSync(new URL(`../${name}`, import.meta.url), text);

write("API.md", apiReference(allRoutes()));
write("openapi.json", `${JSON.stringify(await openApiDocument(allRoutes()), null, 2)}\n`);

execFileSync(process.execPath, [fileURLToPath(import.meta.resolve("../../../packages/client/scripts/write-types.ts"))]);
