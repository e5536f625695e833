import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { type EwsDouble, startEwsDouble } from "@mailfleet/local/doubles";
import { eventually } from "@mailfleet/local/testing";

const [ann, bob] = ["ann@example.test", "bob@example.test"];
const password = "ews-double-pass-1";
let ews: EwsDouble;
beforeEach(async () => {
  ews = await startEwsDouble({
    accounts: [
      { address: ann, password },
      { address: bob, password },
      { address: "svc@example.test", password, impersonates: true },
    ],
  });
});
afterEach(() => ews.stop());

interface Given {
  as?: string;
  secret?: string;
  impersonate?: string;
  version?: string;
  signal?: AbortSignal;
}

/** One request; the answer as text, with what the tests look for. */
async function ask(
  request: string,
  { as = ann, secret = password, impersonate, version = "Exchange2013", signal }: Given = {},
) {
  const target = impersonate
    ? `<t:ExchangeImpersonation><t:ConnectingSID><t:PrimarySmtpAddress>${impersonate}</t:PrimarySmtpAddress></t:ConnectingSID></t:ExchangeImpersonation>`
    : "";
  const response = await fetch(ews.url, {
    method: "POST",
    headers: {
      authorization: `Basic ${Buffer.from(`${as}:${secret}`).toString("base64")}`,
      ...(impersonate ? { "x-anchormailbox": impersonate } : {}),
    },
    body: `<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types" xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages"><s:Header><t:RequestServerVersion Version="${version}"/>${target}</s:Header><s:Body>${request}</s:Body></s:Envelope>`,
    signal: signal ?? AbortSignal.timeout(10_000),
  });
  const text = await response.text();
  const all = (pattern: RegExp) => [...text.matchAll(pattern)].map(([, found = ""]) => found);
  return { status: response.status, text, all, codes: all(/<[me]:ResponseCode[^>]*>(\w+)</g) };
}

const sync = (state = "", size = 2) =>
  `<m:SyncFolderItems><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape><m:SyncFolderId><t:DistinguishedFolderId Id="inbox"/></m:SyncFolderId>${state ? `<m:SyncState>${state}</m:SyncState>` : ""}<m:MaxChangesReturned>${size}</m:MaxChangesReturned></m:SyncFolderItems>`;
const getFolder = (name = "inbox", owner = "") =>
  `<m:GetFolder><m:FolderShape><t:BaseShape>Default</t:BaseShape></m:FolderShape><m:FolderIds><t:DistinguishedFolderId Id="${name}">${owner ? `<t:Mailbox><t:EmailAddress>${owner}</t:EmailAddress></t:Mailbox>` : ""}</t:DistinguishedFolderId></m:FolderIds></m:GetFolder>`;
const getItem = (id: string) =>
  `<m:GetItem><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape><t:IncludeMimeContent>true</t:IncludeMimeContent></m:ItemShape><m:ItemIds><t:ItemId Id="${id}"/></m:ItemIds></m:GetItem>`;
const create = (mime: string, disposition = "SendAndSaveCopy") =>
  `<m:CreateItem MessageDisposition="${disposition}"><m:Items><t:Message><t:MimeContent>${Buffer.from(mime).toString("base64")}</t:MimeContent></t:Message></m:Items></m:CreateItem>`;
const mail = (n: number | string) =>
  `From: <${ann}>\r\nTo: <${bob}>, <ada@elsewhere.test>\r\nSubject: number ${n}\r\nMessage-ID: <n${n}@client>\r\nX-Mailfleet-Send: s${n}\r\nContent-Type: multipart/mixed; boundary="b1"\r\n\r\n--b1\r\n\r\ntext\r\n--b1--\r\n`;
const stateOf = ({ all }: Awaited<ReturnType<typeof ask>>) => all(/<m:SyncState>([^<]+)/g)[0] ?? "";

