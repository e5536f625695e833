import type { Checkup, Finding } from "@mailfleet/contracts";
import type { Shown } from "../shown.ts";

/** What this command finds by itself belongs to no service. */
export type LocalFinding = Omit<Finding, "service"> & { readonly service: string };

/** What is found; without a console, by looking at the engines alone. */
export type Report = Pick<Shown<Checkup>, "level" | "services"> & {
  readonly at?: string;
  readonly findings: readonly LocalFinding[];
};
