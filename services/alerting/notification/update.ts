import { type NotificationSettings, ProblemError, type RequestArguments } from "@mailfleet/contracts";
import { commandHash, commandIdReused, commandKey, compareAndSwap, refuseStale } from "@mailfleet/kit";
import { changedSettings } from "./change.ts";
import { settingsProblems } from "./problems.ts";
import { initialSettings, shownSettings } from "./show.ts";
import type { NotificationSettingsDocument, NotificationSettingsStore } from "./store.ts";

type Input = RequestArguments<"alerting.notification-settings.update">;

/** What changing the settings works with. */
export interface SettingsPorts {
  readonly settings: NotificationSettingsStore;
  now(): number;
  /** Notices were switched off: the mail server's failure no longer matters. */
  onDisabled(): Promise<void>;
  /** A secret or its end was set: what was said about the old end is over. */
  onSecretChanged(): Promise<void>;
  /** Something may go out now. */
  onChanged(): void;
}

const rememberedAnswers = 16;
const operation = "alerting.notification-settings.update";

/**
 * Changes only what is named, all of it or nothing. Throws STALE_VERSION if `ifVersion` is not the present one, INVALID
 * with every reason if the settings would not be whole, or if a secret was sealed for something else.
 */
export async function updateNotificationSettings(ports: SettingsPorts, input: Input): Promise<NotificationSettings> {
  const { settings } = ports;
  const command = { key: commandKey(operation, input), hash: commandHash(input) };
  return compareAndSwap("the mail server of the notifications", async () => {
    const before = (await settings.get()) ?? initialSettings;
    const first = before.answers.find((answer) => answer.key === command.key);
    if (first && first.hash !== command.hash) throw commandIdReused(input.commandId);
    if (first) return first.answer;
    refuseStale("The mail server of the notifications", before.v, input.ifVersion);
    const after = checked(before, input, ports.now());
    const answer = shownSettings({ ...after, v: before.v + 1 });
    if (input.dryRun) return answer;
    const answers = [...before.answers, { ...command, answer }].slice(-rememberedAnswers);
    if (!(await settings.swap({ ...after, answers }))) return null;
    // Somebody who has repaired the mail server should not wait for the next attempt.
    const state = await settings.relayState();
    if (state.pausedUntil > 0) await settings.setRelayState({ ...state, pausedUntil: 0 });
    if (before.enabled && !after.enabled) await ports.onDisabled();
    if (before.secretExpirySetAt !== after.secretExpirySetAt) await ports.onSecretChanged();
    ports.onChanged();
    return answer;
  });
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
