import { type InboundConnector, sourceOf } from "@mailfleet/connector-api";
import { deadlineOf, runTest } from "@mailfleet/connector-http";
import type { GuardedFetch } from "@mailfleet/http";
import { categorise } from "./categorise.ts";
import { findSent } from "./find-sent.ts";
import { graphApi } from "./graph-api.ts";
import { graphSession } from "./graph-session.ts";
import { countMessages } from "./list-inbox.ts";
import { moveTo } from "./move-to.ts";
import { prechecked } from "./precheck.ts";

/**
 * Receives through Microsoft Graph: the inbox of the mailbox with the given address. Tags and moves what is
 * undeliverable where a profile says so, and changes nothing else in it.
 */
export function graphInbound({ fetch }: { readonly fetch: GuardedFetch }): InboundConnector {
  return {
    test: (options, listener, signal) =>
      runTest({ fetch, api: graphApi, options, listener, signal }, async (api, step, skip) => {
        const { address } = options;
        const deadline = deadlineOf(options, signal);
        await prechecked({ api, address, purpose: "read", signal: deadline }, { step, skip }, () =>
          step("list", async () => {
            const count = await countMessages(api, address, deadline);
            return `${count} ${count === 1 ? "message" : "messages"} in the inbox of ${address}`;
          }),
        );
      }),
    async findSent(options, sought, signal) {
      const api = graphApi(fetch, options);
      await api.signIn(signal);
      return findSent(api, options.address, sought, signal);
    },
    async moveTo(options, folder, names, signal) {
      const api = graphApi(fetch, options);
      await api.signIn(signal);
      return moveTo(api, { address: options.address, folder }, names, signal);
    },
    async categorise(options, category, names, signal) {
      const api = graphApi(fetch, options);
      await api.signIn(signal);
      return categorise(api, { address: options.address, category }, names, signal);
    },
    async open(options, signal) {
      const api = graphApi(fetch, options);
      await api.signIn(signal);
      return graphSession(api, options.address, { ...sourceOf(options), account: options.address.toLowerCase() });
    },
  };
}
