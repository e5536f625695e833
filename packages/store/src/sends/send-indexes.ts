import type { Db } from "mongodb";

/** Makes the indexes of sends; harmless when they are there. */
export async function createSendIndexes(db: Db): Promise<void> {
  await db
    .collection("sends")
    .createIndexes([
      { key: { mailboxId: 1, idempotencyKey: 1 }, unique: true },
      { key: { mailboxId: 1, acceptedAt: -1, _id: -1 } },
      { key: { acceptedAt: -1, _id: -1 } },
      { key: { mailboxId: 1, acceptedAt: 1 }, name: "backlog", partialFilterExpression: { state: "accepted" } },
      { key: { due: 1 }, partialFilterExpression: { due: { $exists: true } } },
      { key: { attention: 1, mailboxId: 1, acceptedAt: 1 }, partialFilterExpression: { attention: { $exists: true } } },
      { key: { "outbox.at": 1 }, partialFilterExpression: { "outbox.0": { $exists: true } } },
      { key: { purgeAt: 1 }, expireAfterSeconds: 0 },
    ]);
}
