import { z } from "zod";
import { Finding, FindingLevel, ServiceHealth } from "../health/health.ts";
import { Instant } from "../ids.ts";
import { field } from "../noun/field.ts";
import { noun } from "../noun/noun.ts";

/** What all services find together: `mailfleet doctor`. */
export const checkup = noun("checkup", {
  owner: "console",
  id: z.string(),
  single: true,
  framed: false,
  text: "what all services find when they look at themselves",
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
  texts: { get: "Have all services look at themselves; what does not work comes first" },
});
export type Checkup = z.output<typeof checkup.View>;
