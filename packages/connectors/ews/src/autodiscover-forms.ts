import type { ConnectOptions } from "@mailfleet/connector-api";
import { schemaVersion } from "./requests.ts";
import { escaped } from "./xml-reader.ts";
import { findElement, textOf, type XmlElement } from "./xml-tree.ts";

/** What a place says: the address, or where to ask instead. */
export type Said = { readonly url: string } | { readonly leadsTo: string };

/** One form of autodiscover. */
export interface AutodiscoverForm {
  readonly path: string;
  request(options: Pick<ConnectOptions, "address">, place: string): string;
  /** `null`: it names nothing. */
  read(document: XmlElement): Said | null;
}

const said = (url: string | undefined, leadsTo: string | undefined): Said | null =>
  url ? { url } : leadsTo ? { leadsTo } : null;

/** MS-OXWSADISC: `GetUserSettings`. */
const soap: AutodiscoverForm = {
  path: "/autodiscover/autodiscover.svc",
  request: ({ address }, place) =>
    '<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:wsa="http://www.w3.org/2005/08/addressing" xmlns:a="http://schemas.microsoft.com/exchange/2010/Autodiscover">' +
    `<s:Header><a:RequestedServerVersion>${schemaVersion}</a:RequestedServerVersion>` +
    "<wsa:Action>http://schemas.microsoft.com/exchange/2010/Autodiscover/Autodiscover/GetUserSettings</wsa:Action>" +
    `<wsa:To>${escaped(place)}</wsa:To></s:Header><s:Body><a:GetUserSettingsRequestMessage><a:Request><a:Users><a:User><a:Mailbox>${escaped(address)}</a:Mailbox></a:User></a:Users>` +
    "<a:RequestedSettings><a:Setting>ExternalEwsUrl</a:Setting><a:Setting>InternalEwsUrl</a:Setting></a:RequestedSettings></a:Request></a:GetUserSettingsRequestMessage></s:Body></s:Envelope>",
  read(document) {
    const response = findElement(document, "UserResponse");
    const settings = findElement(response, "UserSettings")?.children ?? [];
    const settingOf = (name: string) => {
      const found = settings.find((one) => textOf(one, "Name") === name);
      return textOf(found, "Value") || undefined;
    };
    const target = textOf(response, "ErrorCode") === "RedirectUrl" ? textOf(response, "RedirectTarget") : undefined;
    return said(settingOf("ExternalEwsUrl") ?? settingOf("InternalEwsUrl"), target);
  },
};

const schema = "http://schemas.microsoft.com/exchange/autodiscover/outlook";

/** MS-OXDSCLI: plain XML. */
const pox: AutodiscoverForm = {
  path: "/autodiscover/autodiscover.xml",
  request: ({ address }) =>
    `<?xml version="1.0" encoding="utf-8"?><Autodiscover xmlns="${schema}/requestschema/2006"><Request><EMailAddress>${escaped(address)}</EMailAddress>` +
    `<AcceptableResponseSchema>${schema}/responseschema/2006a</AcceptableResponseSchema></Request></Autodiscover>`,
  read(document) {
    const account = findElement(document, "Account");
    const protocols = account?.children.filter(({ name }) => name === "Protocol") ?? [];
    const urls = protocols.flatMap((protocol) => textOf(protocol, "EwsUrl") || []);
    return said(urls[0], textOf(account, "RedirectUrl"));
  },
};

/** In the order in which each place is asked. */
export const forms: readonly AutodiscoverForm[] = [soap, pox];
