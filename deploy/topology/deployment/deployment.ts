import { connectBus } from "@mailfleet/bus";
import { heldBecause, readEnvironment, readMarks } from "@mailfleet/kit";
import { connectStore, isOutage } from "@mailfleet/store";
import { lines } from "../lines.ts";
import { type Confirmation, confirmDeployment } from "./confirm-deployment.ts";

/** Where its lines go, and where NATS and MongoDB are. */
export interface DeploymentTask {
  readonly json?: boolean;
  out(line: string): void;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Says which deployment the database and NATS belong to. False: it is held. Throws `EnvironmentError`. */
export function showDeployment({ json = false, out, ...task }: DeploymentTask): Promise<boolean> {
  return withPlaces({ ...task, out }, async ({ bus, store }) => {
    const marks = await readMarks({ bus, deployment: store.deployment });
    const held = heldBecause(marks);
    const { own, known } = marks;
    if (json) out(JSON.stringify({ database: own, nats: known, held }));
    else {
      for (const [place, mark] of [
        ["MongoDB", own],
        ["NATS", known],
      ] as const)
        out(
          mark ? `${place}: deployment ${mark.id}, epoch ${mark.epoch}, beat ${mark.beat}` : `${place}: no deployment`,
        );
      out(held ?? "They belong together: nothing is held.");
    }
    return held === null;
  });
}

/** Ends the hold; `watch`: how long it looks whether anything works on the database, milliseconds. Throws `ProblemError` where it cannot be, `EnvironmentError`. */
export function confirm({
  json = false,
  out,
  watch,
  ...task
}: DeploymentTask & Confirmation & { readonly watch?: number }): Promise<void> {
  return withPlaces({ ...task, out }, async (places) => {
    if (!json) out("Looking whether anything works on this database …");
    const when = { at: Date.now(), ...(watch === undefined ? {} : { watch }) };
    const { mark, heldSends } = await confirmDeployment(places, task, when);
    if (json) return out(JSON.stringify({ deployment: mark, heldSends }));
    out(`This is deployment ${mark.id} now, epoch ${mark.epoch}. Services begin within two seconds.`);
    if (heldSends > 0)
      out(
        `${heldSends} sends were not finished: they are uncertain, and are looked up in Sent. \`mailfleet sends list --state uncertain\` shows the rest.`,
      );
  });
}

type Places = Parameters<typeof confirmDeployment>[0];

async function withPlaces<Result>(
  { out, env }: Pick<DeploymentTask, "out" | "env">,
  work: (places: Places) => Promise<Result>,
): Promise<Result> {
  const { natsUrl, natsNkeyFile, mongoUrl, mongoDb } = readEnvironment({}, env);
  const logger = lines(out);
  const [bus, store] = await Promise.all([
    connectBus({ url: natsUrl, nkeyFile: natsNkeyFile, name: "topology", logger, isOutage }),
    connectStore({ url: mongoUrl, database: mongoDb, appName: "topology", logger }),
  ]);
  try {
    return await work({ bus, store });
  } finally {
    await Promise.all([bus.stop(), store.close()]);
  }
}
