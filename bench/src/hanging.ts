import { connectBus } from "@mailfleet/bus";
import type { Mailbox, Profile } from "@mailfleet/contracts";
import { subjects } from "@mailfleet/contracts";
import { eventually, type FakeInbox, fakeInbox } from "@mailfleet/local/testing";
import { enable, type Fleet, plainServer, startFleet } from "./fleet.ts";
import type { Figure } from "./report.ts";
import { silent } from "./silent.ts";

const mailboxes = 500;
const servers = 25;
const deliveries = 5;
const pollMs = 3000;
const password = "bench";

/** What a server of this fleet does to all who have been enabled: nothing more than is here, for ever. */
const ways = ["says nothing", "answers no search", "drips a large message"] as const;
type Way = (typeof ways)[number];

/**
 * How long a message waits on a healthy server until it is announced, beside 500 mailboxes whose servers hang or drip, as
 * a multiple of the same without them.
 */
export async function hanging(): Promise<Figure> {
  const healthy = await fakeInbox();
  const hang = await Promise.all(
    Array.from({ length: servers }, (_, n) => hangingServer(ways[n % ways.length] as Way)),
  );
  const fleet = await startFleet({
    address: "healthy@example.test",
    password,
    receives: true,
    profile: { inbound: { protocol: "imap", ...plainServer(healthy.server.port) }, outbound: plainServer(25) },
  });
  const bus = await connectBus({ url: fleet.stack.natsUrl, name: "bench", logger: silent, isOutage: () => false });
  try {
    await fleet.api.patch("/settings", { retryPolicy: { pollMs, retryMs: 10_000 } });
    await enable(fleet);
    const received = { count: 0 };
    await bus.follow({ filters: [subjects.mailFact(fleet.mailbox.id, "received")] }, ({ type }) => {
      if (type === "mail.received.v1") received.count += 1;
    });
    const alone = await delayOf(healthy.inbox, received);
    const begun = performance.now();
    await addAll(
      fleet,
      hang.map(({ port }) => port),
    );
    await eventually(() => hang.reduce((sum, one) => sum + one.hangs(), 0) >= mailboxes * 0.95, {
      what: "all hang",
      timeoutMs: 300_000,
    });
    const madeIn = (performance.now() - begun) / 1000;
    const beside = await delayOf(healthy.inbox, received);
    return {
      bench: "hanging",
      value: beside / alone,
      unit: "times the undisturbed delay",
      target: 1.2,
      lowerIsBetter: true,
      notes: [
        `undisturbed ${Math.round(alone)} ms, beside ${mailboxes} that hang ${Math.round(beside)} ms, each the mean of ${deliveries} polled every ${pollMs} ms`,
        `${mailboxes} were made, tested, enabled and hung in ${madeIn.toFixed(0)} s`,
      ],
    };
  } finally {
    await bus.stop();
    await fleet.stop();
    await Promise.all([healthy.server.close(), ...hang.map((one) => one.close())]);
  }
}

/** The mean time from a delivery just behind a poll to its announcement. */
async function delayOf(inbox: FakeInbox, received: { count: number }): Promise<number> {
  let sum = 0;
  for (let n = 0; n < deliveries; n += 1) {
    const uid = inbox.messages.length + 1;
    const before = received.count;
    let polled = Promise.withResolvers<void>();
    inbox.edit = (reply, command) => {
      if (command === "LOGOUT") polled.resolve();
      return reply;
    };
    await polled.promise;
    polled = Promise.withResolvers<void>();
    const begun = performance.now();
    inbox.messages = [...inbox.messages, { uid, raw: `Message-ID: <${uid}@x>\r\nSubject: ${uid}\r\n\r\nx\r\n` }];
    await eventually(() => received.count > before, { what: "the announcement", timeoutMs: 120_000, everyMs: 10 });
    sum += performance.now() - begun;
  }
  return sum / deliveries;
}

/** One profile for each server, and its share of the mailboxes. */
async function addAll({ api }: Fleet, ports: readonly number[]): Promise<void> {
  const addOf = async (port: number, server: number) => {
    const profile = await api.post<Profile>("/profiles", {
      name: `Hangs ${server}`,
      inbound: { protocol: "imap", ...plainServer(port) },
      outbound: plainServer(25),
    });
    for (let n = 0; n < mailboxes / ports.length; n += 1) {
      const address = `hang${server}-${n}@example.test`;
      const { id } = await api.post<Mailbox>("/mailboxes", {
        address,
        kind: "queue",
        profileId: profile.id,
        deliveryMethods: { inbound: "server-side", outbound: "none", act: "none" },
        credentials: { username: address, password },
      });
      await api.post(`/mailboxes/${id}/approve`, { address });
      await api.post(`/mailboxes/${id}/test-and-enable`, {});
    }
  };
  await Promise.all(ports.map(addOf));
}

/** A server that passes the test of each user, and then hangs. */
async function hangingServer(way: Way) {
  const users = new Map<number, string>();
  const signIns = new Map<string, number>();
  const hung = new Set<string>();
  const line = `${"x".repeat(76)}\r\n`;
  const large = { uid: 1, raw: `Subject: large\r\n\r\n${line.repeat(10_000)}` };
  const { server } = await fakeInbox({
    messages: [large],
    answer(command, { number, socket }) {
      const [, user] = /^LOGIN "?([^" ]+)/.exec(command) ?? [];
      if (user !== undefined) {
        users.set(number, user);
        signIns.set(user, (signIns.get(user) ?? 0) + 1);
      }
      const mine = users.get(number) ?? "";
      // The test is the first one.
      if ((signIns.get(mine) ?? 0) < 2) return undefined;
      if (way === "says nothing") {
        hung.add(mine);
        return "";
      }
      if (way === "answers no search" && command.startsWith("UID SEARCH")) {
        hung.add(mine);
        return "";
      }
      if (way === "drips a large message" && /BODY\.PEEK\[\]</.test(command)) {
        hung.add(mine);
        socket.write(`* 1 FETCH (UID 1 BODY[]<0> {524288}\r\n`);
        const drip = setInterval(() => socket.write("xxxxxxxxxxxxxxxx"), 500).unref();
        socket.once("close", () => clearInterval(drip));
        return "";
      }
      return undefined;
    },
  });
  return { port: server.port, hangs: () => hung.size, close: () => server.close() };
}
