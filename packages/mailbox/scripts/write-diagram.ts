import { readFileSync, writeFileSync } from "node:fs";
import { withDiagram } from "./diagram.ts";

const readme = new URL("../README.md", import.meta.url);
writeFileSync(readme, withDiagram(readFileSync(readme, "utf8")));
