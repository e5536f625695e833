import {
  createWaysToSignIn,
  foreignWords,
  NotSignedIn,
  type PasswordCredentials,
  type TokenCredentials,
  throughGate,
  type WayToSignIn,
  type WhatFailed,
} from "@mailfleet/connector-api";
import { FailureError, failureOf } from "@mailfleet/contracts";
import type { ImapFlow } from "imapflow";
import { codeOfReply } from "./reply-rules.ts";

/** How a client signs in: the options it is made with, and what happens when it signs in. */
export interface SignIn {
  /** For imapflow. A token is added when it is needed. */
  readonly auth: { user: string; pass?: string; accessToken?: string; authzid?: string; loginMethod?: string };
  /** True once a token has been sent to the server. */
  readonly tokenSent: boolean;
  /** Takes over a client's sign-in. Call it before the greeting. */
  attach(client: ImapFlow): void;
}

const passwords = createWaysToSignIn();

/** Ways in which a password may be presented, the likeliest first. `own` is imapflow's sign-in by its `loginMethod`. */
function waysFor(client: ImapFlow, own: () => Promise<boolean>): WayToSignIn[] {
  const { options, capabilities } = client as unknown as {
    options: { auth: SignIn["auth"] };
    capabilities: Map<string, unknown>;
  };
  const offered = (name: string) => capabilities.has(name);
  const by = (name: string): WayToSignIn => ({
    name,
    async present() {
      options.auth.loginMethod = name;
      await own();
    },
  });
  // LOGIN takes names with a backslash of Exchange, which its PLAIN does not.
  const named = /[\\/]/.test(options.auth.user);
  const sasl = ["AUTH=PLAIN", "AUTH=LOGIN"].filter(offered);
  const login = offered("LOGINDISABLED") ? [] : ["LOGIN"];
  const ways = named ? [...login, ...sasl] : [...sasl, ...login];
  return (ways.length > 0 ? ways : ["LOGIN"]).slice(0, 2).map(by);
}

function whatFailed(error: unknown): WhatFailed {
  const { authenticationFailed, responseStatus, response, serverResponseCode } = error as {
    authenticationFailed?: boolean;
    responseStatus?: string;
    response?: unknown;
    serverResponseCode?: string;
  };
  if (!authenticationFailed || responseStatus === undefined) return "other";
  const text = typeof response === "string" ? response : "";
  const code = codeOfReply({ text, ...(serverResponseCode && { responseCode: serverResponseCode }) }, "authenticate");
  if (code === "AUTHENTICATION_NOT_OFFERED" || (code === null && responseStatus === "BAD")) return "way";
  return code === null || code === "AUTHENTICATION_REJECTED" ? "credentials" : "other";
}

function refusedWords(error: unknown): string | null {
  if (whatFailed(error) !== "credentials") return null;
  const { response } = error as { response?: unknown };
  return typeof response === "string" ? response.replace(/^\S+ NO /i, "") : "";
}

const authentications = (client: ImapFlow) =>
  [...client.capabilities.keys()].filter((name) => name.startsWith("AUTH="));

/** Ends where others sign in: throws `NotSignedIn`. */
export function signInOfNobody(): SignIn {
  return {
    auth: { user: "" },
    tokenSent: false,
    attach(client) {
      const internal = client as unknown as { authenticate(): Promise<boolean>; greeting?: string };
      internal.authenticate = async () => {
        const offered = authentications(client).join(" ") || "no AUTH";
        throw new NotSignedIn(
          `the server greets with "${foreignWords(internal.greeting ?? "")}" and offers ${offered}`,
        );
      };
    },
  };
}

const tokenMechanisms = ["AUTH=OAUTHBEARER", "AUTH=XOAUTH2", "AUTH=XOAUTH"];

/**
 * Signs in with a password or a token. Whatever is used goes into `secrets`, so that no evidence repeats it. The token
 * is requested once the connection is secured and the server has said that it takes one; `renew` asks for a new one. An
 * authorization identity is sent or the sign-in fails: imapflow alone would drop it where a server offers no PLAIN, and
 * read the wrong inbox.
 */
export function signIn(
  credentials: PasswordCredentials | TokenCredentials,
  options: {
    renew: boolean;
    signal: AbortSignal;
    secrets: Set<string>;
    server: { readonly host: string; readonly port: number };
  },
): SignIn {
  const { secrets, renew, signal } = options;
  const auth: SignIn["auth"] = { user: credentials.username };
  const state = { auth, tokenSent: false };
  if (credentials.type === "password") {
    auth.pass = credentials.password.reveal();
    secrets.add(auth.pass);
    if (credentials.authorizationIdentity) {
      auth.authzid = credentials.authorizationIdentity;
      auth.loginMethod = "AUTH=PLAIN";
    }
  }

  const prepare = async (client: ImapFlow) => {
    // RFC 9051 §7.1.4: the server has signed us in by means that we do not know.
    if (client.authenticated) throw notOffered("the server signed us in by itself (PREAUTH), as an unknown user");
    const offered = authentications(client);
    const words = `offered: ${offered.join(" ") || "no AUTH"}`;
    if (auth.authzid && !offered.includes("AUTH=PLAIN"))
      throw notOffered(`${words}; an authorization identity needs AUTH=PLAIN`);
    if (credentials.type !== "token") return;
    if (!offered.some((name) => tokenMechanisms.includes(name)))
      throw notOffered(`${words}; a token needs AUTH=OAUTHBEARER or AUTH=XOAUTH2`);
    const token = (await credentials.accessToken({ renew, signal })).reveal();
    secrets.add(token);
    auth.accessToken = token;
    state.tokenSent = true;
  };

  return Object.assign(state, {
    attach(client: ImapFlow) {
      // Not in imapflow's types, but called between securing the connection and the first command after signing in
      // (version 2.1.2 is pinned, and the connector's tests would notice a change).
      const internal = client as unknown as { authenticate(): Promise<boolean> };
      const own = internal.authenticate.bind(client);
      internal.authenticate = async () => {
        await prepare(client);
        if (credentials.type === "token") return own();
        const { host: server, port } = options.server;
        const who = { server: `${server}:${port}`, username: auth.user, password: auth.pass ?? "" };
        const present = async (): Promise<unknown> =>
          auth.authzid ? own() : passwords.signIn(who, waysFor(client, own), whatFailed);
        await throughGate(credentials, present, refusedWords, signal);
        return true;
      };
    },
  });
}

function notOffered(reply: string): FailureError {
  return new FailureError(failureOf("AUTHENTICATION_NOT_OFFERED", { reply }));
}
