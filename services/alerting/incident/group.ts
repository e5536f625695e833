import { type AlertCode, type AlertObject, alertCodes, failureCodes } from "@mailfleet/contracts";
import { idFrom } from "@mailfleet/kit";
import type { AlertBody } from "../alert/document.ts";

/** Other failures that many mailboxes share when a server is away. */
const serverCodes: readonly AlertCode[] = ["PROFILE_MAILBOXES_FAILING", "STALLED", "THROTTLED_FOR_HOURS"];
/** A server that is away is one incident, whichever of these failures a mailbox meets first. */
const ofServer: ReadonlySet<string> = new Set([
  ...serverCodes,
  ...Object.entries(failureCodes).flatMap(([code, { kind }]) =>
    kind === "transient" || kind === "throttled" ? [code] : [],
  ),
]);

/** What happens to many messages when a connection breaks or a mailbox cannot send: one incident for each code. */
const ofSends: ReadonlySet<string> = new Set<AlertCode>(["SEND_UNCERTAIN", "SEND_EXPIRED", "SENT_COPY_MISSING"]);

/** The properties that all alerts of an incident share. */
export interface Group {
  readonly id: string;
  readonly object: AlertObject;
}

/**
 * The incident that an alert belongs to. What servers do, what becomes of many messages at once, and what only the owner of a
 * profile can repair, is one incident for all mailboxes of the profile; anything else is one for its object and code. `null`: information is no incident.
 */
export function incidentOf({
  object,
  code,
  severity,
  audience,
}: Pick<AlertBody, "object" | "code" | "severity" | "audience">): Group | null {
  if (severity === "information") return null;
  const profileId = object.type === "profile" ? object.id : object.profileId;
  const isShared =
    Object.hasOwn(alertCodes, code) && (ofServer.has(code) || ofSends.has(code) || audience === "profile");
  if (profileId !== undefined && isShared) {
    const cause = ofServer.has(code) ? "server" : code;
    const label = object.type === "profile" && object.label ? { label: object.label } : {};
    return {
      id: idFrom("in", JSON.stringify(["profile", profileId, cause])),
      object: { type: "profile", id: profileId, ...label },
    };
  }
  const { direction: _, ...one } = object;
  return { id: idFrom("in", JSON.stringify([object.type, object.id, code])), object: one };
}
