import { outboundPortPresets, ProblemError, type ProfileSettings, type Settings } from "@mailfleet/contracts";

/** The ports that may be connected to; `null`: all. */
export function allowedPortsOf({ allowedOutboundPorts: allowed }: Pick<Settings, "allowedOutboundPorts">) {
  if (!allowed) return null;
  return typeof allowed === "string" ? [...outboundPortPresets[allowed]] : allowed;
}

/** The ports of a profile that are not among these. */
export function portsRefused(
  { inbound, outbound }: Pick<ProfileSettings, "inbound" | "outbound">,
  settings: Pick<Settings, "allowedOutboundPorts">,
): number[] {
  const allowed = allowedPortsOf(settings);
  return [...new Set([inbound.port, outbound.port])].filter((port) => allowed?.includes(port) === false);
}

/** @throws ProblemError PORT_NOT_ALLOWED for a profile whose servers use ports that are not allowed */
export function refusePorts(
  { inbound, outbound }: Pick<ProfileSettings, "inbound" | "outbound">,
  settings: Pick<Settings, "allowedOutboundPorts">,
  at: string,
): void {
  const allowed = allowedPortsOf(settings);
  if (!allowed) return;
  const errors = Object.entries({ inbound, outbound })
    .filter(([, { port }]) => !allowed.includes(port))
    .map(([direction, { port }]) => ({
      pointer: `${at}/${direction}/port`,
      reason: `${port} is not among the allowed outbound ports ${allowed.join(", ")}`,
    }));
  if (errors.length === 0) return;
  const rule = typeof settings.allowedOutboundPorts === "string" ? ` (preset ${settings.allowedOutboundPorts})` : "";
  const detail = errors.map(({ pointer, reason }) => `${pointer} ${reason}`).join("; ");
  throw new ProblemError("PORT_NOT_ALLOWED", `${detail}, the organisation's setting allowedOutboundPorts${rule}.`, {
    remedy: "Use an implicit TLS port such as 995 or 465, or change allowedOutboundPorts in the settings.",
    errors,
  });
}
