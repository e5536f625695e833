import { z } from "zod";
import { Instant, MailboxId, ProfileId } from "../ids.ts";
import { Direction, DirectionState, Security, UncertainPolicy } from "../vocabulary.ts";
import { EmailAddress } from "./mailbox.ts";
import { Sealed } from "./sealed.ts";

/**
 * What a worker needs to run one direction of one mailbox, as `config` answers it at this moment. A worker that finds
 * `allowed` false, or another generation than its run has, drops the run.
 */
export const Connection = z.object({
  mailboxId: MailboxId,
  address: EmailAddress,
  direction: Direction,
  allowed: z.boolean(),
  state: DirectionState,
  generation: z.number().int(),
  profileId: ProfileId,
  server: z.object({
    protocol: z.string(),
    host: z.string(),
    port: z.number().int(),
    security: Security,
    trustedCertificates: z.string().optional(),
  }),
  /** `null`: none are set. `holder` is whose connections are counted together: a mailbox's or a profile's id. */
  credentials: z
    .object({ holder: z.string(), username: z.string(), password: Sealed, sealedFor: z.string() })
    .nullable(),
  maximumConcurrentConnections: z.number().int(),
  connectionTimeoutMs: z.number().int(),
  processFrom: Instant.nullable(),
  pollMs: z.number().int(),
  retryMs: z.number().int(),
  uncertainPolicy: UncertainPolicy,
  sendExpiryMs: z.number().int(),
  messageRetentionDays: z.number().int(),
});
export type Connection = z.infer<typeof Connection>;
