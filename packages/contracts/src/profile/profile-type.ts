import { z } from "zod";
import type { Protocol } from "../connectors/connectors.ts";
import type { KnownProvider } from "../connectors/descriptor.ts";
import type { Access, CredentialSource } from "./server.ts";

/** What a type of profile fills in where a profile does not say it. */
export interface ProfileTypeDefaults {
  /** In one clause, for the help of the command line and the documentation. */
  readonly text: string;
  /** Whose servers, scopes and tokens they are: another provider is refused. */
  readonly provider?: KnownProvider;
  /** Absent: the usual protocols. */
  readonly protocols?: { readonly inbound: Protocol; readonly outbound: Protocol };
  /** Who holds the credentials, unless there is an application. */
  readonly credentials?: CredentialSource;
  /** In whose name mailboxes are opened, unless each has credentials of its own. */
  readonly access?: Access;
}

/** The types of profiles (Dynamics 365: servertype, and the type that its admin centre shows). */
export const profileTypes = {
  other: { text: "any server" },
  gmail: { text: "gmail fills in Google's servers, ports and scopes", provider: "google" },
  "exchange-online": {
    text: "exchange-online fills in Microsoft Graph",
    provider: "microsoft",
    protocols: { inbound: "graph", outbound: "graph" },
  },
  "exchange-server": {
    text: "exchange-server fills in Exchange Web Services by impersonation, with the credentials of the profile",
    protocols: { inbound: "ews", outbound: "ews" },
    credentials: "profile",
    access: "impersonation",
  },
} as const satisfies Readonly<Record<string, ProfileTypeDefaults>>;

export const ProfileType = z.enum(Object.keys(profileTypes) as [keyof typeof profileTypes]);
export type ProfileType = z.infer<typeof ProfileType>;

/** What a type fills in. */
export const profileTypeOf = (type: ProfileType): ProfileTypeDefaults => profileTypes[type];
