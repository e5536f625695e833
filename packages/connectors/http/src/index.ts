/** What connectors share whose servers are APIs over HTTP. */
export { addressByHeader } from "./address-by-header.ts";
export { apiInboxSession, type FoundNew } from "./api-inbox.ts";
export { apiSession } from "./api-session.ts";
export { changeEach } from "./change-each.ts";
export type { Listed } from "./fetch-listed.ts";
export { beginningOf, handOverProbe, notHandedOver, restOf } from "./handing-over.ts";
export { credential } from "./not-asked.ts";
export { ofItems } from "./of-items.ts";
export { ofOneMessage } from "./of-one-message.ts";
export {
  fieldOf,
  type Purpose,
  type ReasonRule,
  RefusedError,
  refusalReader,
} from "./refusal.ts";
export { deadlineOf, nobody, type RunStep, runSteps, runTest, type SkipStep, type TestRun } from "./test-steps.ts";
export { firstBytes, type TokenApi, tokenApi } from "./token-api.ts";
export { turns } from "./turns.ts";
