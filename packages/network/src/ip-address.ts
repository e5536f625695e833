import { isIP } from "node:net";

/** An address as a number, without its scope id. */
export interface IpAddress {
  readonly bits: 32 | 128;
  readonly value: bigint;
}

/** Addresses that share a prefix (RFC 4632). */
export interface Network extends IpAddress {
  readonly prefix: number;
}

/** Reads an address in any form that `node:net` takes for one; `null` for anything else. */
export function parseAddress(text: string): IpAddress | null {
  const bare = text.replace(/^\[|\]$/g, "").replace(/%.*$/, "");
  if (isIP(bare) === 4) return { bits: 32, value: joined(bare.split(".").map(Number), 8) };
  if (isIP(bare) === 6) return { bits: 128, value: joined(groupsOf(bare), 16) };
  return null;
}

/** Reads `10.0.0.0/8`, or one address as a network of its own; `null` for anything else. */
export function parseNetwork(text: string): Network | null {
  const [, written = "", length] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const address = written.includes("%") ? null : parseAddress(written);
  const prefix = length === undefined ? (address?.bits ?? 0) : Number(length);
  return address && prefix <= address.bits ? { ...address, prefix } : null;
}

/** Whether the address lies in the network. Always false across families. */
export function isIn(address: IpAddress, network: Network): boolean {
  const host = BigInt(network.bits - network.prefix);
  return address.bits === network.bits && address.value >> host === network.value >> host;
}

/** The eight groups of an IPv6 address (RFC 4291 §2.2), the last two possibly written as IPv4. */
function groupsOf(text: string): number[] {
  const [head = "", tail] = text.split("::");
  const front = readGroups(head);
  if (tail === undefined) return front;
  const back = readGroups(tail);
  return [...front, ...new Array<number>(8 - front.length - back.length).fill(0), ...back];
}

function readGroups(text: string): number[] {
  if (text === "") return [];
  return text.split(":").flatMap((group) => {
    if (!group.includes(".")) return [Number.parseInt(group, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = group.split(".").map(Number);
    return [a * 256 + b, c * 256 + d];
  });
}

function joined(parts: readonly number[], bits: number): bigint {
  return parts.reduce((value, part) => (value << BigInt(bits)) | BigInt(part), 0n);
}
