import { type KeyObject, sign } from "node:crypto";

/** What an id token of the double says differently from what `oidc-provider` wrote. */
export interface IdTokenChange {
  readonly issuer?: string;
  /** Added to all its times: the double's clock is not ours. */
  readonly shiftSeconds: number;
}

/** The same id token with other times or another issuer, signed again (RS256). */
export function changeIdToken(token: string, key: KeyObject, change: IdTokenChange): string {
  const [head, body = ""] = token.split(".");
  const claims = JSON.parse(Buffer.from(body, "base64url").toString("utf8")) as Record<string, unknown>;
  for (const name of ["iat", "exp", "nbf", "auth_time"]) {
    if (typeof claims[name] === "number") claims[name] = Math.floor(claims[name] + change.shiftSeconds);
  }
  if (change.issuer) claims.iss = change.issuer;
  const unsigned = `${head}.${Buffer.from(JSON.stringify(claims)).toString("base64url")}`;
  return `${unsigned}.${sign("RSA-SHA256", Buffer.from(unsigned), key).toString("base64url")}`;
}
