import { eventually } from "@mailfleet/local/testing";

/** Asserts again and again until it holds; fails with the last assertion's words when the time is over. */
export async function holds(assertion: () => Promise<void>, withinMs = 15_000): Promise<void> {
  await eventually(
    async () => {
      await assertion();
      return true;
    },
    { timeoutMs: withinMs, everyMs: 150 },
  );
}
