/**
 * `npm run secrets [-- --folder deploy]`: writes the secrets of an installation on one machine, for `deploy/compose.yaml`; into
 * another folder, which is then Docker's `--project-directory`, if one is named.
 */
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs, parseEnv } from "node:util";
import { generateKeyFiles } from "@mailfleet/secrets";
import { outsideAccounts, outsideUser, readOrMakeNkeys } from "@mailfleet/topology";
import { secretFiles } from "./secrets.ts";

const { values } = parseArgs({ options: { folder: { type: "string", default: join(import.meta.dirname, "..") } } });
const deploy = values.folder;
const secrets = join(deploy, ".local/secrets");
for (const folder of ["secrets", "data/nats", "data/mongodb", "data/token"])
  mkdirSync(join(deploy, ".local", folder), { recursive: true, mode: 0o700 });

/** Made up once and kept. */
function kept(name: string, make: () => string): string {
  const file = join(secrets, name);
  if (!existsSync(file)) writeFileSync(file, make(), { mode: 0o400 });
  return readFileSync(file, "utf8");
}

await generateKeyFiles(secrets);
kept("mongo-key", () => randomBytes(96).toString("base64"));
const passwordOf = (user: string) => kept(`${user}-password`, () => randomBytes(24).toString("hex"));
const env = join(deploy, ".env");
const settings = existsSync(env) ? parseEnv(readFileSync(env, "utf8")) : {};
const outside = outsideAccounts.parse(settings.MAILFLEET_OUTSIDE_ACCOUNTS || undefined);
const nkeys = readOrMakeNkeys(secrets, outside.map(outsideUser));
for (const [name, text] of Object.entries(secretFiles(nkeys, passwordOf, outside)))
  writeFileSync(join(secrets, name), text, { mode: 0o600 });

const owner = `MAILFLEET_USER=${process.getuid?.()}:${process.getgid?.()}\n`;
const others = existsSync(env) ? readFileSync(env, "utf8").replace(/^MAILFLEET_USER=.*\n?/m, "") : "";
writeFileSync(env, `${owner}${others}`);
console.log(
  "deploy/.local/secrets holds the secrets: keep a copy of mailbox-open-keys.json in a safe place, because nothing",
);
console.log("else opens the credentials of the mailboxes. deploy/.env says which user the containers run as: you.");
