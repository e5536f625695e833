import { setTimeout as pause } from "node:timers/promises";
import type { FastifyInstance } from "fastify";
import { createLiveViews } from "../events/live-views.ts";
import type { ConsolePorts } from "../ports.ts";
import { allRoutes } from "./routes.ts";
import { createServer, type Served } from "./server.ts";

/** The console, listening. */
export interface ConsoleApp {
  readonly port: number;
  readonly url: string;
  /**
   * Answers for the time of `drainMs` whatever still comes, each time with the word that the connection ends; then says
   * good-bye to live views, finishes what is under way, closes.
   */
  stop(): Promise<void>;
}

/** Options of the HTTP side. */
export interface ConsoleOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Where browsers reach it: scheme, host and port. Default: where it listens. */
  readonly publicUrl?: string;
  /** Until whoever sends requests here has noticed that they go elsewhere. Default 0. */
  readonly drainMs?: number;
  readonly onServed?: (served: Served) => void;
  readonly liveViews?: { heartbeatMs?: number; bufferBytes?: number; partingMs?: number };
}

/** Starts the HTTP API on its ports. */
export async function startConsole(
  given: Omit<ConsolePorts, "consoleUrl">,
  options: ConsoleOptions,
): Promise<ConsoleApp> {
  let listensAt = "";
  const ports: ConsolePorts = { ...given, consoleUrl: () => options.publicUrl ?? listensAt };
  const liveViews = createLiveViews(options.liveViews);
  const app: FastifyInstance = await createServer(ports, allRoutes(liveViews), options.onServed ?? (() => {}));
  app.addHook("preClose", async () => liveViews.close());
  let draining = false;
  app.addHook("onSend", async (_, reply) => {
    if (draining) reply.header("connection", "close");
  });
  listensAt = await app.listen({ host: options.host, port: options.port });
  return {
    port: Number(new URL(listensAt).port),
    url: listensAt,
    stop: async () => {
      draining = true;
      await pause(options.drainMs ?? 0);
      await app.close();
    },
  };
}
