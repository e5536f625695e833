import { type ConnectOptions, type InboundConnector, sourceOf } from "@mailfleet/connector-api";
import { deadlineOf, runTest } from "@mailfleet/connector-http";
import { FailureError, failureOf } from "@mailfleet/contracts";
import { findSent } from "./find-sent.ts";
import { gmailApi } from "./gmail-api.ts";
import { gmailClient } from "./gmail-client.ts";
import type { GmailPorts } from "./gmail-ports.ts";
import { gmailSession } from "./gmail-session.ts";
import { sameMailbox } from "./same-address.ts";

/** Receives through Gmail's API: the inbox of the token's account. Changes nothing in it. */
export function gmailInbound({ fetch }: GmailPorts): InboundConnector {
  return {
    test: (options, listener, signal) =>
      runTest({ fetch, api: gmailApi, options, listener, signal }, async (api, step) => {
        await step("list", async () => {
          const profile = await gmailClient(api).profile(deadlineOf(options, signal));
          checkAddressOf(options)(profile.emailAddress);
          const count = profile.messagesTotal;
          return `${count} ${count === 1 ? "message" : "messages"} in the account ${profile.emailAddress}`;
        });
      }),
    async findSent(options, sought, signal) {
      const api = gmailApi(fetch, options);
      await api.signIn(signal);
      return findSent(api, sought, signal);
    },
    async open(options, signal) {
      const api = gmailApi(fetch, options);
      await api.signIn(signal);
      return gmailSession(api, sourceOf(options), checkAddressOf(options));
    },
  };
}

/** A token of another account opens another inbox: ACCESS_DENIED, which names both. */
function checkAddressOf({ address, server }: ConnectOptions): (emailAddress: string) => void {
  return (emailAddress) => {
    if (sameMailbox(address, emailAddress)) return;
    const reply = `the sign-in is for ${emailAddress.slice(0, 320)}, the mailbox is ${address}`;
    throw new FailureError(
      failureOf("ACCESS_DENIED", { host: server.host, port: server.port, command: "users.getProfile", reply }),
    );
  };
}
