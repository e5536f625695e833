import { setTimeout as pause } from "node:timers/promises";
import type { Scenario } from "../scenario.ts";
import { lengths } from "../town.ts";
import { byChance } from "./chance.ts";
import { cuts } from "./cuts.ts";
import { engines } from "./engines.ts";
import { freezes } from "./freezes.ts";
import { kills } from "./kills.ts";
import { rolling } from "./rolling.ts";
import { watchScenarios } from "./watches.ts";

/** The run that the others are compared with. Longer than a lease holds that is not renewed. */
const calm: Scenario = {
  name: "nothing at all",
  short: true,
  replicas: 2,
  keepsLeases: true,
  disturb: () => pause(lengths.holdMs),
};

const all: readonly Scenario[] = [
  calm,
  rolling,
  ...engines,
  ...cuts,
  ...freezes,
  ...kills,
  ...watchScenarios,
  ...byChance,
];

/** All of them or the short form; `only` keeps those whose name holds one of its texts. */
export function scenarios(form: "short" | "long", only?: string): readonly Scenario[] {
  return all.filter(({ name, short }) =>
    only ? only.split("|").some((text) => name.includes(text)) : form === "long" || short,
  );
}

/** Throws if there is none. */
export function scenarioNamed(name: string): Scenario {
  const found = all.find((one) => one.name === name);
  if (!found) throw new Error(`no scenario is called "${name}"`);
  return found;
}
