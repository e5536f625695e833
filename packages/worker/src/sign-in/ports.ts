import type { SignInGate } from "@mailfleet/connector-api";
import type { Connection, Secret } from "@mailfleet/contracts";
import type { Asking, SignInRecord } from "./record.ts";

/** Where the records of all processes are. */
export interface SignInStore {
  get(id: string): Promise<SignInRecord | null>;
  /** Writes `next` over the version before its own, or as the first. False: somebody was faster. */
  swap(next: SignInRecord): Promise<boolean>;
}

/** What signing in of one connection needs. */
export type Gated = Pick<Connection, "credentials" | "server" | "mailboxId" | "profileName" | "connectionTimeoutMs">;

/** Makes the gates of a process. `null`: these credentials belong to one mailbox. */
export type Gates = (connection: Gated, password: Secret, asked: Asking["asked"]) => SignInGate | null;
