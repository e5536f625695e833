import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import type { ApiClient } from "@mailfleet/client";
import type { Command } from "commander";
import type { Cli } from "../cli.ts";
import { examine } from "../doctor/commands.ts";
import { engineFindings, topologyDiff } from "../doctor/engines.ts";

/** The file is for a mail: each part is cut to so much text, and one that cannot be read says why. */
const longestPart = 2_000_000;
const mostItems = 200;

interface Part {
  readonly name: string;
  read(client: ApiClient, cli: Cli): Promise<unknown>;
}

const list =
  (path: string, query: Record<string, string> = {}) =>
  (client: ApiClient) =>
    client.list(path, query, mostItems);

/** What is in the file. Nothing of it is mail: neither messages nor sends nor dead letters are read. */
const parts: readonly Part[] = [
  { name: "doctor", read: (_, cli) => examine(cli) },
  { name: "engines", read: (_, cli) => engineFindings(cli.terminal.env) },
  { name: "topology", read: (_, cli) => topologyDiff(cli.terminal.env) },
  { name: "processes", read: (client) => client.get("/checkup/describe", { timeoutMs: 20_000 }) },
  { name: "settings", read: (client) => client.get("/settings") },
  { name: "notificationSettings", read: (client) => client.get("/settings/notifications") },
  { name: "profiles", read: list("/profiles") },
  { name: "mailboxes", read: list("/mailboxes") },
  { name: "alerts", read: list("/alerts") },
  { name: "incidents", read: list("/incidents") },
  { name: "subscriptions", read: list("/subscriptions") },
  { name: "jobs", read: list("/jobs") },
];

/** Names under which a secret might stand; what says that there is one (`true`, a date) stays. */
const secretName =
  /pass(word|phrase)?$|secret$|token$|authorization|private|ciphertext|encrypted|verifier|credential(s)?$|^d$/i;
const bearer = /\bmft_[\w-]+|\b(bearer|basic)\s+[\w.~+/=-]+/gi;
const inUrl = /(\b[a-z][a-z+.-]*:\/\/)[^\s/@"']+@/gi;
const address = /[\p{L}\p{N}.!#$%&*+/=?^_{|}~-]{1,64}@[\p{L}\p{N}.-]{1,255}/gu;

/** As the services' logs show it, so that the two can be compared. */
const hashed = (text: string) => createHash("sha256").update(text.trim().toLowerCase()).digest("hex").slice(0, 12);

/** Without anything that could be a secret, at any depth; with `hide` without addresses, too. */
export function withoutSecrets(value: unknown, hide: boolean, name = ""): unknown {
  if (typeof value === "string") {
    if (secretName.test(name)) return "[hidden]";
    const clean = value.replaceAll(bearer, "[hidden]");
    // Both are slow on long text without one.
    if (!clean.includes("@")) return clean;
    const withoutLogins = clean.includes("://") ? clean.replaceAll(inUrl, "$1[hidden]@") : clean;
    return hide ? withoutLogins.replaceAll(address, hashed) : withoutLogins;
  }
  if (Array.isArray(value)) return value.map((item) => withoutSecrets(item, hide, name));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, withoutSecrets(part, hide, key)]));
}

async function readPart({ read }: Part, client: ApiClient, cli: Cli, hide: boolean): Promise<unknown> {
  try {
    const value = withoutSecrets(await read(client, cli), hide);
    const text = JSON.stringify(value) ?? "null";
    return text.length > longestPart ? { cut: text.slice(0, longestPart) } : value;
  } catch (error) {
    return { notRead: withoutSecrets(error instanceof Error ? error.message : String(error), hide) };
  }
}

/** `mailfleet support`: one file with what somebody needs who helps. */
export function addSupportCommand(program: Command, cli: Cli): void {
  program
    .command("support")
    .description(
      "write one file for the people who help you: findings, versions, settings, metrics, alerts, last log lines; no secrets, no mail",
    )
    .option("--file <file>", "where to", "mailfleet-support.json.gz")
    .option("--hide-addresses", "put a hash in place of each mail address, the same as in the logs")
    .action(async ({ file, hideAddresses = false }: { file: string; hideAddresses?: boolean }) => {
      const client = await cli.client();
      const read: [string, unknown][] = [];
      for (const part of parts) read.push([part.name, await readPart(part, client, cli, hideAddresses)]);
      const bytes = gzipSync(
        JSON.stringify({ madeAt: new Date().toISOString(), ...Object.fromEntries(read) }, null, 1),
      );
      await writeFile(file, bytes, { mode: 0o600 });
      cli.show({ file, bytes: bytes.length }, () =>
        [
          `Wrote ${file}, ${Math.ceil(bytes.length / 1024)} KB. Look at it before you send it: \`zcat ${file}\`.`,
          hideAddresses ? "It holds no addresses." : "It names mailboxes: --hide-addresses leaves them out.",
        ].join("\n"),
      );
    });
}
