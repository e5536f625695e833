import type { EngineProgram } from "./engine-programs.ts";

/** An engine can be neither found nor fetched nor reached. The message says what was tried and what to do. */
export class EngineUnavailable extends Error {
  override readonly name = "EngineUnavailable";

  constructor(program: EngineProgram, tried: readonly string[], options?: ErrorOptions) {
    const version = program.atLeast.join(".");
    super(
      [
        `${program.title} ${version} or later is not available.`,
        ...tried.map((line) => `  - ${line}`),
        "What to do, one of:",
        `  - install ${program.command} ${version} or later so that it is on PATH`,
        `  - name running servers: MAILFLEET_NATS_URL=nats://127.0.0.1:4222 and ` +
          "MAILFLEET_MONGO_URL=mongodb://127.0.0.1:27017/?replicaSet=rs0",
        `  - start a container and set ${program.urlVariable}=${program.urlExample}:`,
        `      ${program.container}`,
      ].join("\n"),
      options,
    );
  }
}
