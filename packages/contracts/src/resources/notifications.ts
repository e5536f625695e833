import { z } from "zod";
import { Security } from "../vocabulary.ts";
import { EmailAddress } from "./mailbox.ts";

/** The relay by which `alerting` sends notifications; it owns these settings. */
export const NotificationSettings = z.object({
  v: z.number().int(),
  enabled: z.boolean(),
  relay: z
    .object({
      host: z.string(),
      port: z.number().int(),
      security: Security,
      trustedCertificates: z.string().optional(),
      username: z.string().nullable(),
    })
    .nullable(),
  from: EmailAddress.nullable(),
  to: z.array(EmailAddress),
});
export type NotificationSettings = z.infer<typeof NotificationSettings>;

/** A change of the notification relay. A password travels sealed, beside it. */
export const NotificationSettingsChange = z.strictObject({
  enabled: z.boolean().optional(),
  relay: z
    .strictObject({
      host: z.string().min(1).max(253),
      port: z.number().int().min(1, "must be 1 to 65535").max(65535, "must be 1 to 65535"),
      security: Security,
      trustedCertificates: z.string().max(65_536).optional(),
    })
    .nullable()
    .optional(),
  from: EmailAddress.optional(),
  to: z.array(EmailAddress).max(20).optional(),
});
export type NotificationSettingsChange = z.infer<typeof NotificationSettingsChange>;
