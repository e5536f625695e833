import type { Evidence } from "@mailfleet/contracts";

/** Where a request went: host, port and path, never the query, which may hold secrets. */
export function evidenceOf(url: string | URL, method?: string): Evidence {
  const parsed = typeof url === "string" ? URL.parse(url) : url;
  if (!parsed) return {};
  const port = portOf(parsed);
  return {
    host: parsed.hostname.slice(0, 255),
    ...(Number.isInteger(port) && { port }),
    command: `${method ? `${method} ` : ""}${parsed.pathname}`.slice(0, 200),
  };
}

/** The port of an http or https URL. */
export function portOf(url: URL): number {
  if (url.port) return Number(url.port);
  return url.protocol === "http:" ? 80 : 443;
}
