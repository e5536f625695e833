import { alertRoutes } from "../alert/routes.ts";
import { deadLetterRoutes } from "../dead-letter/routes.ts";
import { createLiveViews, type LiveViews } from "../events/live-views.ts";
import { jobRoutes } from "../job/routes.ts";
import { mailboxActionRoutes } from "../mailbox/actions.ts";
import { mailboxRoutes } from "../mailbox/routes.ts";
import { messageRoutes } from "../message/routes.ts";
import { notificationRoutes } from "../notification/routes.ts";
import { profileRoutes } from "../profile/routes.ts";
import { sendRoutes } from "../send/routes.ts";
import { settingsRoutes } from "../settings/routes.ts";
import { signInRoutes } from "../sign-in/routes.ts";
import { tokenRoutes } from "../token/routes.ts";
import type { Route } from "./route.ts";

/** Everything below this path is the API. A changed meaning needs a new version next to it. */
export const apiBase = "/api/v1";

/** The whole API: what the server registers, the OpenAPI document and API.md describe. */
export function allRoutes(liveViews: LiveViews = createLiveViews()): readonly Route[] {
  return [
    ...profileRoutes,
    ...mailboxRoutes,
    ...mailboxActionRoutes,
    ...signInRoutes,
    ...messageRoutes,
    ...sendRoutes,
    ...alertRoutes,
    ...deadLetterRoutes,
    ...jobRoutes,
    ...settingsRoutes,
    ...notificationRoutes,
    ...tokenRoutes,
    ...liveViews.routes,
  ];
}
