import { type NotificationSettings, ProblemError, type RequestArguments } from "@mailfleet/contracts";
import type { NotificationSettingsDocument, NotificationSettingsRepository } from "@mailfleet/store";
import { settingsProblems } from "../settings-problems.ts";
import { changedSettings } from "../settings-step.ts";
import { initialSettings, shownSettings } from "./notification-settings-get.ts";

type Input = RequestArguments<"alerting.notification-settings.update">;

/** What changing the settings works with. */
export interface SettingsPorts {
  readonly settings: NotificationSettingsRepository;
  now(): number;
  /** Notifications were switched off: the mail server's failure is no news any more. */
  onDisabled(): Promise<void>;
  /** A secret or its end was set: what was said about the old end is over. */
  onSecretChanged(): Promise<void>;
  /** Something may go out now. */
  onChanged(): void;
}

const swapAttempts = 5;
const rememberedAnswers = 16;

/**
 * Changes only what is named, all of it or nothing. Throws STALE_VERSION if `ifVersion` is not the present one, INVALID
 * with every reason if the settings would not be whole, or if a secret was sealed for something else.
 */
export async function updateNotificationSettings(ports: SettingsPorts, input: Input): Promise<NotificationSettings> {
  const { settings } = ports;
  for (let attempt = 0; attempt < swapAttempts; attempt++) {
    const before = (await settings.get()) ?? initialSettings;
    const first = before.answers.find((answer) => answer.commandId === input.commandId);
    if (first) return first.answer;
    if (input.ifVersion !== undefined && input.ifVersion !== before.v)
      throw new ProblemError("STALE_VERSION", `The settings have version ${before.v}, not ${input.ifVersion}.`);
    const after = checked(before, input, ports.now());
    const answer = shownSettings({ ...after, v: before.v + 1 });
    const answers = [...before.answers, { commandId: input.commandId, answer }].slice(-rememberedAnswers);
    if (!(await settings.swap({ ...after, answers }))) continue;
    // Whoever has repaired the mail server does not want to wait for the next attempt.
    const state = await settings.relayState();
    if (state.pausedUntil > 0) await settings.setRelayState({ ...state, pausedUntil: 0 });
    if (before.enabled && !after.enabled) await ports.onDisabled();
    if (before.secretExpirySetAt !== after.secretExpirySetAt) await ports.onSecretChanged();
    ports.onChanged();
    return answer;
  }
  throw new ProblemError("TOO_MANY", "The settings are being changed by others at this moment; try again.");
}

function checked(before: NotificationSettingsDocument, input: Input, now: number): NotificationSettingsDocument {
  const after = changedSettings(before, input, now);
  const errors = settingsProblems(after, input, now);
  if (errors.length > 0)
    throw new ProblemError("INVALID", errors.map(({ pointer, reason }) => `${pointer} ${reason}`).join("; "), {
      errors,
    });
  return after;
}
