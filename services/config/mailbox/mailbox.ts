import { mailbox, type Part, ProblemError, type RetryPolicy } from "@mailfleet/contracts";
import { type CommandInput, type Decision, keep } from "@mailfleet/kit";
import type { Ports } from "../ports.ts";
import type { ShownProfile } from "../profile/body.ts";
import { destinationsOf } from "../profile/destinations.ts";
import { isLimited, refuseTooMany } from "../profile/room.ts";
import { usableProfile } from "../profile/usable-profile.ts";
import { checkCode } from "../proof/check-code.ts";
import { refuseSelfApproval, sendCode } from "../proof/send-code.ts";
import type { MailboxBody, ShownMailbox, StoredMailbox } from "./body.ts";
import { planChange } from "./change.ts";
import { decide, type Plan } from "./decide.ts";
import { planDefaults } from "./defaults.ts";
import { mailboxQuery } from "./list-query.ts";
import { completeMailbox, newMailbox } from "./new-mailbox.ts";
import { plans } from "./plans.ts";
import { refuseImpossibleMailbox } from "./possible-mailbox.ts";
import { showMailbox } from "./show-mailbox.ts";
import { mailboxCollection, mailboxIndexes } from "./store.ts";
import { logTransition } from "./take.ts";
import { policyFor, type World } from "./world.ts";

/** What deciding about and showing a mailbox need besides its document. */
interface MailboxWorld {
  readonly now: number;
  readonly policies: ReadonlyMap<string, RetryPolicy>;
  /** Of a command: the profile as it is taken into account, and settings. */
  readonly world?: World;
  /** Of a command that names a profile: that one. */
  readonly target?: ShownProfile;
  /** How many mailboxes the named profile has, where that is limited. */
  readonly used: number;
}
type GivenCommand = CommandInput & { readonly owner?: number | undefined; readonly within?: Part | undefined };
type Deciding = { readonly at: number; readonly world: MailboxWorld };

/** What a command means, as the machine takes it. Its answer is made by the kit. */
function command(
  document: StoredMailbox,
  input: GivenCommand,
  event: string,
  { at, world: { world } }: Deciding,
  plan: (world: World) => Plan,
): Decision<MailboxBody> {
  if (!world) throw new Error("a command is decided without its world");
  const { commandId, by, owner, within, correlation = commandId } = input;
  return decide(
    document,
    {
      id: commandId,
      kind: "command",
      at,
      event,
      by,
      correlation,
      ...(owner === undefined ? {} : { owner }),
      ...(within === undefined ? {} : { within }),
      plan: () => plan(world),
    },
    world,
  );
}

type Planning = (before: StoredMailbox, input: never, at: number) => Plan;
type Decided<Plans extends Record<string, Planning>> = {
  readonly [Verb in keyof Plans]: (
    before: StoredMailbox,
    input: Parameters<Plans[Verb]>[1] & GivenCommand,
    context: Deciding,
  ) => Decision<MailboxBody>;
};

/** A decision for each plan. */
function decided<const Plans extends Record<string, Planning>>(all: Plans): Decided<Plans> {
  return Object.fromEntries(
    Object.entries(all).map(([verb, plan]) => [
      verb,
      (before: StoredMailbox, input: GivenCommand, context: Deciding) =>
        command(before, input, verb, context, () => plan(before, input as never, context.at)),
    ]),
  ) as unknown as Decided<Plans>;
}

