/**
 * Keeps what this release writes down about the passwords of profiles, for the tests of those that come after:
 * `node packages/worker/test/record-sign-ins.ts 0.1`.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import type { SignInRecord } from "../src/sign-in/record.ts";
import { connectionOf, gatesOver } from "./released-sign-ins.ts";

const [, , release] = process.argv;
if (!release || !/^\d+\.\d+$/.test(release)) throw new Error("name the release, such as 0.1");

const records = new Map<string, SignInRecord>();
const { signIn } = gatesOver(records);
const refused = async () => {
  throw new Error("NO wrong");
};
await signIn(connectionOf("pf_refused"), refused).catch(() => {});
await signIn(connectionOf("pf_works"), async () => "signed in");
void signIn(connectionOf("pf_trying"), () => new Promise(() => {}));
while (!records.has("pf_trying/inbound")) await new Promise(setImmediate);

const folder = new URL(`./golden/${release}/`, import.meta.url);
mkdirSync(folder, { recursive: true });
// As the store writes it.
const stored = [...records.values()].map((one) => ({ ...one, writtenAt: { $date: Date.now() } }));
const lines = stored.map((one) => JSON.stringify(one)).join(",\n");
writeFileSync(new URL("signIns.json", folder), `[\n${lines}\n]\n`);
