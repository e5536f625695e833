import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import type { AlertCleared, AlertRaised } from "@mailfleet/contracts";
import type { ShownAlert } from "../alert/document.ts";
import { initialSettings, type NotificationBody } from "../notification/body.ts";
import { watchSecret } from "../notification/watch-secret.ts";

const day = 86_400_000;
const end = Date.UTC(2027, 5, 1);
let now = 0;
let settings: NotificationBody;
/** Each message once, as the wall counts them. */
let raised: Map<string, string>;
let cleared: AlertCleared[];

const look = (at: number) => {
  now = at;
  return watchSecret({
    documents: { "notification-settings": { get: async () => settings as never } },
    wall: {
      raisedAbout: async () => (raised.size > 0 ? [{} as ShownAlert] : []),
      raise: async (fact: AlertRaised, { id }) => void raised.set(id, fact.code),
      clear: async (fact: AlertCleared) => {
        cleared.push(fact);
        raised.clear();
      },
    },
    now: () => now,
  });
};

describe("the end of the application's secret", () => {
  beforeEach(() => {
    raised = new Map();
    cleared = [];
    const sealed = { protected: "", encrypted_key: "", iv: "", ciphertext: "", tag: "", aad: "" };
    settings = {
      ...initialSettings,
      enabled: true,
      mode: "api",
      oauthSecret: { kind: "client-secret", secret: sealed, setAt: 1 },
      secretExpiresAt: end,
      secretExpirySetAt: 1,
    };
  });

  test("is told 14, 3 and 1 days ahead and when it came, once each", async () => {
    for (let at = end - 20 * day; at < end + 3 * day; at += day / 4) await look(at);
    const stages = ["SECRET_ENDS_IN_14_DAYS", "SECRET_ENDS_IN_3_DAYS", "SECRET_ENDS_IN_1_DAY", "SECRET_ENDED"];
    assert.deepEqual([...raised.values()], stages);
    assert.equal(cleared.length, 0);
  });

  test("is told by its nearest stage only where nobody looked before", async () => {
    await look(end - 2 * day);
    assert.deepEqual([...raised.values()], ["SECRET_ENDS_IN_3_DAYS"]);
  });

  test("of a certificate in a key vault is told as it was read there, unless the written one comes first", async () => {
    const [keyVault, certificate] = [
      { url: "https://v.test", certificateName: "c", clientId: "r" },
      { thumbprint: "t", expiresAt: end },
    ];
    const inVault = {
      ...(settings.oauthSecret as NonNullable<NotificationBody["oauthSecret"]>),
      keyVault,
      certificate,
    };
    settings = { ...settings, oauthSecret: inVault, secretExpiresAt: null };
    await look(end - 2 * day);
    settings = { ...settings, secretExpiresAt: end - day, secretExpirySetAt: 2 };
    await look(end - 2 * day);
    assert.deepEqual([...raised.values()], ["SECRET_ENDS_IN_3_DAYS", "SECRET_ENDS_IN_1_DAY"]);
  });

  test("is no news any more with a later end, without notifications, or where no token is used", async () => {
    for (const change of [{ secretExpiresAt: end + 365 * day }, { enabled: false }, { mode: "smtp" }] as const) {
      await look(end);
      assert.equal(raised.size, 1);
      const before = settings;
      settings = { ...settings, ...change };
      await look(end);
      assert.equal(raised.size, 0);
      settings = before;
    }
  });
});
