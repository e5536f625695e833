import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { connect } from "node:net";
import { after, before, describe, it } from "node:test";
import type { RequestInput } from "@mailfleet/contracts";
import { type ConsoleUnderTest, destinations, startConsoleUnderTest } from "./console-under-test.ts";
import { mailboxSample, sendSample } from "./samples.ts";

/** Writes a request by hand and gives the first bytes of the answer: only so can a body stay unfinished. */
function rawRequest(port: number, head: string[], body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(`${head.join("\r\n")}\r\n\r\n${body}`));
    socket.setTimeout(5000, () => socket.destroy(new Error("no answer within 5 s")));
    socket.once("data", (data) => {
      resolve(data.toString("utf8"));
      socket.destroy();
    });
    socket.once("error", reject);
  });
}

describe("bodies", () => {
  let console: ConsoleUnderTest;
  let token: string;
  const submitted: RequestInput<"outbound-send.send.submit">[] = [];
  const attached: (Buffer | undefined)[] = [];
  const pieces = new Map<string, Buffer[]>();
  const stored = randomBytes(1_300_000);
  const reads: number[] = [];

  const imported: RequestInput<"config.job.add-lines">["lines"] = [];
  const jobs: RequestInput<"config.job.create">[] = [];
  before(async () => {
    console = await startConsoleUnderTest({
      "config.job.place-lines": async ({ lines }) => ({
        known: false,
        lines: lines.map(({ line, address }) => {
          const place = { line, mailboxId: `mb_line${line}`, to: destinations };
          const { kind, owner } = mailboxSample;
          return address === "there@example.org" ? { ...place, there: { kind, owner } } : place;
        }),
      }),
      "config.job.add-lines": async ({ lines }) => {
        imported.push(...lines);
        return {};
      },
      "config.job.create": async (input) => {
        jobs.push(input);
        const { id, by } = input;
        return { id, by, verb: "import", state: "running", total: 1, done: 0, failed: 0, results: [], createdAt: 0 };
      },
      "config.mailbox.get": async () => mailboxSample,
      "config.mailbox.find": async () => mailboxSample,
      "outbound-send.upload.append": async ({ uploadId, index }, { attachment }) => {
        const all = pieces.get(uploadId) ?? [];
        all[index] = Buffer.from(attachment ?? []);
        pieces.set(uploadId, all);
        return {};
      },
      "outbound-send.send.submit": async (input, { attachment }) => {
        submitted.push(input);
        attached.push(attachment && Buffer.from(attachment));
        return { ...sendSample, id: input.sendId, idempotencyKey: input.idempotencyKey };
      },
      "inbound-sync.message.raw": async ({ offset, length }) => {
        reads.push(offset);
        return { dataBase64: stored.subarray(offset, offset + length).toString("base64"), total: stored.length };
      },
    });
    token = await console.tokenFor("administrator");
  });
  after(() => console?.stop());

  const head = (path: string, ...more: string[]) => [
    `POST /api/v1${path} HTTP/1.1`,
    "host: localhost",
    `authorization: Bearer ${token}`,
    "content-type: application/json",
    ...more,
  ];
  const uploaded = ({ uploadId, pieces: count }: { uploadId: string; pieces: number }): Buffer => {
    const all = pieces.get(uploadId) ?? [];
    assert.equal(all.length, count);
    return Buffer.concat(all);
  };

  it("are refused with 413 by their declared length, before a byte of them is read", async () => {
    const answer = await rawRequest(console.app.port, head("/profiles", "content-length: 2000000"), "");
    assert.match(answer, /^HTTP\/1.1 413 /);
    assert.match(answer, /"code":"TOO_LARGE"/);
  });

  it("are refused with 413 when they are sent in chunks and grow too long, before their end", async () => {
    const chunk = `${(65_536).toString(16)}\r\n${"x".repeat(65_536)}\r\n`;
    const answer = await rawRequest(
      console.app.port,
      head("/profiles", "transfer-encoding: chunked"),
      chunk.repeat(17),
    );
    assert.match(answer, /^HTTP\/1.1 413 /);
    assert.match(answer, /connection: close/i);
  });

  it("of null are refused, also where a body may be left out", async () => {
    for (const path of ["/profiles", "/mailboxes/mb_sales01/test"]) {
      const answer = await rawRequest(console.app.port, head(path, "content-length: 4", "connection: close"), "null");
      assert.match(answer, /^HTTP\/1.1 400 /, path);
      assert.match(answer, /The body is null: leave it out, or send an object/);
    }
  });

  it("of sends may be larger, and have a limit, too", async () => {
    const declared = head("/mailboxes/mb_sales01/sends", "content-length: 40000000");
    assert.match(await rawRequest(console.app.port, declared, ""), /^HTTP\/1.1 413 /);
    const mail = declared.map((line) => line.replace("application/json", "message/rfc822"));
    assert.match(await rawRequest(console.app.port, mail, ""), /^HTTP\/1.1 413 /);
  });

  it("need a token before they are read", async () => {
    const stranger = head("/profiles", "content-length: 2000000").filter((line) => !line.startsWith("authorization"));
    assert.match(await rawRequest(console.app.port, stranger, ""), /^HTTP\/1.1 401 /);
  });

  it("that are small travel in the request, with an id that follows from the key", async () => {
    const body = { to: ["a@example.net"], subject: "Hello", text: "Hi" };
    const headers = { "idempotency-key": "letter-1" };
    const first = await console.send("POST", "/mailboxes/sales%40example.org/sends", { body, headers });
    const again = await console.send("POST", "/mailboxes/mb_sales01/sends", { body, headers });
    assert.equal(first.status, 202);
    assert.equal(first.body.id, again.body.id);
    assert.deepEqual(submitted.at(-1)?.content, body);
    assert.equal(submitted.at(-1)?.idempotencyKey, "letter-1");
  });

  it("of sends are checked by the shape they have", async () => {
    const composed = await console.send("POST", "/mailboxes/mb_sales01/sends", { body: { to: ["x"], colour: 1 } });
    assert.deepEqual(composed.body.errors, [
      { pointer: "/to/0", reason: "must be an e-mail address" },
      { pointer: "/colour", reason: "is not a known field" },
    ]);
    const raw = await console.send("POST", "/mailboxes/mb_sales01/sends", { body: { to: [], rawBase64: "!" } });
    assert.equal(raw.status, 400);
    assert.equal((raw.body.errors as unknown[]).length, 2);
  });

  it("with large attachments have these uploaded as they are, without base64", async () => {
    const content = randomBytes(1_500_000);
    const small = { filename: "b.bin", contentBase64: "aGVsbG8=" };
    const attachments = [{ filename: "a.bin", contentBase64: content.toString("base64") }, small];
    const body = { to: ["a@example.net"], attachments };
    const { status } = await console.send("POST", "/mailboxes/mb_sales01/sends", { body });
    assert.equal(status, 202);
    const handed = submitted.at(-1)?.content;
    assert.ok(handed && "attachments" in handed && handed.attachments);
    const [first, second] = handed.attachments;
    assert.ok(first && "upload" in first && uploaded(first.upload).equals(content));
    assert.deepEqual(second, small);
  });

  it("with a long text go in pieces and come together again", async () => {
    const body = { to: ["a@example.net"], subject: "", text: "x".repeat(600_000), html: "y".repeat(600_000) };
    const { status } = await console.send("POST", "/mailboxes/mb_sales01/sends", { body });
    assert.equal(status, 202);
    const handed = submitted.at(-1)?.content;
    assert.ok(handed && "json" in handed);
    assert.deepEqual(JSON.parse(uploaded(handed.json).toString("utf8")), body);
  });

  it("of type message/rfc822 are streamed byte for byte", async () => {
    for (const size of [700, 2_500_001]) {
      const mail = randomBytes(size);
      const response = await fetch(
        `${console.app.url}/api/v1/mailboxes/mb_sales01/sends?to=a@example.net,b@example.net`,
        {
          method: "POST",
          headers: { authorization: `Bearer ${token}`, "content-type": "message/rfc822" },
          body: mail,
        },
      );
      assert.equal(response.status, 202, await response.text());
      const content = submitted.at(-1)?.content;
      assert.ok(content && "raw" in content);
      assert.deepEqual(content.to, ["a@example.net", "b@example.net"]);
      const got = content.raw === "attached" ? attached.at(-1) : uploaded(content.raw);
      assert.ok(got?.equals(mail), `${size} bytes`);
    }
    const none = await fetch(`${console.app.url}/api/v1/mailboxes/mb_sales01/sends`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "message/rfc822" },
      body: "a: b\r\n\r\nc",
    });
    assert.equal(none.status, 400);
    assert.match(await none.text(), /\/to/);
  });

  describe("that are a CSV of mailboxes", () => {
    const send = (csv: string, headers: Record<string, string> = {}, query = "") =>
      console.send("POST", `/mailboxes/import${query}`, {
        body: csv,
        headers: { "content-type": "text/csv", ...headers },
      });
    const takes = async (csv: string, query = "") => {
      imported.length = 0;
      jobs.length = 0;
      return send(csv, {}, query);
    };

    it("are taken line by line: the right ones with a sealed password, the others with what is wrong", async () => {
      const { status, headers, body } = await takes(
        [
          "\uFEFFE-Mail;Name;Kind;Owner;Inbound;Process From;User name;Password",
          "a@example.org;Ann;user;ann@example.org;server-side;2027-05-31;;top-secret",
          'b@example.org;"B;user;;;;;top-secret',
          "c@example.org;C;robot;c;;tomorrow;c;",
          "",
          "A@Example.org;A;user;;;;;",
          "d@example.org;D",
          ";D;;;;;;",
          "'=e@example.org;'+49;queue;;;;e;'=x",
        ].join("\r\n"),
      );
      assert.equal(status, 202);
      assert.equal(headers.get("location"), `/api/v1/jobs/${body.id}`);
      const [a, b, c, again, d, nobody, e] = imported;
      assert.deepEqual(
        [a?.line, a?.new?.owner, a?.new?.deliveryMethods?.inbound],
        [2, { email: "ann@example.org" }, "server-side"],
      );
      assert.equal(a?.new?.processFrom, Date.UTC(2027, 4, 31));
      assert.equal(a?.credentials?.username, "a@example.org");
      assert.equal(a?.credentials?.passwords.inbound.aad, `mb_line2|mailbox-password|${destinations.inbound}`);
      assert.match(b?.problem?.detail ?? "", /^Line 3: the quote at the beginning of cell 2 is not closed/);
      const wrong = (c?.problem?.errors ?? []).map(({ pointer }) => pointer);
      assert.deepEqual([c?.line, wrong], [4, ["/kind", "/owner", "/process-from", "/password"]]);
      assert.match(again?.problem?.detail ?? "", /^Line 6: address is on line 2, too/);
      assert.match(d?.problem?.detail ?? "", /^Line 7 has 2 cells, and the heading 8/);
      assert.match(nobody?.problem?.detail ?? "", /^Line 8: address is missing/);
      assert.deepEqual(
        [e?.new?.address, e?.new?.name, e?.credentials?.passwords.inbound.ciphertext],
        ["=e@example.org", "+49", "sealed:3"],
      );
      assert.deepEqual(jobs[0]?.new, { verb: "import", input: { update: false }, count: 7 });
      assert.doesNotMatch(JSON.stringify([imported, jobs, console.log.lines]), /top-secret/);
    });

    it("change what is there and leave what is empty", async () => {
      await takes("address,kind,outbound\nthere@example.org,,none\n", "?update=true");
      assert.deepEqual(imported[0]?.change, { deliveryMethods: { outbound: "none" } });
      assert.deepEqual(jobs[0]?.new.input, { update: true });
    });

    it("are told apart by their passwords, though nobody can guess these", async () => {
      const hashes = [];
      for (const password of ["one", "one", "other"]) {
        await takes(`address,password\na@example.org,${password}\n`);
        hashes.push(jobs[0]?.secretsHash);
      }
      assert.equal(hashes[0], hashes[1]);
      assert.notEqual(hashes[0], hashes[2]);
    });

    it("are refused whole where the heading or the text is wrong, and nothing is kept", async () => {
      const refusals: [string, RegExp][] = [
        ["", /names no mailbox/],
        ["address\n", /names no mailbox/],
        ["name\nAnn\n", /Line 1, the heading: address is missing/],
        ["address,Colour,E-mail\na@example.org,red,\n", /Colour is no column of a mailbox; address is there twice/],
      ];
      for (const [csv, why] of refusals) {
        imported.length = 0;
        const { status, body } = await send(csv);
        assert.equal(status, 400);
        assert.match(String(body.detail), why);
        assert.deepEqual(imported, []);
      }
      const large = await send("address\n", { "content-length": String(11 * 1024 * 1024) }).catch(() => null);
      assert.ok(large === null || large.status === 413);
      const json = await console.send("POST", "/mailboxes/import", { body: {} });
      assert.match(String(json.body.detail), /must be a CSV/);
    });
  });

  it("of received messages come in pieces, whole", async () => {
    const response = await fetch(`${console.app.url}/api/v1/messages/mb_sales01/17.4/raw`, {
      headers: { authorization: `Bearer ${token}` },
    });
    assert.equal(response.headers.get("content-type"), "message/rfc822");
    assert.ok(Buffer.from(await response.arrayBuffer()).equals(stored));
    const piece = 262_144;
    assert.deepEqual(
      reads,
      Array.from({ length: Math.ceil(stored.length / piece) }, (_, n) => n * piece),
    );
  });
});

describe("a console that others can overhear", () => {
  it("takes no passwords", async () => {
    const console = await startConsoleUnderTest({}, { secretsAllowed: false });
    try {
      const csv = { body: "address,password\na@example.org,secret\n", headers: { "content-type": "text/csv" } };
      assert.equal((await console.send("POST", "/mailboxes/import", csv)).body.code, "PLAIN_HTTP");
      const { status, body } = await console.send("PUT", "/mailboxes/mb_sales01/credentials", {
        body: { username: "u", password: "p" },
      });
      assert.equal(status, 403);
      assert.match(String(body.remedy), /MAILFLEET_ALLOW_PLAIN_HTTP/);
    } finally {
      await console.stop();
    }
  });

  it("takes no token either", async () => {
    const console = await startConsoleUnderTest({}, { secretsAllowed: false });
    try {
      const { status, body } = await console.send("GET", "/tokens");
      assert.deepEqual([status, body.code], [403, "PLAIN_HTTP"]);
      assert.equal((await console.send("GET", "/tokens", { token: null })).status, 401);
    } finally {
      await console.stop();
    }
  });
});
