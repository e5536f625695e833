import { randomUUID } from "node:crypto";
import type { Handler } from "../ports.ts";

/** Longer than a refresh may take; a process that died holds it no longer than this. */
const refreshMs = 30_000;

/** `config.grant.begin-refresh`: the right to refresh, for one process at a time. */
export const beginRefresh: Handler<"config.grant.begin-refresh"> = async (ports, { mailboxId, v, by }) => {
  const { grants, grantLeases, mailboxes } = ports;
  const [mailbox, present] = await Promise.all([mailboxes.forConnection(mailboxId), grants.load(mailboxId)]);
  // A run that began under the former owner gets no new token of that owner.
  if (!mailbox || present?.ownership !== mailbox.ownership) return { outcome: "changed" };
  // Each request asks for itself: one process may ask twice at the same time.
  const [leased] = await grantLeases.take([mailboxId], `${by}/${randomUUID()}`, refreshMs);
  if (leased?.document.v === v)
    return { outcome: "yours", lease: String(leased.fence), refreshToken: leased.document.refreshToken };
  if (leased) await grantLeases.release(mailboxId, leased.fence);
  return { outcome: !leased && (await grants.load(mailboxId))?.v === v ? "busy" : "changed" };
};

/** `config.grant.end-refresh`: what a refresh gave, and the lease given back. A consent that ended stays ended. */
export const endRefresh: Handler<"config.grant.end-refresh"> = async (
  ports,
  { mailboxId, lease, refreshToken, replaces, expiresAt, accessTokenExpiresAt, failure },
) => {
  const at = ports.now();
  const failed = failure && {
    lastRefreshFailure: { code: failure.code, kind: failure.kind, at, reply: failure.evidence?.reply },
    ...(failure.kind === "consent" ? { state: "ended" as const } : {}),
  };
  // A rotated token took long to arrive. The one it replaces is no longer valid.
  const kept = await ports.grants.endRefresh(
    mailboxId,
    { lease, ...(refreshToken ? { replaces } : {}) },
    {
      ...(refreshToken ? { refreshToken } : {}),
      ...(expiresAt === undefined ? {} : { expiresAt }),
      ...(accessTokenExpiresAt === undefined ? {} : { accessTokenExpiresAt }),
      ...(failed ?? { lastRefreshAt: at, lastRefreshFailure: null }),
    },
  );
  return { kept };
};
