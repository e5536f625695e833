import { readFile } from "node:fs/promises";
import { type FleetRole, Role, roles, Secret } from "@mailfleet/contracts";
import { createOpenId, type OpenId } from "@mailfleet/oauth";
import { z } from "zod";

type Fetch = Parameters<typeof createOpenId>[1];

/** The sign-in at the organisation's own provider, and what its groups may do here. */
export interface OpenIdSignIn {
  readonly provider: OpenId;
  /** What people call the provider. */
  readonly name: string;
  /** The role of somebody with these groups; `null`: none. */
  roleOf(groups: readonly string[]): FleetRole | null;
  /** How long a session lasts; `null`: as long as the ID token. */
  readonly sessionMs: number | null;
  /** Whether who signs out here signs out there, too. */
  readonly signsOutThere: boolean;
}

const Roles = z.record(z.string().min(1), Role.exclude(["owner"]));

/** Roles by group, as a JSON object: names of groups may hold every character. */
const GroupRoles = z.string().transform((text, context): Readonly<Record<string, FleetRole>> => {
  const parsed = Roles.safeParse(jsonOf(text));
  if (parsed.success && Object.keys(parsed.data).length > 0) return parsed.data;
  context.addIssue('must be like {"mail-admins":"administrator","helpdesk":"operator"}');
  return z.NEVER;
});

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** What the console reads about it. */
export const openIdEnvironment = {
  /** Where people sign in, as the provider names itself; not set: with tokens only. */
  MAILFLEET_OIDC_ISSUER: z.url({ protocol: /^https?$/, error: "must be an http or https URL" }).optional(),
  MAILFLEET_OIDC_CLIENT_ID: z.string().optional(),
  /** File with the client's secret; not set: a public client. */
  MAILFLEET_OIDC_CLIENT_SECRET_FILE: z.string().optional(),
  /** `{"mail-admins":"administrator"}`: who is in none of the groups is refused. */
  MAILFLEET_OIDC_ROLES: GroupRoles.optional(),
  /** The claim of the ID token that lists the groups. */
  MAILFLEET_OIDC_GROUPS_CLAIM: z.string().default("groups"),
  MAILFLEET_OIDC_SCOPES: z
    .string()
    .refine((text) => text.split(" ").includes("openid"), "must hold openid")
    .default("openid profile email"),
  /** What the button calls the provider; default: its host. */
  MAILFLEET_OIDC_NAME: z.string().max(60, "must be at most 60 characters").optional(),
  /** How long a session lasts; not set: as long as the ID token. */
  MAILFLEET_OIDC_SESSION_MINUTES: z.coerce
    .number()
    .int()
    .min(5, "must be 5 to 1440")
    .max(1440, "must be 5 to 1440")
    .optional(),
  /** Where somebody is signed out who signs out on the page: here only, or at the provider, too. */
  MAILFLEET_OIDC_SIGN_OUT: z.enum(["here", "provider"], { error: "must be here or provider" }).default("here"),
} as const;

/** What is read of the environment. */
export interface OpenIdGiven {
  readonly oidcIssuer?: string | undefined;
  readonly oidcClientId?: string | undefined;
  readonly oidcClientSecretFile?: string | undefined;
  readonly oidcRoles?: Readonly<Record<string, FleetRole>> | undefined;
  readonly oidcGroupsClaim: string;
  readonly oidcScopes: string;
  readonly oidcName?: string | undefined;
  readonly oidcSessionMinutes?: number | undefined;
  readonly oidcSignOut: "here" | "provider";
}

/** The sign-in that the environment describes, or `null`. Throws an `Error` that names what is missing. */
export async function readOpenId(given: OpenIdGiven, fetch: Fetch, now: () => number): Promise<OpenIdSignIn | null> {
  const { oidcIssuer: issuer, oidcClientId: clientId, oidcRoles, oidcClientSecretFile: file } = given;
  if (issuer === undefined) return null;
  if (clientId === undefined) throw new Error("MAILFLEET_OIDC_ISSUER is set without MAILFLEET_OIDC_CLIENT_ID");
  if (oidcRoles === undefined)
    throw new Error("MAILFLEET_OIDC_ISSUER is set without MAILFLEET_OIDC_ROLES: nobody could sign in");
  const secret = file === undefined ? "" : (await readFile(file, "utf8")).trim();
  if (file !== undefined && secret === "") throw new Error(`${file} is empty: it must hold the client's secret`);
  const { oidcScopes: scopes, oidcGroupsClaim: groupsClaim, oidcSessionMinutes: minutes } = given;
  const clientSecret = secret === "" ? null : new Secret(secret);
  return {
    provider: createOpenId({ issuer, clientId, clientSecret, scopes, groupsClaim }, fetch, now),
    name: given.oidcName ?? new URL(issuer).host,
    roleOf: (groups) => strongestOf(oidcRoles, groups),
    sessionMs: minutes === undefined ? null : minutes * 60_000,
    signsOutThere: given.oidcSignOut === "provider",
  };
}

/** The first of administrator, approver, operator and reader that one of the groups gives. */
function strongestOf(byGroup: Readonly<Record<string, FleetRole>>, groups: readonly string[]): FleetRole | null {
  const given = groups.flatMap((group) => (Object.hasOwn(byGroup, group) ? [byGroup[group]] : []));
  return roles.filter((role) => role !== "owner").find((role) => given.includes(role)) ?? null;
}
