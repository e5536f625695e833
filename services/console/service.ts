import { type RequestName, requests } from "@mailfleet/contracts";
import { defineService, type ServicePorts } from "@mailfleet/kit";
import { z } from "zod";
import { openIdEnvironment } from "./admin-page/open-id.ts";
import { checks } from "./checks.ts";
import { collections } from "./collections.ts";
import type { ConsolePorts } from "./ports.ts";

/** Scheme, host and port: pages and the redirect URI are below it. */
const PublicUrl = z
  .url({ protocol: /^https?$/, error: "must be an http or https URL" })
  .refine(
    (text) => new URL(text).href === `${new URL(text).origin}/`,
    "must have no path, query, fragment or user name",
  )
  .transform((text) => new URL(text).origin);

/**
 * The doors for people and programs: an HTTP API made from the nouns (`http/routes.ts`) and a few pages. It keeps tokens
 * and asks the other services for everything else; it answers nothing on the bus.
 */
export const consoleService = defineService<ServicePorts & Omit<ConsolePorts, "consoleUrl">>()({
  name: "console",
  environment: {
    /** Where the API listens; loopback unless said otherwise. */
    MAILFLEET_CONSOLE_HOST: z.string().default("127.0.0.1"),
    MAILFLEET_CONSOLE_PORT: z.coerce.number().int().min(0).max(65535).default(8480),
    /** Where browsers reach the console: links to sign in and the redirect URI begin with it. Default: where it listens. */
    MAILFLEET_CONSOLE_URL: PublicUrl.optional(),
    /**
     * So long after SIGTERM every request is still taken, and its connection ended with the answer, so that whoever is in
     * front of the console sends the next one elsewhere. Of the eight seconds in which a service ends.
     */
    MAILFLEET_CONSOLE_DRAIN_MS: z.coerce.number().int().min(0).max(5000).default(2000),
    /** Public key that seals secrets of mailboxes and profiles. */
    MAILFLEET_SEAL_KEY: z.string(),
    /** Public key that seals secrets of the notification mail server. */
    MAILFLEET_NOTIFY_SEAL_KEY: z.string(),
    /** The first administrator token is written to this file, once. */
    MAILFLEET_ADMIN_TOKEN_FILE: z.string(),
    /** `true` where something in front of the console speaks TLS. */
    MAILFLEET_ALLOW_PLAIN_HTTP: z.stringbool().default(false),
    ...openIdEnvironment,
    /** Private networks where the provider may be, as CIDRs; none unless named. */
    MAILFLEET_ALLOWED_PRIVATE_NETWORKS: z.string().default(""),
    /** `http://host:port` of the proxy through which HTTP leaves the installation; none unless named. */
    MAILFLEET_HTTP_PROXY: z.string().default(""),
    /** File with `user:password` for it. */
    MAILFLEET_HTTP_PROXY_CREDENTIALS: z.string().default(""),
    /** Hosts, domains and networks that are reached without the proxy. */
    MAILFLEET_NO_PROXY: z.string().default(""),
  },
  collections: Object.values(collections),
  asks: Object.keys(requests) as RequestName[],
  follows: ["FACTS"],
  checks,
  erases: async ({ tokens }, { mailboxId }) => ({ tokens: await tokens.eraseMailbox(mailboxId) }),
});
