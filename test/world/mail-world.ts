import { readFileSync } from "node:fs";
import { ApiClient } from "@mailfleet/client";
import { type Stack, type StackOptions, startStack } from "@mailfleet/local";
import {
  type Dovecot,
  type DovecotOptions,
  type Postfix,
  startDovecot,
  startPostfix,
  tempDir,
} from "@mailfleet/local/testing";
import { shortWaits } from "./fleet-world.ts";

/** A whole Mailfleet with a real Dovecot and Postfix. */
export interface MailWorld {
  readonly stack: Stack;
  readonly api: ApiClient;
  readonly dovecot: Dovecot;
  readonly postfix: Postfix;
  stop(): Promise<void>;
}

/** Starts everything; Postfix delivers into Dovecot. */
export async function startMailWorld(dovecotOptions: DovecotOptions, options: StackOptions = {}): Promise<MailWorld> {
  const folder = await tempDir("mail-world");
  const dovecot = await startDovecot(dovecotOptions);
  const postfix = await startPostfix({ dovecot });
  // At this level a service says all it ever says: the run looks for secrets in it.
  const env = { MAILFLEET_LOG_LEVEL: "debug", ...options.env };
  const stack = await startStack({ dataDir: folder.path, logs: "none", consolePort: 0, ...options, env });
  const api = new ApiClient({ url: stack.consoleUrl, token: readFileSync(stack.adminTokenFile, "utf8").trim() });
  await api.patch("/settings", { retryPolicy: shortWaits });
  return {
    stack,
    api,
    dovecot,
    postfix,
    stop: async () => {
      await stack.stop();
      await Promise.all([postfix.stop(), dovecot.stop()]);
      await folder.remove();
    },
  };
}
