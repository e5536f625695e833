declare module "oidc-provider" {
  import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";

  /** What a model's record holds in the adapter, as far as the double looks into it. */
  export interface StoredModel {
    kind?: string;
    jti?: string;
    uid?: string;
    userCode?: string;
    accountId?: string;
    clientId?: string;
    grantId?: string;
    scope?: string;
    exp?: number;
    consumed?: unknown;
    [key: string]: unknown;
  }
  export interface Adapter {
    upsert(id: string, payload: StoredModel, expiresIn?: number): Promise<void>;
    find(id: string): Promise<StoredModel | undefined>;
    findByUserCode(userCode: string): Promise<StoredModel | undefined>;
    findByUid(uid: string): Promise<StoredModel | undefined>;
    consume(id: string): Promise<void>;
    destroy(id: string): Promise<void>;
    revokeByGrantId(grantId: string): Promise<void>;
  }
  export interface Client {
    clientId: string;
    grantTypeAllowed(grantType: string): boolean;
  }
  export interface Grant {
    addOIDCScope(scope: string): void;
    save(): Promise<string>;
  }
  export interface Token {
    grantId?: string;
    scope?: string;
    accountId?: string;
    expiration: number;
    save(): Promise<string>;
  }
  export interface Context {
    path: string;
    status: number;
    body: unknown;
    type: string;
    req: IncomingMessage;
    oidc: { params: Record<string, string | undefined>; client: Client; body?: Record<string, unknown> };
  }
  export interface Interaction {
    uid: string;
    prompt: { name: string };
    params: Record<string, string | undefined>;
    grantId?: string;
  }
  export class Provider {
    constructor(issuer: string, configuration: Record<string, unknown>);
    proxy: boolean;
    use(middleware: (context: Context, next: () => Promise<void>) => Promise<void>): void;
    callback(): RequestListener;
    on(event: string, listener: (context: Context, error: Error) => void): void;
    registerGrantType(name: string, handler: (context: Context) => Promise<void>, parameters: readonly string[]): void;
    interactionDetails(request: IncomingMessage, response: ServerResponse): Promise<Interaction>;
    interactionFinished(
      request: IncomingMessage,
      response: ServerResponse,
      result: Record<string, unknown>,
      options?: { mergeWithLastSubmission?: boolean },
    ): Promise<void>;
    readonly Grant: new (properties: {
      accountId: string;
      clientId: string;
    }) => Grant;
    readonly AccessToken: new (
      properties: Record<string, unknown>,
    ) => Token;
    readonly OIDCContext: {
      prototype: { clientJwtAuthExpectedAudience(this: { ctx: Context; issuer: string }): Set<string> };
    };
  }
  export const errors: {
    OIDCProviderError: new (status: number, error: string) => Error & { error_description?: string };
  };
  export const interactionPolicy: {
    base(): { add(prompt: unknown, index?: number): void };
    Prompt: new (description: { name: string; requestable: boolean }, ...checks: unknown[]) => unknown;
  };
}
