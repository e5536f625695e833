import assert from "node:assert/strict";
import { test } from "node:test";
import { ProblemError, type RequestArguments } from "@mailfleet/contracts";
import { submitSend } from "./submit-send.ts";

const input: RequestArguments<"outbound-send.send.submit"> = {
  mailboxId: "mb_sales01",
  sendId: "sn_sales01",
  by: "ada",
  idempotencyKey: "k",
  content: { to: ["b@example.org"], subject: "hello", text: "x".repeat(5000) },
};

type Limits = { readonly maximumMessageBytes?: number; readonly maximumAttachmentBytes?: number };
type Given = { readonly content: (typeof input)["content"]; readonly raw?: Uint8Array };

/** Whether it was accepted or why not, under these limits. `kept`: the uploads, which end here. */
async function submitted(
  limits: Limits,
  before: object | null = null,
  { content, raw }: Given = input,
  kept = new Map<string, Uint8Array[]>(),
) {
  const accepted = new Error("accepted");
  const ports = {
    now: () => 1_800_000_000_000,
    worker: { connections: { get: async () => ({ address: "sales@example.org", ...limits }) } },
    sends: { accept: () => Promise.reject(accepted), ofKey: async () => before },
    uploads: {
      append: async (id: string, _: number, piece: Uint8Array) => kept.set(id, [...(kept.get(id) ?? []), piece]),
      async *read(id: string) {
        yield* kept.get(id) ?? [];
      },
      remove: async (id: string) => kept.delete(id),
    },
  };
  const attached = raw === undefined ? {} : { attachment: raw };
  return submitSend(ports as never, { ...input, content }, attached).catch((error: unknown) => {
    if (error === accepted) return "accepted";
    return error instanceof ProblemError ? error.problem : Promise.reject(error);
  });
}

test("a message that is larger than the organisation allows is refused before it is kept", async () => {
  assert.equal(await submitted({}), "accepted");
  assert.equal(await submitted({ maximumMessageBytes: 10_000 }), "accepted");
  const problem = await submitted({ maximumMessageBytes: 4000 });
  assert.ok(typeof problem === "object" && problem !== null && "code" in problem);
  assert.equal(problem.code, "TOO_LARGE");
  assert.match(problem.detail, /\d{4} bytes, at most 4000 may be sent/);
});

test("what was accepted before the limit was lowered is not refused when it is repeated", async () => {
  const other = {
    id: "sn_before1",
    mailboxId: input.mailboxId,
    idempotencyKey: input.idempotencyKey,
    contentHash: "x",
  };
  const problem = await submitted({ maximumMessageBytes: 4000 }, other);
  assert.ok(typeof problem === "object" && problem !== null && "code" in problem);
  assert.equal(problem.code, "ALREADY_EXISTS", "it is compared with that one");
  assert.match(problem.detail, /sn_before1/);
});

test("one attachment that is larger than the organisation allows is refused, and named", async () => {
  const message = { to: ["b@example.org"], subject: "plans", text: "x".repeat(5000) };
  const small = { filename: "small.txt", contentBase64: Buffer.alloc(2000).toString("base64") };
  const large = { filename: "plan.pdf", contentBase64: Buffer.alloc(3000).toString("base64") };
  const composed = { ...message, attachments: [small, large, small] };
  const ready = ["From: sales@example.org", "To: b@example.org", "MIME-Version: 1.0"].concat(
    ...["Content-Type: multipart/mixed; boundary=b", "", "--b", "", "x".repeat(500), "--b"],
    ...["Content-Type: application/pdf; name=plan.pdf", "Content-Transfer-Encoding: base64", ""],
    ...[large.contentBase64.replace(/.{76}/g, "$&\r\n"), "--b--", ""],
  );
  const raw = Buffer.from(ready.join("\r\n"));
  const ways: Given[] = [{ content: composed }, { content: { raw: "attached", to: ["b@example.org"] }, raw }];
  for (const given of ways) {
    assert.equal(await submitted({}, null, given), "accepted");
    const most = await submitted({ maximumAttachmentBytes: 3000 }, null, given);
    assert.equal(most, "accepted", "the size counts before it is encoded, and not that of all together");
    const problem = await submitted({ maximumAttachmentBytes: 2999 }, null, given);
    assert.ok(typeof problem === "object" && problem !== null && "code" in problem);
    assert.equal(problem.code, "TOO_LARGE");
    assert.match(problem.detail, /"plan\.pdf" has 3000 bytes, at most 2999/);
    assert.match(problem.remedy ?? "", /maximumAttachmentKilobytes/);
  }
});

test("an attachment of a message that is kept in pieces is judged, too, and what was kept is removed", async () => {
  const attachments = [{ filename: "plan.pdf", contentBase64: Buffer.alloc(200_000).toString("base64") }];
  const content = { to: ["b@example.org"], subject: "plans", text: "hello", attachments };
  const kept = new Map<string, Uint8Array[]>();
  const problem = await submitted({ maximumAttachmentBytes: 100_000 }, null, { content }, kept);
  assert.match(JSON.stringify(problem), /plan\.pdf.* has 200000 bytes, at most 100000/);
  assert.equal(kept.size, 0);
});
