import { setTimeout as delay } from "node:timers/promises";
import type { Engine } from "../engines/engine.ts";

const RESTART_AFTER_MS = 1000;

/** An engine of the stack. After `kill` it stays away until `restart`. If it crashes it is started again. */
export type StackEngine = Omit<Engine, "ended">;

/** Watches an engine: one that died without being asked to is started again after a second, on its port. */
export function keepEngine(title: string, engine: Engine, say: (text: string) => void): StackEngine {
  let wanted = true;
  const watch = () => {
    const present = engine.ended;
    void present.then(async (code) => {
      if (!wanted || engine.ended !== present) return;
      say(`${title} died (code ${code}); starting it again in ${RESTART_AFTER_MS / 1000} s`);
      await delay(RESTART_AFTER_MS);
      if (!wanted) return;
      await engine.restart().then(watch, (error: Error) => say(`${title} does not start again: ${error.message}`));
    });
  };
  watch();
  return {
    url: engine.url,
    version: engine.version,
    get pid() {
      return engine.pid;
    },
    kill: () => {
      wanted = false;
      return engine.kill();
    },
    restart: async () => {
      wanted = false;
      await engine.restart();
      wanted = true;
      watch();
    },
    stop: () => {
      wanted = false;
      return engine.stop();
    },
  };
}
