import type { FastifyReply } from "fastify";
import type { ConsolePorts } from "../ports.ts";

/** Cookies of the pages. */
export const cookieNames = {
  /** Binds a sign-in to the browser that began it. */
  signIn: "mailfleet_sign_in",
  /** The owner's session after it. */
  session: "mailfleet_owner",
  /** What the owner's page says once. */
  notice: "mailfleet_notice",
  /** Binds a sign-in at the organisation's provider to the browser that began it. */
  openId: "mailfleet_open_id",
  /** The token with which the administrator's page asks. */
  administrator: "mailfleet_admin",
} as const;
type CookieName = (typeof cookieNames)[keyof typeof cookieNames];

/** Values that we make: base64url, our tokens, and the names of notices. */
const wellFormed = /^[A-Za-z0-9_-]{1,1000}$/;

/**
 * Behind TLS the name asks browsers to take the cookie from this host over TLS only (RFC 6265bis §4.1.3.2): neither a
 * neighbouring host nor anybody on the way can put another in its place.
 */
function fullName({ consoleUrl }: Pick<ConsolePorts, "consoleUrl">, name: CookieName): string {
  return consoleUrl().startsWith("https:") ? `__Host-${name}` : name;
}

/** The value of a cookie (RFC 6265 §5.4); `null` for none, for a malformed one, and for two of the same name. */
export function cookieOf(
  request: { readonly headers: { readonly cookie?: string | undefined } },
  ports: Pick<ConsolePorts, "consoleUrl">,
  given: CookieName,
): string | null {
  const name = fullName(ports, given);
  const values = (request.headers.cookie ?? "")
    .split(";")
    .map((pair) => pair.trim().split("="))
    .filter(([key]) => key === name)
    .map(([, value]) => value ?? "");
  const [value] = values;
  return values.length === 1 && value !== undefined && wellFormed.test(value) ? value : null;
}

/**
 * Sets a cookie that no script reads and no other site's form sends. `Lax` where the authorization server leads back
 * from another site. An empty value with 0 seconds takes it away.
 */
export function setCookie(
  reply: FastifyReply,
  ports: Pick<ConsolePorts, "consoleUrl">,
  name: CookieName,
  value: string,
  seconds: number,
  sameSite: "Lax" | "Strict" = "Lax",
): void {
  const secure = ports.consoleUrl().startsWith("https:") ? "; Secure" : "";
  reply.header(
    "set-cookie",
    `${fullName(ports, name)}=${value}; HttpOnly; SameSite=${sameSite}; Path=/; Max-Age=${seconds}${secure}`,
  );
}
