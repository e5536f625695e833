import { parseArgs } from "node:util";
import { serviceNames } from "@mailfleet/contracts";
import { rehearsals } from "./rehearsals.ts";
import type { LogSelection } from "./stack/index.ts";

/** What was asked for on the command line. */
export interface StartArguments {
  /** Whose log lines are shown, and from which level on. */
  readonly logs: LogSelection;
  /** Begin with empty data. */
  readonly fresh: boolean;
  /** Folder of data, keys and token; relative to the checkout. */
  readonly data: string;
  /** Also run stand-ins for this provider's services. */
  readonly with: Rehearsed | undefined;
  /** Only say how it is used. */
  readonly help: boolean;
}

/** How `npm start` is used. */
export const usage = `npm start                                    the whole system on this machine, until Ctrl-C
npm start -- --logs all|warn|none            which log lines are shown; warn if absent
npm start -- --logs config,scheduler         all lines of these services
npm start -- --data FOLDER                   where data, keys and token are; .local/stack if absent
npm start -- --fresh                         begin with empty data
npm start -- --with gmail|exchange|exchange-online
                                             also run stand-ins for the provider's services, to rehearse a set-up`;

type Rehearsed = keyof typeof rehearsals;
const isRehearsed = (text: string): text is Rehearsed => Object.hasOwn(rehearsals, text);

function logsOf(text: string): LogSelection {
  if (text === "all" || text === "warn" || text === "none") return text;
  const names = text.split(",");
  const wrong = names.find((name) => !serviceNames.some((service) => service === name));
  if (wrong === undefined) return names;
  throw new Error(`--logs takes all, warn, none or services (${serviceNames.join(", ")}), not ${wrong}`);
}

/** Reads the arguments; a wrong one throws an error whose message says what is right. */
export function readStartArguments(argv: readonly string[]): StartArguments {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        logs: { type: "string", default: "warn" },
        fresh: { type: "boolean", default: false },
        data: { type: "string", default: ".local/stack" },
        with: { type: "string" },
        help: { type: "boolean", default: false },
      },
    });
    const { fresh, data, help, with: provider } = values;
    if (provider !== undefined && !isRehearsed(provider))
      throw new Error(`--with takes ${Object.keys(rehearsals).join(", ")}, not ${provider}`);
    return { logs: logsOf(values.logs), fresh, data, with: provider, help };
  } catch (error) {
    throw new Error(`${(error as Error).message}\n\n${usage}`, { cause: error });
  }
}
