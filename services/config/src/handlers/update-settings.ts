import type { Settings } from "@mailfleet/contracts";
import type { Parts } from "../parts.ts";
import type { Handler } from "../ports.ts";
import { usableProfile } from "../usable-profile.ts";
import { compareAndSwap, refuseStale } from "../whole-document-command.ts";
import { showSettings } from "./get-settings.ts";

/**
 * `config.settings.update`: only what is named changes. New rhythms reach mailboxes at once; the rest of a new policy counts from
 * their next step on.
 */
export const updateSettings =
  (parts: Parts): Handler<"config.settings.update"> =>
  (input) =>
    compareAndSwap<Settings>("the settings", async () => {
      const { settings: repository, now } = parts.ports;
      const before = await repository.load();
      const repeated = before.handled.find((entry) => entry.id === input.commandId);
      if (repeated) return repeated.answer as Settings;
      refuseStale("The settings have", before.v, input.ifVersion);
      const { defaultProfileId, retryPolicy, ...rest } = input.change ?? {};
      if (defaultProfileId) await usableProfile(parts, defaultProfileId, "/change/defaultProfileId");
      const { v: _, ...current } = showSettings(before);
      const after: Omit<Settings, "v"> = {
        ...current,
        ...rest,
        ...(defaultProfileId === undefined ? {} : { defaultProfileId }),
        retryPolicy: { ...before.retryPolicy, ...retryPolicy },
      };
      const answer = { ...after, v: before.v + 1 };
      const { pollMs, probeMs } = after.retryPolicy;
      const otherRhythm = pollMs !== before.retryPolicy.pollMs || probeMs !== before.retryPolicy.probeMs;
      const rhythmV = otherRhythm ? answer.v : before.rhythmV;
      const written = await repository.commit(
        before.v,
        { ...after, ...(rhythmV === undefined ? {} : { rhythmV }) },
        { id: input.commandId, at: now(), answer },
      );
      parts.knowledge.forget();
      if (written && otherRhythm) parts.background.start("rhythm", (signal) => parts.spreadRhythm(signal));
      return written && answer;
    });
