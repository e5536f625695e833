import { createLeases, startRenewals } from "@mailfleet/kit";
import { connectStore, createLeaseStore, isOutage } from "@mailfleet/store";
import { quiet, short, things } from "./given-holders.ts";

/**
 * A process that holds a lease and writes under it as fast as it can, until it finds it lost. Then it tries one more
 * write with the fence it had, past the check of its own clock, and says whether the database took it.
 */
const [, , url = "", database = "", key = ""] = process.argv;
const store = await connectStore({ url, database, appName: "holder", logger: quiet });
const renewals = startRenewals({ logger: quiet, isOutage, lengths: short });
const leases = createLeases(createLeaseStore(store, "things"), { owner: "frozen", renewals, name: "the lease" });
const lease = await leases.take(key);
if (!lease) throw new Error("somebody else holds it");
const fence = lease.filter;
let wrote = false;
try {
  for (;;) {
    await things(store).updateOne(lease.filter, { $inc: { writes: 1 } });
    if (!wrote) process.send?.({ said: "holds" });
    wrote = true;
  }
} catch (error) {
  const { matchedCount } = await things(store).updateOne({ ...fence }, { $inc: { writes: 1 } });
  process.send?.({ said: "lost", name: (error as Error).name, matched: matchedCount });
}
