import { z } from "zod";
import {
  alertFacts,
  incidentFacts,
  jobFacts,
  type MailboxFact,
  type MailFact,
  mailboxFacts,
  mailFacts,
  profileFacts,
  runFacts,
} from "../subjects.ts";

const internal: readonly (MailboxFact | MailFact)[] = ["alert-raised", "alert-cleared"];
const named = (about: string, facts: readonly string[]) =>
  facts
    .filter((fact) => !(internal as readonly string[]).includes(fact))
    .map((fact) => [`${about}.${fact}.v1`, [`fact.${about}.*.${fact}`]] as const);

/** Subjects by the type of the facts that stand there. */
const subjectsByType: Readonly<Record<string, readonly string[]>> = Object.fromEntries([
  ...named("mailbox", mailboxFacts),
  ...named("profile", profileFacts),
  ...named("job", jobFacts),
  ...named("mail", mailFacts),
  ...named("run", runFacts),
  ["alert.changed.v1", alertFacts.map((fact) => `fact.alert.*.${fact}`)],
  ["incident.changed.v1", incidentFacts.map((fact) => `fact.alert.*.${fact}`)],
]);

/** Types of facts that programs outside may get. */
const factTypes = Object.keys(subjectsByType);
export const FactType = z.enum(factTypes, { error: `must be one of ${factTypes.join(", ")}` });

/** Where facts of these types stand; of all types if none is named. */
export function subjectsOfFacts(types: readonly string[]): string[] {
  return (types.length > 0 ? types : factTypes).flatMap((type) => subjectsByType[type] ?? [`fact.none.*.${type}`]);
}
