import type { EngineProgram } from "./engine-programs.ts";

/** An engine that cannot be had, and what was tried, a line each. */
export interface MissingEngine {
  readonly program: EngineProgram;
  readonly tried: readonly string[];
}

/** Engines can be neither found nor fetched nor reached. The message says what was tried and what to do, for each. */
export class EngineUnavailable extends Error {
  override readonly name = "EngineUnavailable";
  readonly missing: readonly MissingEngine[];

  constructor(missing: readonly MissingEngine[], options?: ErrorOptions) {
    super(
      [
        ...missing.flatMap(({ program, tried }) => [
          `${program.title} ${program.atLeast.join(".")} or later is not available.`,
          ...tried.map((line) => `  - ${line}`),
        ]),
        "What to do, one of:",
        ...missing.map(
          ({ program }) => `  - install ${program.command} ${program.atLeast.join(".")} or later so that it is on PATH`,
        ),
        `  - name running servers: MAILFLEET_NATS_URL=nats://127.0.0.1:4222 and ` +
          "MAILFLEET_MONGO_URL=mongodb://127.0.0.1:27017/?replicaSet=rs0",
        ...missing.flatMap(({ program }) => [
          `  - start a container and set ${program.urlVariable}=${program.urlExample}:`,
          `      ${program.container}`,
        ]),
      ].join("\n"),
      options,
    );
    this.missing = missing;
  }
}

/**
 * One error for several engines that were looked for at the same time, so that nobody repairs one only to learn about
 * the next. Any other error comes first.
 */
export function combined(reasons: readonly unknown[]): unknown {
  const missing: MissingEngine[] = [];
  for (const reason of reasons) {
    if (!(reason instanceof EngineUnavailable)) return reason;
    missing.push(...reason.missing);
  }
  return new EngineUnavailable(missing, { cause: reasons[0] });
}
