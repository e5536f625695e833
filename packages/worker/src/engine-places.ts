const defaultPorts: Readonly<Record<string, number>> = { nats: 4222, tls: 4222, ws: 80, wss: 443, mongodb: 27_017 };

/**
 * Hosts and ports that these addresses of NATS or MongoDB name: one or several, separated by commas, each with or
 * without a scheme. A seed list in the name service (`mongodb+srv`) names none.
 */
export function enginePlaces(...urls: readonly string[]): { host: string; port: number }[] {
  return urls.flatMap((url) => {
    const scheme = /^([a-z+]+):\/\//i.exec(url)?.[1]?.toLowerCase() ?? "nats";
    if (scheme === "mongodb+srv") return [];
    return url.split(",").flatMap((one) => {
      const place = one
        .replace(/^[a-z+]+:\/\//i, "")
        .replace(/[/?].*$/s, "")
        .replace(/^.*@/s, "")
        .trim();
      const [, host, port] = /^(\[[0-9a-f:.]+\]|[^:[\]]+)(?::(\d{1,5}))?$/i.exec(place) ?? [];
      return host === undefined ? [] : [{ host, port: Number(port ?? defaultPorts[scheme] ?? 4222) }];
    });
  });
}
