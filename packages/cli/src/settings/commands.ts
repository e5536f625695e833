import { wholeNumber } from "../cli.ts";
import type { ParticularCommands } from "../noun/commands.ts";

/** `us-government`, `all` (which is null) or a list of ports. */
function portsOf(text: string): "us-government" | number[] | null {
  if (text === "all") return null;
  if (text === "us-government") return text;
  return text.split(",").map(wholeNumber("Each port of --allowed-ports", 1, 65_535));
}

/** `mailfleet settings …` beyond the declaration. */
export const settingsCommands: ParticularCommands = {
  addFlags: (command) =>
    void command.option("--allowed-ports <us-government|80,443,…|all>", "ports that connections may use"),
  fields: async (cli, { allowedPorts }: { allowedPorts?: string }) => {
    cli.nameFlag("/allowedOutboundPorts", "--allowed-ports");
    return allowedPorts === undefined ? {} : { allowedOutboundPorts: portsOf(allowedPorts) };
  },
};
