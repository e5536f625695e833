import { setTimeout as pause } from "node:timers/promises";
import type { Scenario } from "../scenario.ts";
import { lengths } from "../town.ts";
import { byChance } from "./chance.ts";
import { cuts } from "./cuts.ts";
import { engines } from "./engines.ts";
import { freezes } from "./freezes.ts";
import { kills } from "./kills.ts";
import { watchScenarios } from "./watches.ts";

/** The run that the others are compared with. Longer than a lease holds that is not renewed. */
const calm: Scenario = {
  name: "nothing at all",
  short: true,
  replicas: 2,
  keepsLeases: true,
  disturb: () => pause(lengths.holdMs),
};

const all: readonly Scenario[] = [calm, ...engines, ...cuts, ...freezes, ...kills, ...watchScenarios, ...byChance];

type Form = "short" | "long";

/** What `npm run test:faults` asks for by these variables: all scenarios, or those with a text in their name. */
export const asked: { readonly form: Form; readonly only: string | undefined } = {
  form: process.env.MAILFLEET_ALL_FAULTS === "true" ? "long" : "short",
  only: process.env.MAILFLEET_FAULT_SCENARIO,
};

/** Whether it is one of all, of the short form, or of those whose name holds one of the texts of `only`. */
export const isWanted = ({ name, short }: Pick<Scenario, "name" | "short">, form: Form, only?: string): boolean =>
  only ? only.split("|").some((text) => name.includes(text)) : form === "long" || short;

/** Those of them that are run in towns. */
export function scenarios(form: Form, only?: string): readonly Scenario[] {
  return all.filter((one) => isWanted(one, form, only));
}

/** Throws if there is none. */
export function scenarioNamed(name: string): Scenario {
  const found = all.find((one) => one.name === name);
  if (!found) throw new Error(`no scenario is called "${name}"`);
  return found;
}
