/**
 * A container engine for tests, until this process is told to end. Says in one line of JSON what it is, or why there is none:
 * `@mailfleet/local/testing` starts it and reads that.
 */
import { NoContainerEngine } from "@mailfleet/local/testing";
import { startEngine } from "./engine.ts";

const say = (answer: object) => void process.stdout.write(`${JSON.stringify(answer)}\n`);
// Who reads the answer may be gone already.
process.stdout.on("error", () => {});

const starting = startEngine();
process.on("SIGTERM", async () => {
  await starting.then((engine) => engine.stop()).catch(() => {});
  process.exit(0);
});
try {
  const { stop: _, ...engine } = await starting;
  say({ engine });
  // Signals alone keep nothing alive.
  setInterval(() => {}, 60_000);
} catch (error) {
  if (!(error instanceof NoContainerEngine)) throw error;
  say({ missing: error.message });
}
