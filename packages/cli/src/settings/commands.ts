import type { RequestOutput } from "@mailfleet/contracts";
import { type Cli, wholeNumber } from "../cli.ts";
import type { ParticularCommands } from "../noun/commands.ts";
import { printable } from "../table.ts";

/** `us-government`, `all` (which is null) or a list of ports. */
function portsOf(text: string): "us-government" | number[] | null {
  if (text === "all") return null;
  if (text === "us-government") return text;
  return text.split(",").map(wholeNumber("Each port of --allowed-ports", 1, 65_535));
}

type Broken = RequestOutput<"config.settings.check-ports">;

/** Says which profiles could not connect any more, and asks whether that is meant. */
async function confirmPorts(cli: Cli, ports: ReturnType<typeof portsOf>, { yes, dryRun }: Options): Promise<void> {
  const { items } = await (await cli.client()).post<Broken>("/settings/check-ports", { allowedOutboundPorts: ports });
  if (items.length === 0) return;
  const lines = items.map(
    ({ name, ports, mailboxes }) =>
      `  ${printable(name)}: ${ports.join(" and ")}, ${mailboxes} ${mailboxes === 1 ? "mailbox" : "mailboxes"}`,
  );
  cli.terminal.err(["These profiles use ports that would not be allowed any more:", ...lines].join("\n"));
  if (dryRun) return;
  await cli.confirm("Their mailboxes stop at their next connection.", yes);
}

interface Options {
  readonly allowedPorts?: string;
  readonly allowedNetworks?: string;
  readonly yes?: true;
  readonly dryRun?: true;
}

/** `mailfleet settings …` beyond the declaration. */
export const settingsCommands: ParticularCommands = {
  // Asked before the ports are set.
  own: ["check-ports"],
  addFlags: (command) =>
    void command
      .option("--allowed-ports <us-government|80,443,…|all>", "ports that connections may use")
      .option(
        "--allowed-networks <10.0.0.0/8,…|none>",
        "networks besides the public Internet that mail servers may be in",
      )
      .option("--yes", "do not ask, even if profiles could not connect any more"),
  fields: async (cli, options: Options) => {
    const { allowedPorts, allowedNetworks } = options;
    cli.nameFlag("/allowedOutboundPorts", "--allowed-ports");
    cli.nameFlag("/allowedNetworks", "--allowed-networks");
    const ports = allowedPorts === undefined ? undefined : portsOf(allowedPorts);
    if (ports) await confirmPorts(cli, ports, options);
    return {
      ...(ports !== undefined && { allowedOutboundPorts: ports }),
      ...(allowedNetworks !== undefined && {
        allowedNetworks: allowedNetworks === "none" ? [] : allowedNetworks.split(","),
      }),
    };
  },
};
