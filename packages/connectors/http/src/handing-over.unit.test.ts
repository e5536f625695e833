import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { UncertainError } from "@mailfleet/connector-api";
import { type FailureCode, FailureError, failureOf } from "@mailfleet/contracts";
import { networkFailure } from "@mailfleet/http";
import { notHandedOver } from "./handing-over.ts";
import { RefusedError } from "./refusal.ts";

const broken = (code: string) => Object.assign(new Error("the socket"), { code });
const refused = (status: number, codes: string | null) =>
  new RefusedError(failureOf("SERVER_UNAVAILABLE", { reply: `${status} ${codes}` }), status, codes);
const own = (code: FailureCode) => new FailureError(failureOf(code));

/** What ended the request, and what that means before and after the last byte was taken. */
const endings: readonly (readonly [what: string, thrown: Error, before: string, after: string])[] = [
  ...["EHOSTUNREACH", "ENETDOWN", "ENETUNREACH"].map(
    (code) => [code, broken(code), "NETWORK_UNREACHABLE", "uncertain"] as const,
  ),
  ...["EPROTO", "ERR_SSL_SSLV3_ALERT_BAD_RECORD_MAC", "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED"].map(
    (code) => [code, broken(code), "TLS_HANDSHAKE_FAILED", "uncertain"] as const,
  ),
  ["a lost connection", broken("ECONNRESET"), "CONNECTION_LOST", "uncertain"],
  ...(
    [
      ...["PROXY_UNREACHABLE", "PROXY_REFUSED", "ADDRESS_NOT_ALLOWED", "PORT_NOT_ALLOWED", "TLS_TOO_WEAK"],
      ...["PROFILE_CREDENTIALS_REFUSED", "REDIRECT_REFUSED", "CONNECTION_REFUSED", "TLS_NAME_MISMATCH"],
    ] as FailureCode[]
  ).map((code) => [code, own(code), code, code] as const),
  ...[408, 500, 502, 503, 504, 520].map(
    (status) => [`a page with ${status}`, refused(status, null), "SERVER_UNAVAILABLE", "uncertain"] as const,
  ),
  ["a gateway in the API's language", refused(504, "UnknownError"), "SERVER_UNAVAILABLE", "uncertain"],
  ["a yes of something else", refused(200, null), "uncertain", "uncertain"],
  ["the API's 503", refused(503, "serviceNotAvailable"), "SERVER_UNAVAILABLE", "SERVER_UNAVAILABLE"],
  ["a page with 429", refused(429, null), "SERVER_UNAVAILABLE", "SERVER_UNAVAILABLE"],
  ["ErrorServerBusy", refused(500, "ErrorServerBusy"), "SERVER_UNAVAILABLE", "SERVER_UNAVAILABLE"],
  ...["ErrorTimeoutExpired", "ErrorConnectionFailed", "ErrorMailboxFailover", "ErrorMailboxSiteFailover"].map(
    (code) => [code, refused(200, code), "SERVER_UNAVAILABLE", "uncertain"] as const,
  ),
];

describe("a request that makes a server send has ended", () => {
  for (const [what, thrown, ...meaning] of endings)
    for (const handedOver of [false, true]) {
      const comes = meaning[handedOver ? 1 : 0];
      test(`by ${what}, ${handedOver ? "after" : "before"} the last byte: ${comes}`, () => {
        const error = notHandedOver(thrown, {
          ...{ server: "Exchange", method: "CreateItem", handedOver, deniesAll: /^/ },
          signal: new AbortController().signal,
          failure: (one) => networkFailure(one, {}),
        });
        assert.ok(error instanceof UncertainError || error instanceof FailureError);
        assert.equal(error instanceof UncertainError ? "uncertain" : error.failure.code, comes);
      });
    }
});
