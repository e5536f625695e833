import { span } from "@mailfleet/contracts";
import { z } from "zod";
import { metricsOf, runProcess } from "../src/index.ts";

/** A service for tests. The environment says what it does. */
runProcess({
  name: "scheduler",
  environment: { MAILFLEET_TINY_BEHAVIOUR: z.enum(["plain", "start-hangs", "start-fails", "stop-hangs", "throws"]) },
  start: async ({ environment, logger, metrics, failPoint, addReadiness, signal }) => {
    const behaviour = environment.tinyBehaviour;
    addReadiness("nats", () => (behaviour === "plain" ? null : "NATS is not connected"));
    metricsOf(metrics).gauge("mailfleet_tiny", "a metric of its own").set(7);
    process.on("message", async ({ spans }: { spans?: number }) => {
      if (spans !== undefined) {
        const began = performance.now();
        for (let n = 0; n < spans; n++)
          await span(`tiny ${n}`, { from: null, count: n }, async () => {
            if (n === 0) logger.info({}, "inside");
          });
        process.send?.({ type: "spans", ms: performance.now() - began });
        return;
      }
      failPoint("inbound.after-store");
      process.send?.({ type: "survived" });
    });
    if (behaviour === "start-hangs") await new Promise(() => {});
    if (behaviour === "start-fails") throw new Error("the server is too old");
    if (behaviour === "throws") setImmediate(() => JSON.parse("{"));
    return {
      port: 4711,
      stop: async () => {
        logger.info({ aborted: signal.aborted }, "tiny stops");
        if (behaviour === "stop-hangs") await new Promise(() => {});
      },
    };
  },
});
