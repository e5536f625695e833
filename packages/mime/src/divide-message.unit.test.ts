import assert from "node:assert/strict";
import { describe, test } from "node:test";
import PostalMime from "postal-mime";
import { dividingCases } from "./divide-message.cases.ts";
import { contentOfAttachments, readAttachments, withoutAttachments } from "./divide-message.ts";

function* cut(bytes: Buffer, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function divide(bytes: Buffer, size: number, wanted = (_: number) => true) {
  const found = await readAttachments(cut(bytes, size));
  const chosen = new Set(found.filter(({ index }) => wanted(index)).map(({ index }) => index));
  const rest: Buffer[] = [];
  for await (const piece of withoutAttachments(cut(bytes, size), chosen)) rest.push(piece);
  const contents = new Map<number, Buffer[]>();
  for await (const { index, bytes: piece } of contentOfAttachments(cut(bytes, size), chosen))
    contents.set(index, [...(contents.get(index) ?? []), piece]);
  const beside = found
    .filter(({ index }) => chosen.has(index))
    .map((one) => ({ ...one, content: Buffer.concat(contents.get(one.index) ?? []) }));
  return { beside, rest: Buffer.concat(rest) };
}

/** What an independent reader finds: texts, and the bytes of files by name. */
async function readBy(raw: Buffer) {
  const { text, html, attachments } = await PostalMime.parse(raw, { forceRfc822Attachments: true });
  const files = attachments.map(({ content }) =>
    Buffer.from(content as ArrayBuffer)
      .toString("latin1")
      .trimEnd(),
  );
  return { text: text?.trim(), html: html?.trim(), files };
}

describe("a message and what stands beside it", () => {
  for (const { what, message, beside, stays } of dividingCases)
    test(what, async () => {
      const bytes = Buffer.from(message, "latin1");
      for (const size of [1, 7, 1000, bytes.length]) {
        const found = await divide(bytes, size);
        assert.deepEqual(
          found.beside.map(
            ({ name, type, contentId, inline, content }) =>
              `${name} ${type}${contentId ? ` <${contentId}>` : ""}${inline ? " inline" : ""}: ${content.toString("latin1")}`,
          ),
          beside,
        );
        for (const { size: said, content } of found.beside) assert.equal(said, content.length);
        if (stays) assert.match(found.rest.toString("latin1"), stays);
        const [before, after] = await Promise.all([readBy(bytes), readBy(found.rest)]);
        assert.equal(after.text ?? "", before.text ?? "");
        assert.equal(after.html ?? "", before.html ?? "");
        assert.equal(after.files.length, before.files.length - found.beside.length);
      }
    });

  test("what is not taken out keeps its bytes, whichever of the others go", async () => {
    for (const { message } of dividingCases) {
      const bytes = Buffer.from(message, "latin1");
      const nothing = await divide(bytes, 50, () => false);
      assert.equal(nothing.rest.toString("latin1").trimEnd(), message.trimEnd());
      const all = await readAttachments(cut(bytes, 50));
      for (const { index } of all) {
        const { rest, beside } = await divide(bytes, 50, (one) => one === index);
        assert.equal((await readAttachments(cut(rest, 50))).length, all.length - beside.length);
      }
    }
  });
});
