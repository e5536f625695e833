import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { FailureCode } from "@mailfleet/contracts";
import { tokenFailure } from "./token-failure.ts";

/** What Microsoft Entra answers to an application (Microsoft Entra authentication and authorization error codes). */
const entra: readonly (readonly [what: string, status: number, error: string, words: string, FailureCode])[] = [
  [
    "a certificate that it does not know, or that has expired",
    401,
    "invalid_client",
    "AADSTS700027: The certificate with identifier used to sign the client assertion is expired on application.",
    "CLIENT_REJECTED",
  ],
  [
    "an application of another tenant",
    400,
    "unauthorized_client",
    "AADSTS700016: Application with identifier 'x' was not found in the directory 'Contoso'.",
    "CLIENT_REJECTED",
  ],
  ["a tenant that there is not", 400, "invalid_request", "AADSTS90002: Tenant 'nowhere' not found.", "OAUTH_REFUSED"],
  [
    "an expired secret",
    401,
    "invalid_client",
    "AADSTS7000222: The provided client secret keys are expired.",
    "CLIENT_REJECTED",
  ],
  [
    "a resource that the tenant does not have",
    400,
    "invalid_resource",
    "AADSTS500011: The resource principal named https://mail.contoso.test was not found in the tenant.",
    "OAUTH_REFUSED",
  ],
  ["a disabled application", 401, "unauthorized_client", "AADSTS7000112: Application is disabled.", "CLIENT_REJECTED"],
  [
    "an assertion outside of its time",
    401,
    "invalid_client",
    "AADSTS700024: Client assertion is not within its valid time range.",
    "CLOCK_DIFFERS",
  ],
];

describe("what Microsoft Entra says of an application", () => {
  for (const [what, status, error, words, code] of entra)
    test(`${what}: ${code}, in its own words`, () => {
      const json = { error, error_description: words };
      const failure = tokenFailure(
        { status, headers: new Headers(), body: JSON.stringify(json), json },
        {
          ...{ client: { publishing: undefined } as never, kind: "application", now: 0, secrets: [] },
          url: "https://login.microsoftonline.com/contoso.test/oauth2/v2.0/token",
        },
      );
      assert.equal(failure.code, code);
      assert.match(failure.evidence?.reply ?? "", new RegExp(words.slice(0, 11)));
    });
});
