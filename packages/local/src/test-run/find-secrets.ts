import { createReadStream, existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";

/** A line that holds a secret, without it. */
export interface FoundSecret {
  readonly source: string;
  readonly line: string;
}

/** What was looked at, and what should not be there. */
export interface SecretSearch {
  readonly secrets: number;
  readonly lines: number;
  readonly found: readonly FoundSecret[];
}

const maximumShown = 20;
/** Secrets are looked up by their first characters: comparing each line with thousands of them would take minutes. */
const keyLength = 12;

/** Looks for every secret, also in base64 and with its characters escaped for URLs, in every line of the output. */
export async function findSecrets(secretsFile: string, outputFile: string): Promise<SecretSearch> {
  const secrets = new Set((await readFile(secretsFile, "utf8").catch(() => "")).split("\n").filter(Boolean));
  const byKey = new Map<string, string[]>();
  for (const secret of secrets)
    for (const form of new Set([secret, encodeURIComponent(secret), Buffer.from(secret).toString("base64")])) {
      const key = form.slice(0, keyLength);
      byKey.set(key, [...(byKey.get(key) ?? []), form]);
    }
  const found: FoundSecret[] = [];
  let lines = 0;
  // Without a test that ran there is no output.
  const entries = existsSync(outputFile) ? createInterface({ input: createReadStream(outputFile, "utf8") }) : [];
  for await (const entry of entries) {
    lines += 1;
    const tab = entry.indexOf("\t");
    const line = entry.slice(tab + 1);
    for (let at = 0; at + keyLength <= line.length; at += 1)
      for (const form of byKey.get(line.slice(at, at + keyLength)) ?? [])
        if (line.startsWith(form, at) && found.length < maximumShown)
          found.push({ source: entry.slice(0, tab), line: line.replaceAll(form, "«a secret»").slice(0, 500) });
  }
  return { secrets: secrets.size, lines, found };
}
