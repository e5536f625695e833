import { readFile } from "node:fs/promises";
import { Secret } from "@mailfleet/contracts";
import { isIn, type Network, parseAddress, parseNetwork } from "@mailfleet/network";

/** The proxy through which HTTP leaves the installation, as its operator names it. */
export interface HttpProxy {
  readonly host: string;
  readonly port: number;
  /** `user:password` */
  readonly credentials: Secret | null;
  /** Hosts and networks that are reached without it. */
  readonly except: readonly string[];
}

/**
 * Reads `http://proxy.example.org:3128`, the file with `user:password`, and `localhost,.example.org,10.0.0.0/8`; an empty
 * address gives `null`. Throws an `Error` that names the setting and its fault, without what may be secret.
 */
export async function readProxy(given: {
  readonly httpProxy: string;
  readonly httpProxyCredentials: string;
  readonly noProxy: string;
}): Promise<HttpProxy | null> {
  if (given.httpProxy === "") return null;
  const url = URL.parse(given.httpProxy);
  if (url?.protocol !== "http:" || url.pathname !== "/" || url.search !== "")
    throw new Error("MAILFLEET_HTTP_PROXY is no address such as http://proxy.example.org:3128");
  if (url.username || url.password)
    throw new Error("MAILFLEET_HTTP_PROXY must hold no password: name a file in MAILFLEET_HTTP_PROXY_CREDENTIALS");
  const file = given.httpProxyCredentials;
  const text = file === "" ? null : (await readFile(file, "utf8")).replace(/\r?\n$/, "");
  if (text !== null && !/^[^:\r\n]+:[^\r\n]*$/.test(text))
    throw new Error("the file of MAILFLEET_HTTP_PROXY_CREDENTIALS must hold user:password, on one line");
  return {
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: url.port === "" ? 80 : Number(url.port),
    credentials: text === null ? null : new Secret(text),
    except: given.noProxy
      .toLowerCase()
      .split(/[\s,]+/)
      .filter(Boolean),
  };
}

/** Whether a host is reached without the proxy: it is named, lies below a domain that is, or in a network that is. */
export function goesDirect({ except }: Pick<HttpProxy, "except">, host: string, port: number): boolean {
  const name = host.toLowerCase().replace(/^\[|\]$|\.$/g, "");
  const address = parseAddress(name);
  return except.some((entry) => {
    if (entry === "*") return true;
    const network: Network | null = parseNetwork(entry);
    if (address) return network !== null && isIn(address, network);
    const [, domain = "", only] = /^(?:\*?\.)?([^:]+)(?::(\d+))?$/.exec(entry) ?? [];
    return domain !== "" && (name === domain || name.endsWith(`.${domain}`)) && (only ?? String(port)) === String(port);
  });
}