describe("a folder of the EWS double is followed", () => {
  test("in pages, newest first, and then by what changed", async () => {
    for (const n of [1, 2, 3]) ews.deliver(ann, mail(n));
    const first = await ask(sync());
    assert.equal(first.all(/<t:(Create)>/g).length, 2);
    assert.match(first.text, /IncludesLastItemInRange>false/);
    ews.deliver(ann, mail(4));
    const second = await ask(sync(stateOf(first)));
    assert.match(second.text, /IncludesLastItemInRange>false/, "a message came meanwhile");
    const third = await ask(sync(stateOf(second)));
    const ids = [first, second, third].flatMap(({ all }) => all(/<t:ItemId Id="([^"]+)/g));
    assert.deepEqual([ids.length, new Set(ids).size], [4, 4], "no message twice");
    const inbox = ews.mailbox(ann);
    const [one, two, gone] = inbox.in("inbox");
    assert.ok(one && two && gone);
    inbox.edit(one.id, { isRead: true }, "read");
    inbox.edit(two.id, { categories: ["Red"] });
    inbox.remove(gone.id);
    const last = await ask(sync(stateOf(third), 512));
    assert.deepEqual(last.all(/<t:(Create|Update|Delete|ReadFlagChange)>/g), ["ReadFlagChange", "Update", "Delete"]);
  });

  test("not with a state that is damaged, expired, or of another folder", async () => {
    const state = stateOf(await ask(sync()));
    for (const bad of ["bogus", Buffer.from("{}").toString("base64")])
      assert.deepEqual((await ask(sync(bad))).codes, ["ErrorInvalidSyncStateData"]);
    assert.deepEqual((await ask(sync(state).replace("inbox", "drafts"))).codes, ["ErrorInvalidSyncStateData"]);
    ews.mailbox(ann).expireSyncStates();
    assert.deepEqual((await ask(sync(state))).codes, ["ErrorInvalidSyncStateData"]);
  });
});

test("the EWS double gives MIME byte for byte, or anew each time when it is told to", async () => {
  ews.deliver(ann, mail(1));
  const [id = ""] = (await ask(sync())).all(/<t:ItemId Id="([^"]+)/g);
  const read = async () =>
    Buffer.from((await ask(getItem(id))).all(/<t:MimeContent[^>]*>([^<]*)/g)[0] ?? "", "base64").toString();
  assert.equal(await read(), mail(1));
  ews.mimeVaries = true;
  const [one, other] = [await read(), await read()];
  assert.notEqual(one, other);
  assert.match(one, /Subject: number 1/);
  assert.doesNotMatch(one, /b1/);
});

test("the EWS double sends: delivered to its accounts, filed, and recorded", async () => {
  const { status, codes } = await ask(
    create(`${mail(1).replace("Subject", "Bcc: <hidden@elsewhere.test>\r\nSubject")}`),
  );
  assert.deepEqual([status, codes], [200, ["NoError"]]);
  assert.deepEqual(ews.sent[0]?.to, [bob, "ada@elsewhere.test", "hidden@elsewhere.test"]);
  assert.equal(String(ews.mailbox(bob).in("inbox")[0]?.raw), mail(1), "without the blind copy");
  assert.equal(ews.mailbox(ann).in("sentitems").length, 1);
  assert.deepEqual((await ask(create(mail(1), "SendOnly"))).codes, ["NoError"]);
  assert.equal(ews.mailbox(ann).in("sentitems").length, 1);
  assert.deepEqual((await ask(create(mail(1).replace(ann, bob)))).codes, ["ErrorSendAsDenied"]);
  assert.deepEqual((await ask(create("From: <ann@example.test>\r\n\r\ntext"))).codes, ["ErrorInvalidRecipients"]);
});

test("the EWS double lets service accounts impersonate, and delegates open what they may", async () => {
  const svc = { as: "svc@example.test" };
  assert.deepEqual((await ask(getFolder(), { ...svc, impersonate: ann })).codes, ["NoError"]);
  assert.deepEqual(
    ews.requests.map(({ account, impersonated, anchor, status }) => [account, impersonated, anchor, status]),
    [["svc@example.test", ann, ann, 200]],
  );
  const denied = await ask(getFolder(), { as: bob, impersonate: ann });
  assert.deepEqual([denied.status, denied.codes], [500, ["ErrorImpersonateUserDenied"]]);
  assert.deepEqual((await ask(getFolder(), { ...svc, impersonate: "no@example.test" })).codes, [
    "ErrorNonExistentMailbox",
  ]);
  ews.limitScope([bob]);
  assert.deepEqual((await ask(getFolder(), { ...svc, impersonate: ann })).codes, ["ErrorImpersonateUserDenied"]);
  assert.deepEqual((await ask(getFolder("inbox", ann), { as: bob })).codes, ["ErrorAccessDenied"]);
  ews.delegate(ann, bob);
  assert.deepEqual((await ask(getFolder("inbox", ann), { as: bob })).codes, ["NoError"]);
});

