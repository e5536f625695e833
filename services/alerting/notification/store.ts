import type { NotificationSettings, Sealed, SealedOAuthSecret } from "@mailfleet/contracts";
import type { Collection } from "@mailfleet/store";
import { isDuplicateKey, type Store } from "@mailfleet/store";

/**
 * The mail server for notices, and their recipients. Secrets are sealed: services that pass them on cannot read them.
 */
export interface NotificationSettingsDocument extends Omit<NotificationSettings, "credentials" | "oauthSecret"> {
  credentials: { username: string; password: Sealed; setAt: number } | null;
  oauthSecret: (SealedOAuthSecret & { setAt: number }) | null;
  /** When the secret's expiry date was last set: watching starts over. */
  secretExpirySetAt: number;
  /** Answers to the last commands, so that a repeated one gets the first answer. */
  answers: { key: string; hash: string; answer: NotificationSettings }[];
}

/** How the mail server works at the moment; the replicas share it. */
export interface RelayState {
  /** Failures one after another. */
  readonly failures: number;
  /** Nobody tries before, milliseconds since the epoch. */
  readonly pausedUntil: number;
}

/** The notification settings and the state of the relay; `alerting` owns them. */
export interface NotificationSettingsStore {
  /** `null` as long as nothing was ever set. */
  get(): Promise<NotificationSettingsDocument | null>;
  /** Stores it as version `v + 1` if the stored one is still `v`; `null` if another writer was faster. */
  swap(settings: NotificationSettingsDocument): Promise<NotificationSettingsDocument | null>;
  relayState(): Promise<RelayState>;
  setRelayState(state: RelayState): Promise<void>;
}

/** Makes the store. */
export function createNotificationSettingsStore(store: Store): NotificationSettingsStore {
  const name = "notification-settings";
  const settings: Collection<NotificationSettingsDocument & { _id: "notifications" }> = store.db.collection(name);
  const relay: Collection<RelayState & { _id: "relay" }> = store.db.collection(name);
  return {
    get: async () => {
      const found = await settings.findOne({ _id: "notifications" });
      if (!found) return null;
      const { _id, ...rest } = found;
      return rest;
    },
    swap: async (changed) => {
      const next = { ...changed, v: changed.v + 1 };
      try {
        const stored = { _id: "notifications" as const, ...next };
        if (changed.v === 0) await settings.insertOne(stored);
        else {
          const outcome = await settings.replaceOne({ _id: "notifications", v: changed.v }, stored);
          if (outcome.matchedCount === 0) return null;
        }
        return next;
      } catch (error) {
        if (isDuplicateKey(error)) return null;
        throw error;
      }
    },
    relayState: async () => {
      const found = await relay.findOne({ _id: "relay" });
      return { failures: found?.failures ?? 0, pausedUntil: found?.pausedUntil ?? 0 };
    },
    setRelayState: async ({ failures, pausedUntil }) => {
      await relay.updateOne({ _id: "relay" }, { $set: { failures, pausedUntil } }, { upsert: true });
    },
  };
}
