import { nouns } from "@mailfleet/contracts";
import { alertParticular } from "../alert/particular.ts";
import { checkupParticular } from "../checkup/particular.ts";
import { createLiveViews, type LiveViews } from "../events/live-views.ts";
import { incidentParticular } from "../incident/particular.ts";
import { importRoutes } from "../job/import-route.ts";
import { jobParticular } from "../job/particular.ts";
import { mailParticular } from "../mail/particular.ts";
import { mailboxParticular } from "../mailbox/particular.ts";
import { profileParticular } from "../profile/particular.ts";
import { sendRoutes } from "../send/routes.ts";
import { sessionParticular } from "../session/particular.ts";
import { signInParticular } from "../sign-in/particular.ts";
import { throughputParticular } from "../throughput/particular.ts";
import { tokenParticular } from "../token/particular.ts";
import { nounRoutes, type Particular } from "./noun-routes.ts";
import type { Route } from "./route.ts";

/** Everything below this path is the API. A changed meaning needs a new version next to it. */
export const apiBase = "/api/v1";

/** What does not follow from the declaration of a noun, by its name. */
const particulars: Readonly<Record<string, Particular>> = {
  alert: alertParticular,
  incident: incidentParticular,
  job: jobParticular,
  mail: mailParticular,
  profile: profileParticular,
  mailbox: mailboxParticular,
  "sign-in": signInParticular,
  session: sessionParticular,
  token: tokenParticular,
  checkup: checkupParticular,
  throughput: throughputParticular,
};

/** The whole API: what the server registers, the OpenAPI document and API.md describe. */
export function allRoutes(liveViews: LiveViews = createLiveViews()): readonly Route[] {
  return [
    ...nouns.flatMap((noun) => nounRoutes(noun, particulars[noun.name])),
    ...importRoutes,
    ...sendRoutes,
    ...liveViews.routes,
  ];
}
