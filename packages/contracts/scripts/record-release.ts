import { mkdirSync, writeFileSync } from "node:fs";
import { recordOf } from "../test/release/record.ts";

/** Keeps what this release reads and writes, for the tests of those that come after: `record-release.ts 0.1`. */
const [, , release] = process.argv;
if (!release || !/^\d+\.\d+$/.test(release)) throw new Error("name the release, such as 0.1");

/** One name a line, so that a difference can be read. */
const lines = (record: object) =>
  Object.entries(record)
    .map(([name, all]) => {
      const each = Object.entries(all as object).map(
        ([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`,
      );
      return `${JSON.stringify(name)}: {\n${each.join(",\n")}\n}`;
    })
    .join(",\n");

const folder = new URL(`../test/golden/${release}/`, import.meta.url);
mkdirSync(folder, { recursive: true });
for (const what of ["reads", "writes"] as const)
  writeFileSync(new URL(`${what}.json`, folder), `{\n${lines(recordOf(what))}\n}\n`);
