import { type ApiClient, type Following, followIfAllowed, isPassing } from "@mailfleet/client";
import type { Direction, TestStep } from "@mailfleet/contracts";
import { mailboxPath } from "../paths.ts";
import type { Shown, ShownDirection, ShownMailbox } from "../shown.ts";

type Step = Shown<TestStep>;

/** What happens while somebody waits for a test. */
export interface TestWatcher {
  onStep(mailbox: ShownMailbox, direction: Direction, step: Step): void;
}

/** How one direction came out. */
export interface TestOutcome {
  readonly mailbox: ShownMailbox;
  readonly direction: Direction;
  readonly ok: boolean;
  readonly status: ShownDirection;
}

const directionNames: readonly Direction[] = ["inbound", "outbound", "act"];
/** The events may be late or lost: it is looked up this often, too. */
const lookMs = 1000;

/** Wakes those who wait, on request or after a while. */
function alarm() {
  let { promise, resolve } = Promise.withResolvers<void>();
  return {
    ring: () => resolve(),
    wait: async (ms: number) => {
      const timer = setTimeout(resolve, ms);
      await promise;
      clearTimeout(timer);
      ({ promise, resolve } = Promise.withResolvers<void>());
    },
  };
}

function wanted(mailbox: ShownMailbox, only: readonly Direction[] | undefined): Direction[] {
  return (only ?? directionNames).filter((name) => mailbox.directions[name].configured);
}

/** One mailbox: what it was before the command, and which steps were shown. */
interface Watched {
  readonly before: ShownMailbox;
  readonly shownSteps: Set<string>;
  wasTesting: Set<Direction>;
  outcomes: Map<Direction, TestOutcome>;
}

function isOver(watched: Watched, name: Direction, now: ShownDirection): boolean {
  if (now.lastTest && now.lastTest.at !== watched.before.directions[name].lastTest?.at) return true;
  if (now.state === "testing") watched.wasTesting.add(name);
  return watched.wasTesting.has(name) && now.state !== "testing";
}

/**
 * Gives the command and waits until every tested direction has its result. The view is opened first, so that no step is
 * missed; what was missed all the same is shown from the result. Resolves with what is known at the deadline:
 * directions without result are missing then.
 */
export async function watchTests(
  client: ApiClient,
  mailboxes: readonly string[],
  options: { directions?: readonly Direction[]; timeoutMs: number; watcher: TestWatcher; signal: AbortSignal },
  command: (mailboxes: readonly ShownMailbox[]) => Promise<void>,
): Promise<{ outcomes: TestOutcome[]; complete: boolean }> {
  const { watcher, directions } = options;
  const all = new Map<string, Watched>();
  for (const mailbox of mailboxes) {
    const before = await client.get<ShownMailbox>(mailboxPath(mailbox));
    all.set(before.id, { before, shownSteps: new Set(), wasTesting: new Set(), outcomes: new Map() });
  }
  const one = all.size === 1 ? { mailbox: [...all.keys()][0] as string } : {};
  const following = await followIfAllowed(client, { ...one, types: ["run.step.v1", "mailbox.transitioned.v1"] });
  const bell = alarm();
  const stop = () => following.stop();
  options.signal.addEventListener("abort", bell.ring);

  const step = (watched: Watched, direction: Direction, index: number, at: Step) => {
    const key = `${direction}/${index}`;
    if (watched.shownSteps.has(key)) return;
    watched.shownSteps.add(key);
    watcher.onStep(watched.before, direction, at);
  };
  const listening = listen(following, (type, body) => {
    const watched = all.get(String(body.mailboxId));
    if (!watched) return;
    if (type === "run.step.v1" && body.purpose === "test")
      step(watched, body.direction as Direction, Number(body.index), body.step as Step);
    else bell.ring();
  });

  try {
    await command([...all.values()].map((watched) => watched.before));
    const deadline = Date.now() + options.timeoutMs;
    for (;;) {
      for (const [id, watched] of all) {
        if (watched.outcomes.size === wanted(watched.before, directions).length) continue;
        const now = await client.get<ShownMailbox>(mailboxPath(id)).catch((error: unknown) => {
          if (isPassing(error)) return null;
          throw error;
        });
        if (!now) continue;
        for (const name of wanted(now, directions)) {
          const status = now.directions[name];
          if (watched.outcomes.has(name) || !isOver(watched, name, status)) continue;
          for (const [index, at] of (status.lastTest?.steps ?? []).entries()) step(watched, name, index, at);
          const ok = status.lastTest?.outcome === "ok";
          watched.outcomes.set(name, { mailbox: now, direction: name, ok, status });
        }
      }
      const complete = [...all.values()].every((w) => w.outcomes.size === wanted(w.before, directions).length);
      if (complete || Date.now() >= deadline || options.signal.aborted)
        return { outcomes: [...all.values()].flatMap((watched) => [...watched.outcomes.values()]), complete };
      await bell.wait(Math.min(lookMs, Math.max(1, deadline - Date.now())));
    }
  } finally {
    stop();
    await listening;
  }
}

async function listen(
  following: Following,
  onEvent: (type: string, body: Record<string, unknown>) => void,
): Promise<void> {
  try {
    for await (const event of following) onEvent(event.type, event.body);
  } catch {
    // The view broke; the look-up continues.
  }
}
