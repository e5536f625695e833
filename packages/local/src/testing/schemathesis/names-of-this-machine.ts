/** Loaded before a service begins: it finds no host but this one, so that no made-up name is ever contacted. */
import dns from "node:dns/promises";
import { syncBuiltinESMExports } from "node:module";

const { lookup } = dns;
dns.lookup = (async (name: string, options: object) => {
  if (name === "localhost") return lookup(name, options);
  throw Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), { code: "ENOTFOUND", syscall: "getaddrinfo" });
}) as typeof lookup;
syncBuiltinESMExports();
