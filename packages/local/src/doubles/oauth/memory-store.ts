import type { Adapter, StoredModel } from "oidc-provider";
import { watchSecret } from "../../testing/kept-output.ts";

/** Everything the OAuth double remembers, readable at once: `introspect` must not wait. */
export interface MemoryStore {
  /** What `oidc-provider` is given as its adapter. */
  adapter(model: string): Adapter;
  /** A record that has not ended; `undefined` if its consent has ended or was withdrawn. */
  get(model: string, id: string): StoredModel | undefined;
  all(model: string): Iterable<[string, StoredModel]>;
  /** Ends a consent and all that was issued on it. */
  revokeGrant(grantId: string): void;
  /** Ends the tokens that a client got for itself. */
  endTokens(clientId: string): void;
  /** The consent ends at this time (ms since 1970). */
  endGrantAt(grantId: string, at: number): void;
  /** When the consent ends; `undefined` if it does not. */
  grantEnd(grantId: string): number | undefined;
}

/** A record with the time at which it ends, in ms since 1970. */
interface Entry {
  readonly payload: StoredModel;
  readonly endsAt: number;
}

/** Records whose id is the secret itself. */
const secretModels: ReadonlySet<string> = new Set([
  ...["AccessToken", "RefreshToken", "AuthorizationCode", "DeviceCode", "ClientCredentials"],
]);

/** Records of a model, at most: a benchmark that fetches tokens for an hour must not fill the memory. */
const MAXIMUM_RECORDS = 20_000;

export function memoryStore(): MemoryStore {
  const models = new Map<string, Map<string, Entry>>();
  const grantEnds = new Map<string, number>();
  const records = (model: string): Map<string, Entry> => {
    let found = models.get(model);
    if (!found) {
      found = new Map();
      models.set(model, found);
    }
    return found;
  };
  const get = (model: string, id: string): StoredModel | undefined => {
    const entry = records(model).get(id);
    if (!entry || entry.endsAt <= Date.now()) return undefined;
    const grantId = model === "Grant" ? id : entry.payload.grantId;
    if (!grantId || model === "DeviceCode") return entry.payload;
    if ((grantEnds.get(grantId) ?? Infinity) <= Date.now()) return undefined;
    return model === "Grant" || records("Grant").has(grantId) ? entry.payload : undefined;
  };
  const revokeGrant = (grantId: string): void => {
    records("Grant").delete(grantId);
    for (const model of ["AccessToken", "RefreshToken", "AuthorizationCode"]) {
      for (const [id, { payload }] of records(model)) if (payload.grantId === grantId) records(model).delete(id);
    }
  };
  const by = (model: string, field: "uid" | "userCode", value: string): StoredModel | undefined => {
    for (const [id, { payload }] of records(model)) if (payload[field] === value) return get(model, id);
    return undefined;
  };

  return {
    get,
    all: (model) => [...records(model)].map(([id, { payload }]) => [id, payload]),
    revokeGrant,
    endTokens: (clientId) => {
      const kept = records("ClientCredentials");
      for (const [id, { payload }] of kept) if (payload.clientId === clientId) kept.delete(id);
    },
    endGrantAt: (grantId, at) => {
      grantEnds.set(grantId, at);
    },
    grantEnd: (grantId) => grantEnds.get(grantId),
    adapter: (model) => ({
      upsert: async (id, payload, expiresIn) => {
        const kept = records(model);
        if (secretModels.has(model)) watchSecret(id);
        kept.set(id, { payload, endsAt: expiresIn === undefined ? Infinity : Date.now() + expiresIn * 1000 });
        if (kept.size > MAXIMUM_RECORDS) {
          const [oldest] = kept.keys();
          if (oldest !== undefined) kept.delete(oldest);
        }
      },
      find: async (id) => get(model, id),
      findByUid: async (uid) => by(model, "uid", uid),
      findByUserCode: async (userCode) => by(model, "userCode", userCode),
      consume: async (id) => {
        const entry = records(model).get(id);
        if (entry) entry.payload.consumed = Math.floor(Date.now() / 1000);
      },
      destroy: async (id) => {
        records(model).delete(id);
      },
      revokeByGrantId: async (grantId) => revokeGrant(grantId),
    }),
  };
}
