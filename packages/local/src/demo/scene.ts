import type { Stack } from "../stack/index.ts";
import type { FleetApi } from "./fleet-api.ts";
import type { Narrator } from "./narrator.ts";

/** A mailbox that the story uses. */
export interface Account {
  readonly address: string;
  readonly kind: "user" | "queue";
  readonly username: string;
  readonly password: string;
}

/** What every chapter of a story is given. */
export interface ProviderScene {
  readonly api: FleetApi;
  readonly narrator: Narrator;
  readonly stack: Stack;
}

/** What a chapter gets in addition if it uses servers that a profile names. */
export interface Scene extends ProviderScene {
  /** The two servers, as a profile names them. */
  readonly servers: {
    readonly inbound: { protocol: "imap" | "pop3"; host: string; port: number; security: string };
    readonly outbound: { protocol: "smtp"; host: string; port: number; security: string };
  };
}
