import type { ConnectOptions } from "@mailfleet/connector-api";
import { type TokenApi, tokenApi } from "@mailfleet/connector-http";
import type { GuardedFetch } from "@mailfleet/http";
import { refusedError } from "./refusal.ts";

/** Gmail's API for one mailbox, with its token. */
export type GmailApi = TokenApi;

/** Throws CREDENTIALS_MISSING if the credentials give no token. */
export function gmailApi(fetch: GuardedFetch, options: ConnectOptions): GmailApi {
  return tokenApi(fetch, options, {
    root: "https://gmail.googleapis.com",
    reachPath: "/gmail/v1/users/me/profile",
    refused: refusedError,
  });
}
