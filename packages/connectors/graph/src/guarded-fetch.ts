/** `fetch` with limits of time, size and address: what `@mailfleet/http` offers. */
export type GuardedFetch = (
  url: string,
  init?: RequestInit & { readonly timeoutMs?: number; readonly maximumBytes?: number; readonly allowedPorts?: readonly number[] | null },
) => Promise<Response>;
