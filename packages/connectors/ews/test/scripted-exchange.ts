import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A message of the inbox. */
export interface Item {
  readonly id: string;
  readonly receivedAt: string;
  readonly mime: string;
  readonly draft?: boolean;
}

/** What was asked, as it came. */
export interface Asked {
  readonly operation: string;
  readonly body: string;
  readonly headers: IncomingMessage["headers"];
}

/** What an operation answers instead of what it would: once. */
export interface Instead {
  readonly operation: string;
  readonly status?: number;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The whole answer. */
  readonly body?: string;
  /** A response message with this code. */
  readonly code?: string;
  /** The MIME of a message in base64, made while it is sent. */
  readonly mime?: { readonly piece: Buffer; readonly times: number };
  /** Ends the connection once the request was read. */
  readonly cutOff?: true;
}

const account = `Basic ${Buffer.from("jane@example.org:right").toString("base64")}`;
/** `null`: signed in. Else what it offers. */
const byBasic = ({ headers }: IncomingMessage): readonly string[] | null =>
  headers.authorization === account ? null : ['Basic realm="a, b"'];
const namespaces =
  'xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages" xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types"';
const envelope = (body: string, version = 'MajorVersion="15" MinorVersion="2" MajorBuildNumber="1544"') =>
  `<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" ${namespaces}><s:Header><t:ServerVersionInfo ${version}/></s:Header><s:Body>${body}</s:Body></s:Envelope>`;

/** A fault of a whole request, which Exchange answers with 500 (MS-OXWSCDATA §2.2.4.29). */
export const fault = (code: string, text: string, more = "") =>
  envelope(
    `<s:Fault><faultcode>a:${code}</faultcode><faultstring>${text}</faultstring><detail><e:ResponseCode xmlns:e="x">${code}</e:ResponseCode>${more}</detail></s:Fault>`,
  );

const answer = (operation: string, content: string, code = "NoError") =>
  envelope(
    `<m:${operation}Response><m:ResponseMessages><m:${operation}ResponseMessage ResponseClass="${code === "NoError" ? "Success" : "Error"}">` +
      `${code === "NoError" ? "" : "<m:MessageText>In its own words.</m:MessageText>"}<m:ResponseCode>${code}</m:ResponseCode>${content}` +
      `</m:${operation}ResponseMessage></m:ResponseMessages></m:${operation}Response>`,
  );

