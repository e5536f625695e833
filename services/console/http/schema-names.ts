import {
  camel,
  DirectionStatus,
  EmailAddress,
  Failure,
  NotificationSettings,
  nouns,
  OAuthSettings,
  ShownFailure,
  TestStep,
} from "@mailfleet/contracts";
import { z } from "zod";
import { MailboxView } from "../mailbox/mailbox-view.ts";
import { ProfileView } from "../profile/profile-view.ts";
import { isoInstants } from "./instants.ts";
import { ProblemDetails } from "./problem-answer.ts";

/** `dead-letter` as the name of a schema: `DeadLetter`. */
const pascal = (name: string) => camel(`-${name}`);

const named: Readonly<Record<string, z.ZodType>> = {
  ...Object.fromEntries(nouns.map(({ name, View }) => [pascal(name), View])),
  DirectionStatus,
  EmailAddress,
  Failure,
  FailureCode: Failure.shape.code,
  MailboxInFull: MailboxView,
  NotificationSettings,
  OAuthSettings,
  Problem: ProblemDetails,
  ProblemCode: ProblemDetails.shape.code,
  Profile: ProfileView,
  ShownFailure,
  TestStep,
};

/** Names that the OpenAPI document gives to schemas it would otherwise repeat in many places. */
export const schemaNames = z.registry<{ id: string }>();
for (const [id, schema] of Object.entries(named)) schemaNames.add(isoInstants(schema), { id });
