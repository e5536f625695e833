import { type ConsumerDefinition, streams } from "@mailfleet/contracts";
import { z } from "zod";

/**
 * Accounts of NATS that are not Mailfleet's and may read its facts. Programs of a company have users there, and none in our
 * account: they can do nothing but what is exported to them.
 */
export const outsideAccounts = z
  .string()
  .transform((text) => text.split(",").map((name) => name.trim()))
  .refine(
    (names) => names.every((name) => /^[A-Z][A-Z0-9_-]{0,30}$/.test(name) && !["MAILFLEET", "SYS"].includes(name)),
    "must be names of accounts with commas between, in capital letters, e.g. ERP,CRM",
  )
  .default([]);

/** Where an account goes on reading: its place in FACTS is kept for it. */
export function outsideConsumer(account: string): Omit<ConsumerDefinition, "service"> {
  return {
    ...{ stream: "FACTS", name: `outside-${account}`, filters: streams.FACTS.subjects },
    ...{ ackWaitMs: 30_000, maxAckPending: 1000 },
  };
}

/** Its user there, whose nkey `npm run secrets` makes. */
export const outsideUser = (account: string) => `outside-${account}`;

/** The account with one user, and all that it may import. `publicKey`: what that user's nkey is known by (`U…`). */
export function outsideAccount(account: string, publicKey: string): string {
  const { stream, name } = outsideConsumer(account);
  const imported = (subject: string, to?: string) =>
    `      { service: { account: MAILFLEET, subject: "${subject}" }${to ? `\n        to: "${to}"` : ""} }`;
  const asked = [`CONSUMER.INFO.${stream}.${name}`, `CONSUMER.MSG.NEXT.${stream}.${name}`];
  return `  ${account} {
    users: [{ nkey: "${publicKey}" }]
    imports: [
      { stream: { account: MAILFLEET, subject: "fact.>" }, prefix: "mailfleet" }
${asked.map((one) => imported(`$JS.API.${one}`, `mailfleet.API.${one}`)).join("\n")}
${imported(`$JS.ACK.${stream}.${name}.>`)}
${imported(`$JS.ACK.*.*.${stream}.${name}.>`)}
    ]
  }
`;
}

/** What our account lets these accounts import: facts as they come, and each its own consumer. */
export function outsideExports(accounts: readonly string[]): string {
  if (accounts.length === 0) return "";
  const to = (names: readonly string[]) => `accounts: ${JSON.stringify(names)}`;
  const each = accounts.flatMap((account) => {
    const { stream, name } = outsideConsumer(account);
    return [
      `{ service: "$JS.API.CONSUMER.INFO.${stream}.${name}", ${to([account])} }`,
      `{ service: "$JS.API.CONSUMER.MSG.NEXT.${stream}.${name}", response: stream, ${to([account])} }`,
      `{ service: "$JS.ACK.${stream}.${name}.>", ${to([account])} }`,
      // The form with domain and account.
      `{ service: "$JS.ACK.*.*.${stream}.${name}.>", ${to([account])} }`,
    ];
  });
  return [
    "  exports: [",
    `    { stream: "fact.>", ${to(accounts)} }`,
    ...each.map((one) => `    ${one}`),
    "  ]\n",
  ].join("\n");
}
