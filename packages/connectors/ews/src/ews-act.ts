import { type ActConnector, itemFolders } from "@mailfleet/connector-api";
import { deadlineOf } from "@mailfleet/connector-http";
import { openEws } from "./ews-api.ts";
import { checkItemFolder, ewsActSession, refuseDelegation } from "./item-folders.ts";
import { runTest } from "./test-steps.ts";

/** Appointments, contacts and tasks in Exchange on-premises by EWS: whether they may be used, and the organisation's mark. */
export const ewsAct: ActConnector = {
  test: (options, settle, listener, signal) =>
    runTest({ options, listener, signal }, async (api, step) => {
      const deadline = deadlineOf(options, signal);
      for (const name of itemFolders)
        await step(name, async () => {
          refuseDelegation(options);
          return checkItemFolder(api, name, deadline);
        });
      await step("mark", () => settle(ewsActSession(api)));
    }),
  async open(options, signal) {
    refuseDelegation(options);
    return ewsActSession(await openEws(options, signal));
  },
};
