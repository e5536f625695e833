import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { FailureError, failureOf } from "@mailfleet/contracts";
import { judgeAddress } from "./address-rules.ts";

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

/**
 * The server's addresses, judged as resolved. Connect to these and do not resolve the name again (DNS rebinding). A
 * company's own server may have a private address, so only those are refused that no mail server has.
 * Throws ADDRESS_NOT_ALLOWED, or the system's error.
 */
export async function resolveServer({ host, port }: ServerPlace): Promise<readonly Address[]> {
  const bare = bareHost(host);
  const found = isIP(bare) ? [{ address: bare, family: isIP(bare) }] : await lookup(bare, { all: true });
  refuseForbiddenAddresses(
    { host, port },
    found.map(({ address }) => address),
  );
  return found;
}

/** Throws ADDRESS_NOT_ALLOWED if one of these is link-local, multicast or a cloud's metadata service. */
export function refuseForbiddenAddresses({ host, port }: ServerPlace, addresses: readonly string[]): void {
  for (const address of addresses)
    if (judgeAddress(address, []) === "never")
      throw new FailureError(failureOf("ADDRESS_NOT_ALLOWED", { host, port, reply: `${host} resolves to ${address}` }));
}

/** Without the brackets around an IPv6 address in a URL. */
export function bareHost(host: string): string {
  return host.replace(/^\[|\]$/g, "");
}