describe("the EWS double makes trouble when it is told to", () => {
  const troubles: [string, Parameters<EwsDouble["failNext"]>[0], number, string[], RegExp][] = [
    [
      "busy, with a pause",
      { code: "ErrorServerBusy", asFault: true, backOffMs: 5000 },
      500,
      ["ErrorServerBusy"],
      /BackOffMilliseconds">5000</,
    ],
    [
      "busy, in one response message",
      { code: "ErrorServerBusy", backOffMs: 7 },
      200,
      ["ErrorServerBusy"],
      /Class="Error"/,
    ],
    ["moving", { code: "ErrorMailboxMoveInProgress" }, 200, ["ErrorMailboxMoveInProgress"], /being moved/],
    ["full", { code: "ErrorQuotaExceeded" }, 200, ["ErrorQuotaExceeded"], /quota/],
    ["gone", { code: "ErrorNonExistentMailbox", asFault: true }, 500, ["ErrorNonExistentMailbox"], /Fault/],
    ["forbidden", { status: 403 }, 403, [], /^$/],
    ["too large", { status: 413 }, 413, [], /^$/],
    ["away", { status: 503, path: "GetFolder" }, 503, [], /^$/],
  ];
  for (const [what, trouble, status, codes, words] of troubles)
    test(what, async () => {
      ews.failNext(trouble);
      const seen = await ask(getFolder());
      assert.deepEqual([seen.status, seen.codes], [status, codes]);
      assert.match(seen.text, words);
      assert.deepEqual((await ask(getFolder())).codes, ["NoError"]);
    });

  test("an answer that ends in its middle, one that never ends, and one that nobody hears", async () => {
    ews.failNext({ half: true });
    await assert.rejects(ask(getFolder()));
    ews.failNext({ endless: true });
    await assert.rejects(ask(getFolder(), { signal: AbortSignal.timeout(300) }), /TimeoutError/);
    ews.failNext({ cutOff: true });
    await assert.rejects(ask(create(mail(1))));
    assert.equal(ews.sent.length, 1, "it was sent");
  });

  test("more requests at once than are allowed", async () => {
    ews.mostAtOnce = 2;
    ews.failNext({ delayMs: 1000, times: 2 });
    const slow = [ask(getFolder()), ask(getFolder())];
    await eventually(() => ews.mailbox(ann).atOnce === 2);
    assert.deepEqual((await ask(getFolder())).codes, ["ErrorExceededConnectionCount"]);
    assert.deepEqual(
      (await Promise.all(slow)).map(({ codes }) => codes[0]),
      ["NoError", "NoError"],
    );
    assert.equal(ews.mailbox(ann).mostAtOnce, 3);
  });
});

test("the EWS double refuses what is too large, no XML, a bomb, unknown, or newer than itself", async () => {
  const send = async (body: string) => {
    const authorization = `Basic ${Buffer.from(`${ann}:${password}`).toString("base64")}`;
    const response = await fetch(ews.url, { method: "POST", headers: { authorization }, body });
    return [response.status, /ResponseCode[^>]*>(\w+)/.exec(await response.text())?.[1]];
  };
  const bomb = `<!DOCTYPE a [<!ENTITY b "${"c".repeat(1000)}">]><a>&b;</a>`;
  for (const bad of ["", "no XML", "<a>", "<a></b>", "<a>&b;</a>", bomb, "<a>".repeat(100_000)])
    assert.deepEqual(await send(bad), [500, "ErrorSchemaValidation"]);
  assert.deepEqual((await ask("<m:GetRooms/>")).codes, ["ErrorSchemaValidation"]);
  ews.largestRequest = 100;
  assert.deepEqual(await send("x".repeat(101)), [413, undefined]);
  ews.largestRequest = 1e6;
  ews.version = "2010";
  assert.deepEqual((await ask(getFolder())).codes, ["ErrorInvalidServerVersion"]);
  const old = await ask(getFolder(), { version: "Exchange2010_SP2" });
  assert.match(old.text, /MajorVersion="14"/);
  assert.equal((await ask(getFolder(), { secret: "wrong" })).status, 401);
});