/** Exchange as far as tests of single answers need it: one mailbox, Basic, states of changes that count. */
export async function startScriptedExchange(judge = byBasic) {
  const inbox: Item[] = [];
  const asked: Asked[] = [];
  const sent: { readonly mime: string; readonly disposition: string }[] = [];
  const instead: Instead[] = [];
  /** Items in a page, and whether it is a version that is too old. */
  const settings = { page: 512, oldVersion: false };

  const facts = ({ id, receivedAt, draft }: Item) =>
    `<t:ItemId Id="${id}" ChangeKey="k"/><t:DateTimeReceived>${receivedAt}</t:DateTimeReceived><t:IsDraft>${draft === true}</t:IsDraft>`;
  const listed = (item: Item) => `<t:Create><t:Message>${facts(item)}</t:Message></t:Create>`;

  const operations: Readonly<Record<string, (body: string) => string>> = {
    GetFolder: () =>
      answer("GetFolder", `<m:Folders><t:Folder><t:TotalCount>${inbox.length}</t:TotalCount></t:Folder></m:Folders>`),
    SyncFolderItems(body) {
      const [, state] = /<m:SyncState>(.*?)<\/m:SyncState>/.exec(body) ?? [];
      if (state !== undefined && !/^state-\d+-x*$/.test(state))
        return answer("SyncFolderItems", "", "ErrorInvalidSyncStateData");
      const from = Number(state?.split("-")[1] ?? 0);
      const to = Math.min(inbox.length, from + settings.page);
      // The newest come first in a page, as at Exchange.
      const changes = inbox.slice(from, to).reverse().map(listed).join("");
      return answer(
        "SyncFolderItems",
        `<m:SyncState>state-${to}-${"x".repeat(150_000)}</m:SyncState><m:IncludesLastItemInRange>${to === inbox.length}</m:IncludesLastItemInRange><m:Changes>${changes}</m:Changes>`,
      );
    },
    GetItem(body) {
      const [, id] = /ItemId Id="(.*?)"/.exec(body) ?? [];
      const item = inbox.find((one) => one.id === id);
      if (!item) return answer("GetItem", "<m:Items/>", "ErrorItemNotFound");
      const mime = Buffer.from(item.mime).toString("base64").replace(/.{76}/g, "$&\r\n");
      return answer(
        "GetItem",
        `<m:Items><t:Message><t:MimeContent>${mime}</t:MimeContent>${facts(item)}</t:Message></m:Items>`,
      );
    },
    CreateItem(body) {
      const [, disposition = ""] = /MessageDisposition="(\w+)"/.exec(body) ?? [];
      const [, mime = ""] = /<t:MimeContent[^>]*>([^<]*)</.exec(body) ?? [];
      sent.push({ disposition, mime: Buffer.from(mime, "base64").toString() });
      return answer("CreateItem", "<m:Items/>");
    },
    FindItem(body) {
      if (body.includes('Id="inbox"')) {
        const from = Number(/Offset="(\d+)"/.exec(body)?.[1]);
        const items = inbox.slice(from, from + 1000).map((item) => `<t:Message>${facts(item)}</t:Message>`);
        const range = `TotalItemsInView="${inbox.length}" IncludesLastItemInRange="${from + 1000 >= inbox.length}"`;
        return answer("FindItem", `<m:RootFolder ${range}><t:Items>${items.join("")}</t:Items></m:RootFolder>`);
      }
      const [, value = ""] = /Constant Value="(.*?)"/.exec(body) ?? [];
      const wanted = value.replaceAll("&#60;", "<").replaceAll("&#62;", ">");
      const found = sent.filter(({ mime }) => mime.includes(wanted));
      const items = found.map(({ mime }) => {
        const [, mark] = /^X-Mailfleet-Send: (.*)\r$/m.exec(mime) ?? [];
        const property = mark ? `<t:ExtendedProperty><t:Value>${mark}</t:Value></t:ExtendedProperty>` : "";
        return `<t:Message><t:ItemId Id="s"/>${property}</t:Message>`;
      });
      return answer("FindItem", `<m:RootFolder><t:Items>${items.join("")}</t:Items></m:RootFolder>`);
    },
  };

  async function handle(request: IncomingMessage, response: ServerResponse) {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const body = Buffer.concat(pieces).toString();
    const [, operation = "none"] = /<s:Body><m:(\w+)/.exec(body) ?? [];
    asked.push({ operation, body, headers: request.headers });
    const xml = { "content-type": "text/xml; charset=utf-8" };
    const challenges = judge(request);
    if (challenges) {
      response.writeHead(401, { "www-authenticate": [...challenges] }).end();
      return;
    }
    const found = instead.findIndex((one) => one.operation === operation);
    const [trouble] = found >= 0 ? instead.splice(found, 1) : [];
    if (trouble?.cutOff) {
      operations[operation]?.(body);
      response.destroy();
      return;
    }
    if (trouble?.mime) {
      const { piece, times } = trouble.mime;
      const content = "<m:Items><t:Message><t:MimeContent>|</t:MimeContent></t:Message></m:Items>";
      const [head, tail] = answer("GetItem", content).split("|");
      response.writeHead(200, xml).write(head);
      for (let count = 0; count < times; count += 1) if (!response.write(piece)) await once(response, "drain");
      response.end(tail);
      return;
    }
    if (trouble) {
      const text = trouble.body ?? answer(operation, "", trouble.code);
      response
        .writeHead(trouble.status ?? 200, {
          ...xml,
          ...(trouble.type && { "content-type": trouble.type }),
          ...trouble.headers,
        })
        .end(text);
      return;
    }
    const said = operations[operation]?.(body) ?? fault("ErrorInvalidRequest", "what?");
    response
      .writeHead(200, xml)
      .end(settings.oldVersion ? said.replace('MajorVersion="15"', 'MajorVersion="14"') : said);
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error) => response.destroy(error));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    ...{ inbox, asked, sent, settings },
    /** What the next request of an operation is answered. */
    next: (...troubles: Instead[]) => void instead.push(...troubles),
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
export type ScriptedExchange = Awaited<ReturnType<typeof startScriptedExchange>>;
