import { parseNetwork } from "./ip-address.ts";

/** A network wider than the widest private ones (10.0.0.0/8, fc00::/7) would let everything in. */
const shortestPrefix = { 32: 8, 128: 7 } as const;

/**
 * Reads `127.0.0.0/8,10.0.0.0/8`; an empty text gives `[]`. Throws an `Error` that names the entry and its fault.
 */
export function readPrivateNetworks(text: string): string[] {
  const entries = text
    .split(/[\s,]+/)
    .map((entry) => entry.trim())
    .filter(Boolean);
  for (const entry of entries) {
    const network = parseNetwork(entry);
    if (!network)
      throw new Error(`"${entry.slice(0, 100)}" is not a network: write addresses with a prefix, such as 10.0.0.0/8`);
    const shortest = shortestPrefix[network.bits];
    if (network.prefix < shortest) throw new Error(`"${entry}" is too wide: the prefix must be at least /${shortest}`);
  }
  return entries;
}
