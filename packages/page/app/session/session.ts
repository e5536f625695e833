import { signal } from "@preact/signals";
import { ask, sessionLost } from "../api.ts";

/** Who is signed in here. */
export interface Session {
  readonly name: string;
  readonly role: string;
}

/** `undefined`: not known yet; `null`: nobody. */
export const session = signal<Session | null | undefined>(undefined);
/** The organisation's provider, where people can sign in, too; `null`: there is none. */
export const openId = signal<string | null>(null);

const at = { at: "/admin" };

/** Asks whose the browser's session is. */
export async function findSession(): Promise<void> {
  type Found = { readonly session: Session | null; readonly openId: string | null };
  const found = await ask<Found>("GET", "/session", at).catch(() => null);
  openId.value = found?.openId ?? null;
  session.value = found?.session ?? null;
}

/** @throws Refusal */
export async function signIn(token: string): Promise<void> {
  session.value = await ask<Session>("POST", "/session", { ...at, body: { token } });
}

/** Ends the session in this browser and, where the console is set up so, at the provider. */
export async function signOut(): Promise<void> {
  const answer = await ask<{ readonly signOutUrl: string } | undefined>("DELETE", "/session", at).catch(
    () => undefined,
  );
  session.value = null;
  if (answer) location.assign(answer.signOutUrl);
}

/** Whether who is signed in may change something; the API says which right is missing for the rest. */
export const mayChange = (): boolean => session.value?.role !== "reader";

/** Whether who is signed in may do what only administrators may. */
export const mayAdminister = (): boolean => session.value?.role === "administrator";

sessionLost.subscribe((times) => {
  if (times > 0) session.value = null;
});
