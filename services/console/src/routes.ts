import { alertRoutes } from "./handlers/alerts.ts";
import { deadLetterRoutes } from "./handlers/dead-letters.ts";
import { createLiveViews, type LiveViews } from "./handlers/events.ts";
import { jobRoutes } from "./handlers/jobs.ts";
import { mailboxActionRoutes } from "./handlers/mailbox-actions.ts";
import { mailboxRoutes } from "./handlers/mailboxes.ts";
import { messageRoutes } from "./handlers/messages.ts";
import { notificationRoutes } from "./handlers/notifications.ts";
import { profileRoutes } from "./handlers/profiles.ts";
import { sendRoutes } from "./handlers/sends.ts";
import { settingsRoutes } from "./handlers/settings.ts";
import { signInRoutes } from "./handlers/sign-in.ts";
import { tokenRoutes } from "./handlers/tokens.ts";
import type { Route } from "./route.ts";

/** Everything below this path is the API; a new meaning is a new version beside it. */
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
