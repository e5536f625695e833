import { type MachineState, machineVersion } from "./machine-state.ts";

/** This program does not know the version of the stored machine: a newer release wrote it, or it is damaged. */
export class UnknownMachineVersion extends Error {
  readonly version: unknown;
  constructor(version: unknown) {
    const known = [...Object.keys(migrations), machineVersion].join(", ");
    super(`The stored mailbox machine has version ${JSON.stringify(version) ?? "none"}; this release reads ${known}.`);
    this.name = "UnknownMachineVersion";
    this.version = version;
  }
}

/**
 * One migration for each released version but the last: `"1": (stored) => …the form of version "2"`. Every entry has a
 * golden snapshot of its version in test/golden.
 */
const migrations: Readonly<Record<string, (stored: object) => object>> = {};

/** Reads a stored machine of any released version. @throws UnknownMachineVersion for any other. */
export function restoreMachine(stored: unknown): MachineState {
  let current = stored;
  for (;;) {
    if (typeof current !== "object" || current === null) throw new UnknownMachineVersion(undefined);
    const version = "version" in current ? current.version : undefined;
    if (version === machineVersion) return current as MachineState;
    const migrate = typeof version === "string" && Object.hasOwn(migrations, version) && migrations[version];
    if (!migrate) throw new UnknownMachineVersion(version);
    current = migrate(current);
  }
}
