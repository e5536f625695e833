import { type NotificationSettings, ProblemError, type RequestArguments, sealedFor } from "@mailfleet/contracts";
import type { NotificationSettingsDocument, NotificationSettingsRepository } from "@mailfleet/store";
import { initialSettings, shownSettings } from "./notification-settings-get.ts";

type Input = RequestArguments<"alerting.notification-settings.update">;

/** What changing the settings works with. */
export interface SettingsPorts {
  readonly settings: NotificationSettingsRepository;
  /** Notifications were switched off: the relay's failure is no news any more. */
  onDisabled(): Promise<void>;
  /** Something may go out now. */
  onChanged(): void;
}

const swapAttempts = 5;
const rememberedAnswers = 16;

/**
 * Changes only what is named. Throws STALE_VERSION if `ifVersion` is not the present one, INVALID if notifications would
 * be on without a relay, a sender or a recipient, or if the password was sealed for something else.
 */
export async function updateNotificationSettings(ports: SettingsPorts, input: Input): Promise<NotificationSettings> {
  const { settings } = ports;
  for (let attempt = 0; attempt < swapAttempts; attempt++) {
    const before = (await settings.get()) ?? initialSettings;
    const first = before.answers.find((answer) => answer.commandId === input.commandId);
    if (first) return first.answer;
    if (input.ifVersion !== undefined && input.ifVersion !== before.v)
      throw new ProblemError("STALE_VERSION", `The settings have version ${before.v}, not ${input.ifVersion}.`);
    const after = changed(before, input);
    const answer = shownSettings({ ...after, v: before.v + 1 });
    const answers = [...before.answers, { commandId: input.commandId, answer }].slice(-rememberedAnswers);
    if (!(await settings.swap({ ...after, answers }))) continue;
    // Whoever has repaired the relay does not want to wait for the next attempt.
    const state = await settings.relayState();
    if (state.pausedUntil > 0) await settings.setRelayState({ ...state, pausedUntil: 0 });
    if (before.enabled && !after.enabled) await ports.onDisabled();
    ports.onChanged();
    return answer;
  }
  throw new ProblemError("TOO_MANY", "The settings are being changed by others at this moment; try again.");
}

function changed(before: NotificationSettingsDocument, input: Input): NotificationSettingsDocument {
  const { enabled, relay, from, to } = input.change;
  const after = {
    ...before,
    enabled: enabled ?? before.enabled,
    relay: relay === undefined ? before.relay : relay,
    from: from ?? before.from,
    to: to ?? before.to,
    credentials: input.credentials === undefined ? before.credentials : input.credentials,
  };
  const errors = [...missing(after), ...wronglySealed(input)];
  if (errors.length > 0)
    throw new ProblemError("INVALID", errors.map(({ pointer, reason }) => `${pointer} ${reason}`).join("; "), {
      errors,
    });
  return after;
}

function missing({ enabled, relay, from, to }: NotificationSettingsDocument) {
  if (!enabled) return [];
  const reason = "is needed while notifications are enabled";
  const absent = { "/relay": !relay, "/from": !from, "/to": to.length === 0 };
  return Object.entries(absent)
    .filter(([, isAbsent]) => isAbsent)
    .map(([pointer]) => ({ pointer, reason }));
}

function wronglySealed({ credentials }: Input) {
  const aad = Buffer.from(sealedFor("notifications", "relay-password")).toString("base64url");
  return credentials && credentials.password.aad !== aad
    ? [{ pointer: "/credentials/password", reason: "was sealed for something else" }]
    : [];
}
