import type { IncomingMessage, ServerResponse } from "node:http";
import type { Provider } from "oidc-provider";
import { readBody } from "../http/read-body.ts";
import { accountIdOf } from "./account-id.ts";
import { consentPage, messagePage } from "./pages.ts";
import { paths } from "./provider-configuration.ts";

/** What the pages need of the double. */
export interface SignInState {
  readonly addresses: readonly string[];
  /** Whether the account has agreed to this client before: then there is no refresh token without asking for consent. */
  agreedBefore(accountId: string, clientId: string): boolean;
  /** Called with each new consent. */
  onConsent(grantId: string, wantsRefreshToken: boolean): void;
}

/** Serves the page on which a person signs in and agrees, and takes the decision. */
export async function serveSignIn(
  provider: Provider,
  state: SignInState,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const html = (status: number, text: string) => {
    response.writeHead(status, { "content-type": "text/html; charset=utf-8" });
    response.end(text);
  };
  const interaction = await provider.interactionDetails(request, response).catch(() => null);
  if (!interaction) return html(400, messagePage("Error", "This sign-in has ended. Start again."));
  const { params } = interaction;
  const scopes = (params.scope ?? "").split(" ").filter(Boolean);
  const clientId = params.client_id ?? "";
  if (request.method !== "POST") {
    const action = `${paths.signIn}/${interaction.uid}`;
    return html(200, consentPage({ action, clientId, scopes, accounts: state.addresses, hint: params.login_hint }));
  }
  const form = new URLSearchParams((await readBody(request, 10_000))?.toString("utf8"));
  if (form.get("decision") !== "allow") {
    const denial = { error: "access_denied", error_description: "The user denied access" };
    return provider.interactionFinished(request, response, denial, { mergeWithLastSubmission: false });
  }
  const address = form.get("account") ?? "";
  if (!state.addresses.includes(address)) return html(400, messagePage("Error", `There is no account ${address}.`));
  const accountId = accountIdOf(address);
  const before = state.agreedBefore(accountId, clientId);
  const grant = new provider.Grant({ accountId, clientId });
  grant.addOIDCScope(scopes.join(" "));
  const grantId = await grant.save();
  const asksForConsent = (params.prompt ?? "").split(" ").includes("consent");
  const offline = params.access_type === "offline" && (asksForConsent || !before);
  state.onConsent(grantId, offline || params.wants_refresh_token === "yes");
  return provider.interactionFinished(
    request,
    response,
    { login: { accountId }, consent: { grantId }, select_account: {} },
    { mergeWithLastSubmission: false },
  );
}
