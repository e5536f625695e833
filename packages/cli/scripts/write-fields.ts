import { writeFileSync } from "node:fs";
import { fieldsPage } from "../src/index.ts";

writeFileSync(new URL("../../../docs/fields.md", import.meta.url), fieldsPage());
