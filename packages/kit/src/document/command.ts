import { createHash } from "node:crypto";

/** A command as the bus brings it. */
export interface CommandInput {
  readonly commandId: string;
  readonly by: string;
  readonly caller?: string;
  readonly from?: string;
  readonly correlation?: string;
  readonly ifVersion?: number;
  readonly dryRun?: boolean;
}

/** Under which name a command is remembered: the same id of another caller or for another operation is another command. */
export function commandKey(operation: string, { caller, by, commandId }: CommandInput): string {
  return `${caller ?? by}/${operation}/${commandId}`;
}

/** Fields that a repetition may have otherwise without being another command. */
const incidental: ReadonlySet<string> = new Set([
  "commandId",
  "by",
  "caller",
  "owner",
  "within",
  "from",
  "correlation",
  "ifVersion",
  "dryRun",
]);

/**
 * A hash of what the command asks for. Sealed secrets differ each time that the same secret is sealed, so what they were
 * counts by `secretsHash`, which came with them.
 */
export function commandHash(input: object): string {
  const asked = Object.entries(input).filter(([name]) => !incidental.has(name));
  return createHash("sha256")
    .update(JSON.stringify(canonical(Object.fromEntries(asked))))
    .digest("base64url")
    .slice(0, 22);
}

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== "object" || value === null) return value;
  if ("encrypted_key" in value && "ciphertext" in value) return "[sealed]";
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, one]) => one !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, one]) => [name, canonical(one)]),
  );
}
