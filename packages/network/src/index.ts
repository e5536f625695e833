/** The way to a foreign server, below every protocol: ports, addresses, deadlines and secured connections. */
export { judgeAddress } from "./address-rules.ts";
export { startDeadline } from "./deadline.ts";
export { isIn, type Network, parseAddress, parseNetwork } from "./ip-address.ts";
export { readPrivateNetworks } from "./private-networks.ts";
export { type Address, bareHost, checkPort, resolveServer } from "./resolve-server.ts";
export { unlessTls } from "./silent-port.ts";
export { lookupIn, openSocket, secureSocket, trustFor } from "./sockets.ts";
