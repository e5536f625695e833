import { connectBus } from "@mailfleet/bus";
import type { Mailbox, Profile } from "@mailfleet/contracts";
import { subjects } from "@mailfleet/contracts";
import { eventually, type FakeInbox, fakeInbox } from "@mailfleet/local/testing";
import { enable, type Fleet, plainServer, startFleet } from "./fleet.ts";
import type { Figure } from "./report.ts";
import { silent } from "./silent.ts";

const mailboxes = 500;
const deliveries = 5;
const pollMs = 3000;
const password = "bench";

/** What a server of this fleet does to all who have been enabled: nothing more than is here, for ever. */
const ways = ["says nothing", "answers no search", "drips a large message"] as const;
type Way = (typeof ways)[number];

const healthyAddress = "healthy@example.test";

/** Where the mailboxes that hang have their servers. */
const places = {
  /** 25 others, of which each does one thing to all of its users. */
  elsewhere: { servers: 25, isOwn: false, bench: "hanging" },
  /** The same host and port as the healthy one, which does one of the three things to each of the others. */
  "same-host": { servers: 1, isOwn: true, bench: "hanging-same-host" },
} as const;

/**
 * How long a message waits in a healthy mailbox until it is announced, beside 500 mailboxes whose servers hang or drip, as
 * a multiple of the same without them.
 */
export async function hanging(place: keyof typeof places): Promise<Figure> {
  const { servers, isOwn, bench } = places[place];
  const hang = await Promise.all(
    Array.from({ length: servers }, (_, n) => hangingServer((user) => (isOwn ? user : n))),
  );
  const healthy = isOwn ? hang[0] : await hangingServer(() => 0);
  if (!healthy) throw new Error("there is no server");
  const fleet = await startFleet({
    address: healthyAddress,
    password,
    receives: true,
    profile: { inbound: { protocol: "imap", ...plainServer(healthy.port) }, outbound: plainServer(25) },
  });
  const bus = await connectBus({ url: fleet.stack.natsUrl, name: "bench", logger: silent, isOutage: () => false });
  try {
    await fleet.api.patch("/settings", { retryPolicy: { pollMs, retryMs: 10_000 } });
    await enable(fleet);
    const received = { count: 0 };
    await bus.follow({ filters: [subjects.mailFact(fleet.mailbox.id, "received")] }, ({ type }) => {
      if (type === "mail.received.v1") received.count += 1;
    });
    const alone = await delayOf(healthy, received);
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
    const beside = await delayOf(healthy, received);
    return {
      bench,
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
    await Promise.all([...new Set([healthy, ...hang])].map((one) => one.close()));
  }
}

/** The mean time from a delivery just behind a poll to its announcement. */
async function delayOf({ inbox, polled }: Server, received: { count: number }): Promise<number> {
  let sum = 0;
  for (let n = 0; n < deliveries; n += 1) {
    const uid = inbox.messages.length + 1;
    await polled();
    const before = received.count;
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

interface Server {
  readonly port: number;
  readonly inbox: FakeInbox;
  /** Resolves at the end of the next poll of the healthy mailbox. */
  polled(): Promise<void>;
  /** How many users it has hung up on. */
  hangs(): number;
  close(): Promise<unknown>;
}

/** A server that passes the test of each user, and then hangs for all but the healthy one; `wayOf` the user of this number. */
async function hangingServer(wayOf: (user: number) => number): Promise<Server> {
  const users = new Map<number, string>();
  const signIns = new Map<string, number>();
  const hung = new Set<string>();
  let poll = Promise.withResolvers<void>();
  const line = `${"x".repeat(76)}\r\n`;
  const large = { uid: 1, raw: `Subject: large\r\n\r\n${line.repeat(10_000)}` };
  const { server, inbox } = await fakeInbox({
    messages: [large],
    answer(command, { number, socket }) {
      const [, user] = /^LOGIN "?([^" ]+)/.exec(command) ?? [];
      if (user !== undefined) {
        users.set(number, user);
        signIns.set(user, (signIns.get(user) ?? 0) + 1);
      }
      const mine = users.get(number) ?? "";
      if (mine === healthyAddress) {
        if (command === "LOGOUT") poll.resolve();
        return undefined;
      }
      // The test is the first one.
      if ((signIns.get(mine) ?? 0) < 2) return undefined;
      const way = ways[wayOf([...signIns.keys()].indexOf(mine)) % ways.length] as Way;
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
  return {
    port: server.port,
    inbox,
    polled: () => {
      poll = Promise.withResolvers<void>();
      return poll.promise;
    },
    hangs: () => hung.size,
    close: () => server.close(),
  };
}
