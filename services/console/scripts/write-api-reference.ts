import { writeFileSync } from "node:fs";
import { apiReference } from "../src/api-reference.ts";
import { allRoutes } from "../src/routes.ts";

writeFileSync(new URL("../API.md", import.meta.url), apiReference(allRoutes()));
