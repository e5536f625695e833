import { z } from "zod";
import { Connection } from "../connection/connection.ts";
import { MailboxId, ProfileId } from "../ids.ts";
import { EmailAddress, TestStep } from "../mailbox/shown.ts";
import { noun } from "../noun/noun.ts";
import { operation } from "../noun/operation.ts";

/**
 * Where a test of a profile ends for want of a mailbox: before signing in, or before the first thing that concerns a
 * mailbox.
 */
export const TestEnd = z.object({ before: z.enum(["sign-in", "mailbox"]), why: z.string() });
export type TestEnd = z.infer<typeof TestEnd>;

const { server, credentials, allowedPorts, allowedNetworks, connectionTimeoutMs, ehloName } = Connection.shape;
const { maximumConcurrentConnections, eightBitPolicy } = Connection.shape;

const tested = <Owner extends "inbound-sync" | "outbound-send">(owner: Owner) =>
  noun("connection-test", {
    owner,
    id: ProfileId,
    single: true,
    framed: false,
    text: "one connection that is only tried: no message is fetched or sent",
    fields: {},
    standard: [],
    operations: {
      run: operation({
        text: "Connect and sign in once, and say what each step found",
        kind: "internal",
        input: {
          profileId: ProfileId,
          profileName: z.string().optional(),
          mailbox: z.object({ id: MailboxId, address: EmailAddress }).nullable(),
          ends: TestEnd.nullable(),
          next: z
            .boolean()
            .optional()
            .describe("the credentials are to come: a refusal says nothing about the present ones"),
          ...{ server, credentials, allowedPorts, allowedNetworks, maximumConcurrentConnections },
          ...{ connectionTimeoutMs, eightBitPolicy, ehloName },
        },
        answer: z.object({ steps: z.array(TestStep), failed: z.boolean() }),
      }),
    },
  });

/** What each worker tries of a profile. */
export const inboundConnectionTest = tested("inbound-sync");
export const outboundConnectionTest = tested("outbound-send");