/** Keeps mailboxes. Each operation is an event of the machine, which may refuse it. */
export const keptMailboxes = keep<Ports, MailboxBody>()<typeof mailbox, MailboxWorld>(mailbox, {
  collection: mailboxCollection,
  indexes: mailboxIndexes,
  unlisted: ["history"],
  taken: (_index, { configuration: { address } }) =>
    new ProblemError("ALREADY_EXISTS", `There is a mailbox with the address ${address} already.`, {
      remedy: "Use that mailbox, or delete it first.",
      errors: [{ pointer: "/address", reason: "is taken" }],
    }),

  async world(ports, { documents, command }): Promise<MailboxWorld> {
    const profileIds = new Set(documents.map(({ configuration }) => configuration.profileId));
    const policies = new Map<string, RetryPolicy>();
    for (const id of profileIds) policies.set(id, await ports.worlds.policy(id));
    const shown = { now: ports.now(), policies, used: 0 };
    if (!command) return shown;

    const [document] = documents;
    const named = profileNamed(command);
    const target = named ? await usableProfile(ports, named.profileId, named.pointer) : undefined;
    const own = document?.configuration.profileId;
    const moves = target !== undefined && target._id !== own;
    if (moves) policies.set(target._id, policyFor(await ports.worlds.settings(), target));
    const used = moves && isLimited(target.settings) ? await countOf(ports, target._id) : 0;
    const atLeast = document?.profileV ?? target?.v ?? 0;
    const world = await ports.worlds.of(own ?? target?._id ?? "", { atLeast });
    const byCode = document && command.verb === "approve-by-code";
    const fresh =
      byCode || command.verb === "create"
        ? { ...world, settings: await ports.worlds.settings({ fresh: true }) }
        : world;
    if (byCode) await proveOwnership(ports, document, fresh, command.input as Proving);
    return { ...shown, world: fresh, used, ...(moves ? { target } : {}) };
  },

  view: (document, { policies, now, world }) =>
    showMailbox(document, policies.get(document.configuration.profileId) ?? (world as World).policy, now),

  sorts: { address: "addressKey" },
  list: mailboxQuery,

  // Two that arrived at the same moment may both have found room, or the profile was deleted at the same moment.
  async check(ports, { configuration: { profileId } }) {
    return refusalOf(async () => {
      const { settings } = await usableProfile(ports, profileId, "/new/profileId");
      if (isLimited(settings)) refuseTooMany(settings, await countOf(ports, profileId));
    });
  },

  decide: {
    create(input, { at, world: { world, used } }) {
      if (!world) throw new Error("a mailbox is made without its world");
      const { profile } = world;
      refuseImpossibleMailbox(completeMailbox(input.new, profile, world.settings), profile, "/new");
      refuseTooMany(profile.settings, isLimited(profile.settings) ? used + 1 : 0);
      return { ...newMailbox(input, world, at), checked: true };
    },
    update(before, input, context) {
      const { change = {}, credentials } = input;
      const { target } = context.world;
      refuseNoRoom(context.world);
      return command(before, input, "update", context, (world) =>
        planChange(before, { change, credentials, profile: target }, world, context.at),
      );
    },
    "apply-defaults"(before, input, context) {
      const { target } = context.world;
      refuseNoRoom(context.world);
      return command(before, input, "apply-defaults", context, (world) =>
        planDefaults(before, { test: input.test, profile: target }, world, context.at),
      );
    },
    ...decided(plans),
  },

  answers: (ports) => ({
    async find({ address }) {
      const found = await ports.mailboxes.find(address);
      if (!found) throw new ProblemError("NOT_FOUND", `There is no mailbox with the address ${address}.`);
      return showMailbox(found, await ports.worlds.policy(found.configuration.profileId), ports.now());
    },
    async destinations({ id, new: made, change }) {
      const named = made?.profileId ?? change?.profileId;
      const stored = named === undefined && id !== undefined ? await ports.mailboxes.forConnection(id) : undefined;
      if (stored === null) throw new ProblemError("NOT_FOUND", `There is no mailbox ${id}.`);
      const profile = await usableProfile(ports, named ?? stored?.configuration.profileId, "/profileId");
      const { inbound, outbound } = destinationsOf(profile.settings);
      return { to: { credentials: { inbound, outbound } } };
    },
    "send-code": (input) => sendCode(ports, input),
    async counts({ within }) {
      const lifecycle = await ports.mailboxes.countByLifecycle(within);
      return { total: Object.values(lifecycle).reduce((sum, count) => sum + count, 0), lifecycle };
    },
    async history({ id }) {
      const items = await ports.mailboxes.history(id);
      if (!items) throw new ProblemError("NOT_FOUND", `There is no mailbox ${id}.`);
      return { items: [...items] };
    },
  }),

  async after(ports, verb, outcome, input) {
    const { after } = outcome;
    if (!after) return;
    ports.metrics.steps.inc({ event: verb, outcome: "accepted" });
    logTransition(ports, outcome, { id: input.commandId, event: verb, by: input.by, correlation: input.correlation });
    // The ownership number already makes a former owner's consent void; the secret itself is removed, too.
    if (after.ownership !== outcome.before?.ownership || verb === "approve-by-code")
      await ports.proofs.remove(after._id);
    if (verb === "delete") await ports.grants.remove(after._id);
    else if (outcome.before?.ownership !== after.ownership) await ports.grants.removeBefore(after._id, after.ownership);
  },
});

type Proving = { readonly code: string; readonly owner?: number };

/** To a former owner the mailbox does not exist, which the decision says: no try is counted. @throws ProblemError */
async function proveOwnership(
  ports: Ports,
  document: ShownMailbox,
  { settings }: World,
  { code, owner }: Proving,
): Promise<void> {
  if (owner !== undefined && owner !== document.ownership) return;
  refuseSelfApproval(document, settings);
  await checkCode(ports, document, code);
}

/** The profile that a command names, or that a mailbox gets by default; `null`: it names none. */
function profileNamed({ verb, input }: { readonly verb: string; readonly input: unknown }) {
  if (verb === "apply-defaults") return { profileId: undefined, pointer: "/defaultProfileId" };
  const { new: made, change } = input as { new?: { profileId?: string }; change?: { profileId?: string } };
  if (verb === "create") return { profileId: made?.profileId, pointer: "/new/profileId" };
  return change?.profileId === undefined ? null : { profileId: change.profileId, pointer: "/change/profileId" };
}

/** @throws ProblemError if the profile that it is to use from now on is full */
function refuseNoRoom({ target, used }: Pick<MailboxWorld, "target" | "used">): void {
  if (target && isLimited(target.settings)) refuseTooMany(target.settings, used + 1);
}

const countOf = async ({ mailboxes }: Ports, profileId: string) =>
  (await mailboxes.countByProfile([profileId])).get(profileId) ?? 0;

async function refusalOf(check: () => Promise<void>): Promise<ProblemError | null> {
  try {
    await check();
    return null;
  } catch (error) {
    if (error instanceof ProblemError) return error;
    throw error;
  }
}
