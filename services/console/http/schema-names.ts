import {
  Alert,
  DeadLetter,
  DirectionStatus,
  EmailAddress,
  Failure,
  Grant,
  Job,
  mailbox,
  NotificationSettings,
  OAuthSettings,
  ReceivedMessage,
  Send,
  ShownFailure,
  settings,
  TestStep,
  Token,
} from "@mailfleet/contracts";
import { z } from "zod";
import { MailboxView } from "../mailbox/mailbox-view.ts";
import { ProfileView } from "../profile/profile-view.ts";
import { isoInstants } from "./instants.ts";
import { ProblemDetails } from "./problem-answer.ts";

const named: Readonly<Record<string, z.ZodType>> = {
  Alert,
  DeadLetter,
  DirectionStatus,
  EmailAddress,
  Failure,
  FailureCode: Failure.shape.code,
  Grant,
  Job,
  Mailbox: mailbox.View,
  MailboxInFull: MailboxView,
  NotificationSettings,
  OAuthSettings,
  Problem: ProblemDetails,
  ProblemCode: ProblemDetails.shape.code,
  Profile: ProfileView,
  ReceivedMessage,
  Send,
  Settings: settings.View,
  ShownFailure,
  TestStep,
  Token,
};

/** Names that the OpenAPI document gives to schemas it would otherwise repeat in many places. */
export const schemaNames = z.registry<{ id: string }>();
for (const [id, schema] of Object.entries(named)) schemaNames.add(isoInstants(schema), { id });
