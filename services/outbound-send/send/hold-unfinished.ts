import { failureOf } from "@mailfleet/contracts";
import type { Store } from "@mailfleet/store";
import { mailNotSent, sendAlert } from "./facts.ts";
import { changeOf, type SendChange, type StoredSend } from "./send.ts";
import { createSendStore } from "./store.ts";

const PAGE = 500;

/**
 * Makes each send that is not finished *uncertain*, in a database that was restored: nobody knows what went out since
 * the backup. It is looked up in Sent where there is one, else a person releases or discards it. Only while nothing
 * works on this database. May be repeated. Returns how many there were.
 */
export async function holdUnfinished(store: Store, at: number): Promise<number> {
  const sends = createSendStore(store, "restore");
  let held = 0;
  for (let page = await sends.notFinished(PAGE); page.length > 0; page = await sends.notFinished(PAGE)) {
    const changed = await Promise.all(page.map((send) => sends.change(restored(send, at))));
    if (!changed.every(Boolean)) throw new Error("Something works on this database: stop all services first.");
    held += page.length;
  }
  return held;
}

function restored(send: StoredSend, at: number): SendChange {
  const failure = failureOf("RESTORED_FROM_BACKUP");
  return {
    ...changeOf(send, [send.state], at),
    state: "uncertain",
    due: null,
    nextAttemptAt: null,
    afterwards: { at, tries: 0 },
    failure,
    outbox: [mailNotSent(send, "uncertain", at, failure, null), sendAlert(send, "SEND_UNCERTAIN", at, failure)],
  };
}
