/** A request that the double was sent, without what it carried. */
export interface OAuthRequest {
  readonly method: string;
  readonly path: string;
  readonly grantType?: string;
  /** ms since 1970. */
  readonly at: number;
}

/** What an access token is good for. */
export interface TokenMeaning {
  /** Address of the account; empty for a token of an application itself (client credentials). */
  readonly account: string;
  readonly scopes: string[];
  readonly clientId: string;
  /** What the token names for an application; absent: it names nothing. */
  readonly roles?: readonly string[];
}
