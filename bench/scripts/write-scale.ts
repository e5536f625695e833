/** Writes the computed tables of docs/scale.md. */

import { readFileSync, writeFileSync } from "node:fs";
import { documentUrl, withTables } from "../src/scale/document.ts";
import { fleets, measured } from "../src/scale/fleets.ts";

writeFileSync(documentUrl, withTables(readFileSync(documentUrl, "utf8"), measured, fleets));
