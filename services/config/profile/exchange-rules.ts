import type { InboundServer, OAuthSettings, OutboundServer } from "@mailfleet/contracts";

/** One server and the profile's application, as the rules see them. */
export interface ExchangeServer {
  readonly server: InboundServer | OutboundServer;
  readonly oauth: OAuthSettings | undefined;
}

/** One rule: the field that it names (of the server, or of `oauth`), and when it is broken. */
interface Rule {
  readonly pointer: `/${string}`;
  readonly reason: string;
  readonly isBroken: (given: ExchangeServer) => boolean;
}

/** Hosts of Exchange Online, in all clouds. */
const online = /(^|\.)(outlook\.(com|cn|office\.com)|outlook\.office(365)?\.(com|us)|office365\.(com|us))$/i;

const usesToken = ({ server }: ExchangeServer) => server.credentials === "oauth";
const hosts = ({ server: { host, apiUrl } }: ExchangeServer) => [host, URL.parse(apiUrl ?? "")?.hostname ?? host];
const portOf = ({ port, protocol }: URL) => Number(port) || (protocol === "http:" ? 80 : 443);

/**
 * What can work with Exchange Web Services: the applicability of the fields of an Exchange profile (Dynamics 365: "Connect
 * to Exchange Server (on-premises)", "Hybrid modern authentication").
 */
export const exchangeRules: readonly Rule[] = [
  {
    pointer: "/host",
    reason: "is Exchange Online, where EWS ends on 1 April 2027: create a profile of the type exchange-online",
    isBroken: (given) => hosts(given).some((host) => online.test(host)),
  },
  {
    pointer: "/apiUrl",
    reason: "must begin with https",
    isBroken: ({ server: { apiUrl, security } }) => security !== "none" && apiUrl?.startsWith("http:") === true,
  },
  {
    pointer: "/apiUrl",
    reason: "names another host or port than the profile does",
    isBroken: ({ server: { apiUrl, host, port } }) => {
      const url = URL.parse(apiUrl ?? "");
      return url !== null && (url.hostname !== host.toLowerCase() || portOf(url) !== port);
    },
  },
  {
    pointer: "/autodiscover",
    reason: "must be off where the address of the API is named",
    isBroken: ({ server: { autodiscover, apiUrl } }) => autodiscover === true && apiUrl !== undefined,
  },
  {
    pointer: "/autodiscover",
    reason: "is only for access by impersonation",
    isBroken: ({ server: { autodiscover, access } }) => autodiscover === true && access !== "impersonation",
  },
  {
    pointer: "/autodiscover",
    reason: "is not possible with hybrid modern authentication, which names the address of the API",
    isBroken: (given) => usesToken(given) && given.server.autodiscover === true,
  },
  {
    pointer: "/apiUrl",
    reason: "is needed for hybrid modern authentication",
    isBroken: (given) => usesToken(given) && given.server.apiUrl === undefined,
  },
  {
    pointer: "/access",
    reason: "must be impersonation for an application, because it has no mailbox",
    isBroken: (given) => usesToken(given) && given.server.access !== "impersonation",
  },
  {
    pointer: "/access",
    reason: "must be own where each mailbox has its own credentials",
    isBroken: ({ server: { access = "own", credentials } }) => credentials === "mailbox" && access !== "own",
  },
  {
    pointer: "/authentication",
    reason: "must be oauth or auto where a token is used",
    isBroken: (given) => usesToken(given) && !["oauth", "auto"].includes(given.server.authentication ?? "auto"),
  },
  {
    pointer: "/authentication",
    reason: "is oauth only where credentials are oauth",
    isBroken: (given) => !usesToken(given) && given.server.authentication === "oauth",
  },
  {
    pointer: "/oauth/flow",
    reason: "must be application for Exchange Web Services",
    isBroken: (given) => usesToken(given) && given.oauth !== undefined && given.oauth.flow !== "application",
  },
  {
    pointer: "/oauth/clientAuthentication",
    reason: "must be certificate for hybrid modern authentication",
    isBroken: (given) =>
      usesToken(given) && given.oauth?.provider === "microsoft" && given.oauth.clientAuthentication !== "certificate",
  },
];

/** The rules that the settings of an Exchange server break. */
export function brokenExchangeRules(given: ExchangeServer): readonly { pointer: string; reason: string }[] {
  return exchangeRules.filter(({ isBroken }) => isBroken(given));
}
