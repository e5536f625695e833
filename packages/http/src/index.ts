/** What all HTTP clients of Mailfleet share: where requests may go, how long and large they may be, what errors mean. */

export { readPrivateNetworks } from "@mailfleet/network";
export { failureOfStatus } from "./failure-of-status.ts";
export type { Secured } from "./guarded-connector.ts";
export { createGuardedFetch, type GuardedFetch } from "./guarded-fetch.ts";
export { networkFailure } from "./network-failure.ts";
export { readProxy } from "./proxy.ts";
export { retryAfterMs } from "./retry-after.ts";
export { withoutTags } from "./without-tags.ts";
