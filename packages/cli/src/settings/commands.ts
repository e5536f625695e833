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
    void command
      .option("--allowed-ports <us-government|80,443,…|all>", "ports that connections may use")
      .option(
        "--allowed-networks <10.0.0.0/8,…|none>",
        "networks besides the public Internet that mail servers may be in",
      ),
  fields: async (cli, { allowedPorts, allowedNetworks }: { allowedPorts?: string; allowedNetworks?: string }) => {
    cli.nameFlag("/allowedOutboundPorts", "--allowed-ports");
    cli.nameFlag("/allowedNetworks", "--allowed-networks");
    return {
      ...(allowedPorts !== undefined && { allowedOutboundPorts: portsOf(allowedPorts) }),
      ...(allowedNetworks !== undefined && {
        allowedNetworks: allowedNetworks === "none" ? [] : allowedNetworks.split(","),
      }),
    };
  },
};
