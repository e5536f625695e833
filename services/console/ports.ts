import type { Bus } from "@mailfleet/bus";
import type { Logger, SealedOAuthSecret } from "@mailfleet/contracts";
import type { Sealer } from "@mailfleet/secrets";
import type { OpenIdSignIn } from "./admin-page/open-id.ts";
import type { PageFiles } from "./admin-page/page-files.ts";
import type { SignInLimit } from "./sign-in/sign-in-limit.ts";
import type { TokenRepository } from "./token/store.ts";

/**
 * Reads the files with which an OAuth application proves itself. Both throw `ProblemError` (KEY_*,
 * CERTIFICATE_UNUSABLE).
 */
export interface OAuthSecretReader {
  /** A service account's JSON key; `text` is what will be sealed. With `projectId` it must be a key of that project. */
  serviceAccountKey(
    text: string,
    projectId: string | undefined,
  ): Promise<{ readonly text: string; readonly shown: NonNullable<SealedOAuthSecret["serviceAccount"]> }>;
  /** A certificate with its private key (PEM). `thumbprint`: SHA-256, base64url. */
  clientCertificate(
    pem: string,
  ): Promise<{ readonly text: string; readonly thumbprint: string; readonly expiresAt: number }>;
}

/** What the console needs from outside; `main.ts` builds it. */
export interface ConsolePorts {
  readonly bus: Pick<Bus, "request" | "follow" | "publish">;
  readonly tokens: TokenRepository;
  /** Seals secrets of mailboxes and profiles. */
  readonly sealer: Sealer;
  /** Seals secrets of the notification mail server, with another key. */
  readonly notifySealer: Sealer;
  readonly oauthSecrets: OAuthSecretReader;
  readonly logger: Logger;
  now(): number;
  /** False where secrets would cross a network in the clear. */
  readonly secretsAllowed: boolean;
  /** Where browsers reach the console: scheme, host and port only. Known once it listens. */
  consoleUrl(): string;
  /** How often a sign-in may be begun. */
  readonly signInLimit: SignInLimit;
  /** Where people sign in besides with a token; `null`: nowhere. */
  readonly openId: OpenIdSignIn | null;
  /** What browsers load of the administrator's page. */
  readonly pageFiles: PageFiles;
  /** True for an error that only means that the database is away for now. */
  isOutage(error: unknown): boolean;
}
