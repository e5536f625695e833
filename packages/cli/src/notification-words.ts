import type { NotificationSettings, NotificationTest } from "@mailfleet/contracts";
import { stepLine } from "./mailbox/words.ts";
import type { Shown } from "./shown.ts";
import { facts, printable, time } from "./table.ts";

type Settings = Shown<NotificationSettings>;

/** The mail server for notices. Secrets are shown by name and by when they were set. */
export function notificationWords(settings: Settings): string {
  const { relay, application, password, secret } = settings;
  const key = secret?.serviceAccount;
  return facts([
    ["enabled", settings.enabled ? "yes" : "no"],
    ["mode", settings.mode],
    ["from", settings.from],
    ["to", settings.to.join(", ")],
    ["format", settings.format],
    ["relay", relay && `${relay.host}:${relay.port} (${relay.security})`],
    ["  authentication", relay?.authentication],
    ["  user name", relay?.username],
    ["  password", password ? `set ${time(password.setAt)}` : "not set"],
    ["application", application?.provider],
    ...(application
      ? ([
          ["  tenant", application.tenantId],
          ["  client id", application.clientId ?? key?.clientId],
          ["  project", key?.projectId ?? application.projectId],
          ["  service account", key?.clientEmail],
          ["  key id", key?.keyId],
          ["  scopes", application.scopes?.join(" ")],
          ...Object.entries(application.endpoints ?? {}).map(([name, url]) => [`  ${name}`, url] as const),
        ] as const)
      : []),
    ["  secret", secret ? `${secret.kind}, set ${time(secret.setAt)}` : "not set"],
    ["  secret ends", settings.secretExpiresAt ? time(settings.secretExpiresAt) : "unknown"],
  ]);
}

/** The result of a test: one line per step, with the remedy where it failed. */
export function notificationTestWords(test: Shown<NotificationTest>): string {
  const end =
    test.outcome === "ok"
      ? `A test message left for ${test.to.join(", ")}: ${test.messageId}`
      : "The test message was not sent, or not to everybody.";
  return [...test.steps.map((step) => stepLine(undefined, step)), printable(end)].join("\n");
}
