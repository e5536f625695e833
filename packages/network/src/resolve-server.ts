import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { FailureError, failureOf } from "@mailfleet/contracts";
import { isLoopback, isSameAddress, judgeAddress } from "./address-rules.ts";
import { parseNetwork } from "./ip-address.ts";

/** A server as a profile names it. */
export interface ServerPlace {
  /** A name, or an address; IPv6 with or without its brackets. */
  readonly host: string;
  readonly port: number;
}

/** An address that a name resolved to. */
export interface Address {
  readonly address: string;
  readonly family: number;
}

/** Throws PORT_NOT_ALLOWED if the organisation does not allow connections to this port; `null` allows all. */
export function checkPort({ host, port }: ServerPlace, allowedPorts: readonly number[] | null): void {
  if (allowedPorts === null || allowedPorts.includes(port)) return;
  const reply = `allowed outbound ports: ${allowedPorts.join(", ")}; not ${port}`;
  throw new FailureError(failureOf("PORT_NOT_ALLOWED", { host, port, reply }));
}

/** Where connections may go beside the public Internet, and where never. */
export interface Destinations {
  /** CIDRs. Link-local and metadata addresses are refused even if they are named here. */
  readonly allowedNetworks: readonly string[];
  /** Places of Mailfleet's own that no profile may name. */
  readonly refused?: readonly ServerPlace[];
}

/**
 * The server's addresses, judged as resolved. Connect to these and do not resolve the name again (DNS rebinding).
 * One forbidden address among several is enough. Throws ADDRESS_NOT_ALLOWED, or the system's error.
 */
export async function resolveServer(
  { host, port }: ServerPlace,
  { allowedNetworks, refused = [] }: Destinations,
): Promise<readonly Address[]> {
  const found = await addressesOf(host);
  const allowed = allowedNetworks.flatMap((text) => parseNetwork(text) ?? []);
  for (const { address } of found) {
    const verdict = judgeAddress(address, allowed);
    if (verdict === "never") throw notAllowed({ host, port }, `${host} resolves to ${address}`);
    if (verdict === "private")
      throw notAllowed({ host, port }, `${host} resolves to ${address}, which is in no network that is allowed`);
  }
  for (const own of refused)
    if (own.port === port && (await isSameMachine(own.host, found)))
      throw notAllowed({ host, port }, `${host} port ${port} is a part of this installation`);
  return found;
}

async function addressesOf(host: string): Promise<readonly Address[]> {
  const bare = bareHost(host);
  return isIP(bare) ? [{ address: bare, family: isIP(bare) }] : await lookup(bare, { all: true });
}

/** Every loopback address is this machine. */
async function isSameMachine(host: string, addresses: readonly Address[]): Promise<boolean> {
  const own = await addressesOf(host).catch(() => []);
  return addresses.some(({ address }) =>
    own.some((one) => isSameAddress(one.address, address) || (isLoopback(one.address) && isLoopback(address))),
  );
}

function notAllowed({ host, port }: ServerPlace, reply: string): FailureError {
  return new FailureError(failureOf("ADDRESS_NOT_ALLOWED", { host, port, reply }));
}

/** Without the brackets around an IPv6 address in a URL. */
export function bareHost(host: string): string {
  return host.replace(/^\[|\]$/g, "");
}
