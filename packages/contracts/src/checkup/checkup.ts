import { z } from "zod";
import { Finding, FindingLevel, ProcessDescription, Repaired, repairMs, ServiceHealth } from "../health/health.ts";
import { Instant } from "../ids.ts";
import { field } from "../noun/field.ts";
import { noun } from "../noun/noun.ts";
import { operation } from "../noun/operation.ts";
import { ServiceName } from "../vocabulary.ts";

/** What all services find together: `mailfleet doctor`. */
export const checkup = noun("checkup", {
  owner: "console",
  id: z.string(),
  single: true,
  framed: false,
  text: "what all services find when they check themselves",
  path: "/checkup",
  role: "administrator",
  fields: {
    at: field(Instant, "when they looked"),
    level: field(FindingLevel, "the worst of all findings"),
    services: field(
      z.array(ServiceHealth.omit({ findings: true })),
      "the processes that answered, one of each service",
    ),
    findings: field(z.array(Finding), "what each check found, the worst first"),
  },
  standard: ["get"],
  operations: {
    describe: operation({
      text: "Read the metrics and the last log lines of one process of each service",
      kind: "read",
      role: "administrator",
      answer: z.object({ items: z.array(ProcessDescription.extend({ service: ServiceName })) }),
    }),
    repair: operation({
      text: "Have all services publish again what follows from their documents, after NATS was lost or a backup restored",
      impact: "sends",
      tried: false,
      answer: z.object({ items: z.array(Repaired.extend({ service: ServiceName })) }),
      timeoutMs: repairMs,
    }),
  },
  texts: { get: "Have all services check themselves; what does not work comes first" },
});
export type Checkup = z.output<typeof checkup.View>;
