import { type IpAddress, isIn, type Network, parseAddress, parseNetwork } from "./ip-address.ts";

/** How an address is judged: public Internet, allowed by the installation, or forbidden. */
export type AddressVerdict = "public" | "allowed-private" | "private" | "never";

const table = (...networks: string[]): readonly Network[] =>
  networks.map((text) => {
    const network = parseNetwork(text);
    if (!network) throw new Error(`${text} is not a network`);
    return network;
  });

/** Never a mail server, whatever an installation allows: here clouds hand out the machine's own credentials. */
const never = table(
  "0.0.0.0/8", // this host (RFC 1122 §3.2.1.3)
  "169.254.0.0/16", // link-local (RFC 3927), metadata of most clouds
  "224.0.0.0/4", // multicast (RFC 5771)
  "255.255.255.255/32", // broadcast
  "100.100.100.200/32", // metadata of Alibaba
  "192.0.0.192/32", // metadata of Oracle
  "168.63.129.16/32", // Azure's host
  "::/128",
  "fe80::/10", // link-local (RFC 4291 §2.5.6)
  "fec0::/10", // site-local (RFC 3879)
  "ff00::/8", // multicast
  "fd00:ec2::254/128", // metadata of Amazon
  "fd20:ce::254/128", // metadata of Google
);

/** Not on the public Internet (RFC 6890 and its registries): allowed only if the installation lists them. */
const special = table(
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.88.99.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "240.0.0.0/4",
  "2001::/23", // protocol assignments, Teredo among them
  "2001:db8::/32",
  "3fff::/20",
);

/** The only public IPv6 addresses (RFC 4291 §2.4). */
const [globalUnicast] = table("2000::/3");

/** IPv6 addresses that stand for, or lead to, an IPv4 address, and where in them it is. */
const disguises = [
  { network: "::ffff:0:0/96", shift: 0n }, // mapped (RFC 4291 §2.5.5.2)
  { network: "::ffff:0:0:0/96", shift: 0n }, // translated (RFC 2765)
  { network: "64:ff9b::/96", shift: 0n }, // NAT64 (RFC 6052)
  { network: "64:ff9b:1::/48", shift: 0n }, // local NAT64 (RFC 8215)
  { network: "2002::/16", shift: 80n }, // 6to4 (RFC 3056)
].map(({ network, shift }) => ({ network: table(network)[0], shift }));

/** Judges a resolved address. Anything that is not an address is `never`. */
export function judgeAddress(text: string, allowed: readonly Network[]): AddressVerdict {
  const address = parseAddress(text);
  return address ? judge(address, allowed) : "never";
}

const loopback = table("127.0.0.0/8", "::1");

/** Whether this is an address of the machine itself, in any form. */
export function isLoopback(text: string): boolean {
  const address = plainAddress(text);
  return address !== null && loopback.some((network) => isIn(address, network));
}

/** Whether two texts are the same address, in any form. */
export function isSameAddress(one: string, other: string): boolean {
  const [a, b] = [plainAddress(one), plainAddress(other)];
  return a !== null && b !== null && a.bits === b.bits && a.value === b.value;
}

/** The IPv4 address that an IPv6 address stands for, or the address itself. */
function plainAddress(text: string): IpAddress | null {
  const address = parseAddress(text);
  return address && (inDisguise(address) ?? address);
}

function inDisguise(address: IpAddress): IpAddress | null {
  const disguise = disguises.find(({ network }) => network && isIn(address, network));
  return disguise ? { bits: 32, value: (address.value >> disguise.shift) & 0xffff_ffffn } : null;
}

function judge(address: IpAddress, allowed: readonly Network[]): AddressVerdict {
  const among = (networks: readonly Network[]) => networks.some((network) => isIn(address, network));
  if (among(never)) return "never";
  const hidden = inDisguise(address);
  if (hidden) return judge(hidden, allowed);
  if (among(allowed)) return "allowed-private";
  const isPublic = address.bits === 32 || (globalUnicast && isIn(address, globalUnicast));
  return isPublic && !among(special) ? "public" : "private";
}
