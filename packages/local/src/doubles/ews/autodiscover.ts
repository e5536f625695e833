import { at, element, escaped, readXml, textAt } from "./xml.ts";

/** What autodiscover says of an address. */
export type Discovery =
  /** Nobody by that address. */
  | { readonly kind: "unknown" }
  /** Ask again with this address. */
  | { readonly kind: "address"; readonly target: string }
  /** Ask there. */
  | { readonly kind: "url"; readonly target: string }
  /** An HTTP redirect to there. */
  | { readonly kind: "http"; readonly target: string }
  /** The EWS of the mailbox is there. */
  | { readonly kind: "ews"; readonly target: string };

/** The address that a request asks about, by POX (`.xml`, MS-OXDSCLI) or SOAP (`.svc`, MS-OXWSADISC); `null`: none. */
export function askedAddress(body: Buffer): string | null {
  const root = readXml(body.toString());
  const soap = at(root ?? undefined, "Body", "GetUserSettingsRequestMessage", "Request", "Users", "User");
  return (soap ? textAt(soap, "Mailbox") : root ? textAt(root, "Request", "EMailAddress") : "") || null;
}

const outlook = "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a";
const response = "http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006";
const soapSchema = "http://schemas.microsoft.com/exchange/2010/Autodiscover";

/** The POX answer. */
export function poxAnswer(address: string, found: Discovery): string {
  const around = (content: string) =>
    `<?xml version="1.0" encoding="utf-8"?>${element("Autodiscover", content, { xmlns: response })}`;
  if (found.kind === "unknown")
    return around(
      '<Response><Error Time="12:00:00.0000000" Id="1"><ErrorCode>500</ErrorCode><Message>The email address can\'t be found.</Message><DebugData /></Error></Response>',
    );
  const target = escaped(found.target);
  const account = {
    address: `<Action>redirectAddr</Action><RedirectAddr>${target}</RedirectAddr>`,
    url: `<Action>redirectUrl</Action><RedirectUrl>${target}</RedirectUrl>`,
    http: "",
    ews: `<AccountType>email</AccountType><Action>settings</Action><Protocol><Type>EXCH</Type><EwsUrl>${target}</EwsUrl></Protocol><Protocol><Type>EXPR</Type><EwsUrl>${target}</EwsUrl></Protocol>`,
  }[found.kind];
  const user = `<User><DisplayName>${escaped(address)}</DisplayName><AutoDiscoverSMTPAddress>${escaped(address)}</AutoDiscoverSMTPAddress></User>`;
  return around(element("Response", `${user}<Account>${account}</Account>`, { xmlns: outlook }));
}

/** The SOAP answer to GetUserSettings. */
export function soapAnswer(address: string, found: Discovery, build: readonly number[]): string {
  const codes = {
    ...{ unknown: "InvalidUser", address: "RedirectAddress", url: "RedirectUrl", http: "RedirectUrl", ews: "NoError" },
  } as const;
  const [major = 0, minor = 0, number = 0, revision = 0] = build;
  const target = found.kind === "unknown" ? "" : escaped(found.target);
  const setting = (name: string, value: string) =>
    `<UserSetting i:type="StringSetting"><Name>${name}</Name><Value>${value}</Value></UserSetting>`;
  const settings =
    found.kind === "ews"
      ? `<UserSettings>${setting("AutoDiscoverSMTPAddress", escaped(address))}${setting("EwsSupportedSchemas", "Exchange2007, Exchange2010, Exchange2013")}${setting("ExternalEwsVersion", `${major}.${String(minor).padStart(2, "0")}.${number}.${revision}`)}${setting("InternalEwsUrl", target)}${setting("ExternalEwsUrl", target)}</UserSettings>`
      : "<UserSettings/>";
  const redirect =
    found.kind === "ews" || found.kind === "unknown"
      ? '<RedirectTarget i:nil="true"/>'
      : `<RedirectTarget>${target}</RedirectTarget>`;
  const user = `<UserResponse><ErrorCode>${codes[found.kind]}</ErrorCode><ErrorMessage>${codes[found.kind]}</ErrorMessage>${redirect}<UserSettingErrors/>${settings}</UserResponse>`;
  const version = element("h:ServerVersionInfo", "", {
    ...{ "xmlns:h": soapSchema, MajorVersion: major, MinorVersion: minor },
    ...{ MajorBuildNumber: number, MinorBuildNumber: revision, Version: "Exchange2015" },
  });
  const message = `<Response xmlns:i="http://www.w3.org/2001/XMLSchema-instance"><ErrorCode>NoError</ErrorCode><ErrorMessage/><UserResponses>${user}</UserResponses></Response>`;
  return `<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header>${version}</s:Header><s:Body>${element("GetUserSettingsResponseMessage", message, { xmlns: soapSchema })}</s:Body></s:Envelope>`;
}
