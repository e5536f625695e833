import {
  type ConnectorDescriptor,
  connectorDescriptors,
  type InboundServer,
  type NewProfile,
  type OutboundServer,
  type Protocol,
} from "@mailfleet/contracts";

type Written = NonNullable<NewProfile["outbound"]>;

/** What outbound takes from inbound. Protocol and port stay its own: another protocol has another port. */
const everywhere = ["host", "security", "credentials"] as const;
const whereItApplies = [
  "trustedCertificates",
  "authentication",
  "access",
  "autodiscover",
  "apiUrl",
] as const satisfies ConnectorDescriptor["fields"];

/**
 * Outbound with the settings of inbound (Dynamics 365: usesamesettingsforoutgoingconnections). The servers of a provider
 * that Mailfleet knows (`isKnown`) have names and securities of their own. `contradicted`: settings that were written and
 * are not those of inbound.
 */
export function likeInbound(
  inbound: Partial<InboundServer>,
  written: Written,
  { protocol, isKnown }: { readonly protocol: Protocol; readonly isKnown: boolean },
): { readonly outbound: Written; readonly contradicted: readonly string[] } {
  const fields: ConnectorDescriptor["fields"] = connectorDescriptors[protocol].fields;
  const taken = [
    ...everywhere.filter((name) => !isKnown || name === "credentials"),
    ...whereItApplies.filter((name) => fields.includes(name)),
  ];
  const contradicted = taken.filter((name) => written[name] !== undefined && written[name] !== inbound[name]);
  const values = Object.fromEntries(
    taken.flatMap((name) => (inbound[name] === undefined ? [] : [[name, inbound[name]]])),
  );
  return { outbound: { ...written, ...values }, contradicted };
}

/** What of outbound was written for it: what is as it was before is a copy, and follows inbound. */
export function withoutCopies(written: Written, before: OutboundServer): Written {
  const copied: readonly string[] = [...everywhere, ...whereItApplies].filter((name) => written[name] === before[name]);
  return Object.fromEntries(Object.entries(written).filter(([name]) => !copied.includes(name)));
}

/** What of outbound is not taken from inbound. A port that is the usual one follows the security. */
export function ownOfOutbound({ protocol, port, security, saveCopy }: OutboundServer): Written {
  const isUsual = port === (connectorDescriptors[protocol].ports as Partial<Record<string, number>>)[security];
  return { protocol, ...(!isUsual && { port }), ...(saveCopy !== undefined && { saveCopy }) };
}
