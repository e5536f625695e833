import { z } from "zod";

/** Microsoft's clouds: the public one, and those that are kept apart from it. */
export const MicrosoftCloud = z.enum(["global", "us-government", "us-government-dod", "china"]);
export type MicrosoftCloud = z.infer<typeof MicrosoftCloud>;

/** Hosts of the public cloud, and what they are called elsewhere (Microsoft's "National cloud deployments"). */
const hosts: Readonly<Record<Exclude<MicrosoftCloud, "global">, Readonly<Record<string, string>>>> = {
  "us-government": {
    "login.microsoftonline.com": "login.microsoftonline.us",
    "graph.microsoft.com": "graph.microsoft.us",
    "outlook.office365.com": "outlook.office365.us",
    "outlook.office.com": "outlook.office365.us",
    "smtp.office365.com": "smtp.office365.us",
    "vault.azure.net": "vault.usgovcloudapi.net",
  },
  "us-government-dod": {
    "login.microsoftonline.com": "login.microsoftonline.us",
    "graph.microsoft.com": "dod-graph.microsoft.us",
    "outlook.office365.com": "outlook-dod.office365.us",
    "outlook.office.com": "outlook-dod.office365.us",
    "smtp.office365.com": "outlook-dod.office365.us",
    "vault.azure.net": "vault.usgovcloudapi.net",
  },
  china: {
    "login.microsoftonline.com": "login.partner.microsoftonline.cn",
    "graph.microsoft.com": "microsoftgraph.chinacloudapi.cn",
    "outlook.office365.com": "partner.outlook.cn",
    "outlook.office.com": "partner.outlook.cn",
    "smtp.office365.com": "smtp.partner.outlook.cn",
    "vault.azure.net": "vault.azure.cn",
  },
};

/** A host, URL or scope of the public cloud as it is called in another one. What is nobody's stays as it is. */
export function inCloud(cloud: MicrosoftCloud | undefined, text: string): string {
  if (cloud === undefined || cloud === "global") return text;
  const [, before = "", host = ""] = /^(https:\/\/)?([a-z0-9.-]+)/.exec(text) ?? [];
  return before + (hosts[cloud][host] ?? host) + text.slice(before.length + host.length);
}
