import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { problemDetails, problemType } from "./problem-answer.ts";

/** Answers every request with 503 and the reason, while the console waits for what it needs. */
export async function answerWhileWaiting(
  reason: () => string,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<{ stop(): Promise<void> }> {
  const server = createServer((request, response) => {
    request.resume();
    const problem = problemDetails({ code: "UNAVAILABLE", detail: reason(), remedy: waitOrAct }, randomUUID());
    response.writeHead(problem.status, { "content-type": problemType, "retry-after": "5", connection: "close" });
    response.end(JSON.stringify(problem));
  });
  server.listen(port, host);
  await once(server, "listening");
  return {
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const waitOrAct = "The console goes on by itself once this is settled. Nothing is lost meanwhile.";
