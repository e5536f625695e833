/** The way to a foreign server, below every protocol: ports, addresses, deadlines and secured connections. */
export { type AddressVerdict, judgeAddress } from "./address-rules.ts";
export { type Deadline, startDeadline } from "./deadline.ts";
export { type Network, parseNetwork } from "./ip-address.ts";
export { readPrivateNetworks } from "./private-networks.ts";
export { type Address, bareHost, checkPort, resolveServer, type ServerPlace } from "./resolve-server.ts";
export { lookupIn, openSocket, secureSocket, type TlsServer, trustFor } from "./sockets.ts";
