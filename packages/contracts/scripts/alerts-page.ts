import { type AlertCode, alertCodes, vendorCodes } from "../src/index.ts";

const whose = {
  mailbox: "the owner of the mailbox",
  profile: "the owner of the profile",
  administrator: "an administrator of Mailfleet",
} as const;

const named = (code: AlertCode) => vendorCodes.filter(({ codes }) => codes.includes(code)).map(({ vendor }) => vendor);

function section(code: AlertCode): string {
  const { severity, audience, text, remedy } = alertCodes[code];
  const others = named(code);
  return [
    `### \`${code}\``,
    `${capital(severity)}, for ${whose[audience]}. ${text}`,
    `_What to do_: ${remedy}`,
    ...(others.length > 0 ? [`Elsewhere: ${others.map((one) => `\`${one}\``).join(", ")}`] : []),
  ].join("\n\n");
}

const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);

/** `docs/alerts.md`: every alert, from the table of codes. */
export function alertsPage(): string {
  const codes = (Object.keys(alertCodes) as AlertCode[]).sort();
  return `${[
    "# Alerts",
    "Made from the table of codes by `node packages/contracts/scripts/write-alerts.ts`; do not edit. A failed test or direction raises the code of its failure. An alert shows the server's words as evidence. There is one alert for each object and code, and it ends by itself when its cause is gone. _Elsewhere_ lists the codes of Dynamics 365 (server-side synchronisation) and of Exchange for the same cause.",
    ...codes.map(section),
    "## No alert",
    "These codes are alerts there, but not here:",
    vendorCodes.flatMap(({ vendor, instead }) => (instead ? [`- \`${vendor}\`: ${instead}`] : [])).join("\n"),
  ].join("\n\n")}\n`;
}
