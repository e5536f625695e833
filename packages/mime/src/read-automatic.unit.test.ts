import assert from "node:assert/strict";
import { test } from "node:test";
import { automaticCases } from "./read-automatic.cases.ts";
import { automaticBecause, isAutomaticAnswer } from "./read-automatic.ts";
import { readHeaders } from "./read-headers.ts";

for (const { what, header, because, answers = false } of automaticCases)
  test(`automatic mail: ${what}`, () => {
    const headers = readHeaders(Buffer.from(`${header.replaceAll("\n", "\r\n")}\r\n\r\nx`, "latin1"));
    assert.equal(automaticBecause(headers)?.split(": ")[0] ?? null, because);
    assert.equal(isAutomaticAnswer(headers), answers);
  });
