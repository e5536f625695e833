import { z } from "zod";
import type { ConnectorDescriptor } from "./descriptor.ts";
import { ews } from "./ews.ts";
import { gmail } from "./gmail.ts";
import { graph } from "./graph.ts";
import { imap } from "./imap.ts";
import { pop3 } from "./pop3.ts";
import { smtp } from "./smtp.ts";

/** All protocols that a profile may name. The first one of a direction is what a profile has that names none. */
const all = { imap, pop3, smtp, gmail, graph, ews } as const satisfies Readonly<Record<string, ConnectorDescriptor>>;

/** The name of a protocol in profiles. */
export type Protocol = keyof typeof all;

type Speaking<Direction> = {
  [Name in Protocol]: Direction extends (typeof all)[Name]["directions"][number] ? Name : never;
}[Protocol];

/** What is known of each protocol. */
export const connectorDescriptors: Readonly<Record<Protocol, ConnectorDescriptor>> = all;

/** Protocols of a direction, the usual one first. */
function protocolsOf<Direction extends "inbound" | "outbound">(direction: Direction) {
  const names = Object.values(connectorDescriptors).filter(({ directions }) => directions.includes(direction));
  return names.map(({ protocol }) => protocol) as [Speaking<Direction>, ...Speaking<Direction>[]];
}

const receiving = protocolsOf("inbound");
const sending = protocolsOf("outbound");

/** How mail is fetched. */
export const InboundProtocol = z.enum(receiving);
export type InboundProtocol = z.infer<typeof InboundProtocol>;

/** How mail is sent. */
export const OutboundProtocol = z.enum(sending);
export type OutboundProtocol = z.infer<typeof OutboundProtocol>;

/** Protocols that reach appointments, contacts and tasks: those of the server that a mailbox receives from. */
export type ActProtocol = Speaking<"act">;

/** What a profile has that names no protocol. */
export const usualProtocol = { inbound: receiving[0], outbound: sending[0] } as const;
