import { type InboundConnector, sourceOf } from "@mailfleet/connector-api";
import { deadlineOf, runTest } from "@mailfleet/connector-http";
import type { GuardedFetch } from "@mailfleet/http";
import { findSent } from "./find-sent.ts";
import { graphApi, pathOf, readAnswer } from "./graph-api.ts";
import { graphSession } from "./graph-session.ts";

/** Receives through Microsoft Graph: the inbox of the mailbox with the given address. Changes nothing in it. */
export function graphInbound({ fetch }: { readonly fetch: GuardedFetch }): InboundConnector {
  return {
    test: (options, listener, signal) =>
      runTest({ fetch, api: graphApi, options, listener, signal }, async (api, step) => {
        await step("list", async () => {
          const deadline = deadlineOf(options, signal);
          const path = pathOf(options.address, "mailFolders/inbox?$select=totalItemCount");
          const response = await api.ask({ method: "mailFolders.get", path, signal: deadline });
          const count = Number((await readAnswer(api, "mailFolders.get", response, deadline)).totalItemCount) || 0;
          return `${count} ${count === 1 ? "message" : "messages"} in the inbox of ${options.address}`;
        });
      }),
    async findSent(options, sought, signal) {
      const api = graphApi(fetch, options);
      await api.signIn(signal);
      return findSent(api, options.address, sought, signal);
    },
    async open(options, signal) {
      const api = graphApi(fetch, options);
      await api.signIn(signal);
      return graphSession(api, options.address, { ...sourceOf(options), account: options.address.toLowerCase() });
    },
  };
}
