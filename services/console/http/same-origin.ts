import type { IncomingHttpHeaders } from "node:http";
import { ProblemError } from "@mailfleet/contracts";
import type { ConsolePorts } from "../ports.ts";

/**
 * Browsers say where a request comes from (Fetch Metadata, and Origin, RFC 6454 §7); those of other sites are refused.
 * Over plain HTTP they say only the latter. A program that is not a browser says nothing.
 */
export function refuseForeignSite(
  { consoleUrl }: Pick<ConsolePorts, "consoleUrl">,
  { headers }: { readonly headers: IncomingHttpHeaders },
): void {
  const { "sec-fetch-site": site, origin, host } = headers;
  const ours = [new URL(consoleUrl()).host, host];
  const sameOrigin = origin === undefined || ours.includes(URL.parse(origin)?.host ?? "");
  if (sameOrigin && (site === undefined || site === "same-origin" || site === "none")) return;
  throw new ProblemError("FORBIDDEN", "This form was sent by another site.", {
    remedy: "Open the page yourself, by its address or the link that you were sent.",
  });
}
