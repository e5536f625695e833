import { BlockList, isIP } from "node:net";
import { FailureError, failureOf } from "@mailfleet/contracts";

/**
 * Addresses that no mail server has and attackers like: link-local (RFC 3927, RFC 4291 §2.5.6), where clouds answer with
 * the machine's own credentials, and the metadata addresses of clouds outside of it.
 */
const neverAllowed = new BlockList();
neverAllowed.addSubnet("169.254.0.0", 16);
// The same through NAT64 (RFC 6052 §2.1).
neverAllowed.addSubnet("64:ff9b::a9fe:0", 112, "ipv6");
neverAllowed.addSubnet("fe80::", 10, "ipv6");
neverAllowed.addAddress("fd00:ec2::254", "ipv6");
neverAllowed.addAddress("100.100.100.200");
neverAllowed.addSubnet("0.0.0.0", 8);
neverAllowed.addAddress("::", "ipv6");

/** Throws ADDRESS_NOT_ALLOWED if a resolved address is link-local or a cloud's metadata service. */
export function refuseForbiddenAddresses(host: string, port: number, addresses: readonly string[]): void {
  for (const address of addresses) {
    const bare = address.replace(/%.*$/, "");
    if (isIP(bare) && neverAllowed.check(bare, isIP(bare) === 6 ? "ipv6" : "ipv4"))
      throw new FailureError(failureOf("ADDRESS_NOT_ALLOWED", { host, port, reply: `${host} resolves to ${address}` }));
  }
}

/** Throws PORT_NOT_ALLOWED if the organisation does not allow connections to this port. */
export function checkPort(
  { host, port }: { readonly host: string; readonly port: number },
  allowedPorts: readonly number[] | null,
): void {
  if (allowedPorts === null || allowedPorts.includes(port)) return;
  const reply = `allowed outbound ports: ${allowedPorts.join(", ")}; not ${port}`;
  throw new FailureError(failureOf("PORT_NOT_ALLOWED", { host, port, reply }));
}
