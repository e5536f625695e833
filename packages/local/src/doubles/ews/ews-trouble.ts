import type { ServerResponse } from "node:http";
import type { Trouble } from "../http/trouble.ts";
import type { EwsCode } from "./ews-errors.ts";

/** What goes wrong with the next requests; `path` may also be the name of an operation. */
export interface EwsTrouble extends Trouble {
  /** Every response message of the request fails with this code. */
  readonly code?: EwsCode;
  /** The whole request fails with `code`, by HTTP 500. */
  readonly asFault?: boolean;
  /** `BackOffMilliseconds` beside the code. */
  readonly backOffMs?: number;
  /** The request is carried out, and the connection ends in the middle of its answer. */
  readonly half?: boolean;
  /** The answer never ends: MIME content until the client goes. */
  readonly endless?: boolean;
}

/** Sends a message that has no end, as fast as it is read. */
export function sendEndless(response: ServerResponse): void {
  response.writeHead(200, { "content-type": "text/xml; charset=utf-8" });
  response.write(
    '<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><m:GetItemResponse xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages" xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types"><m:ResponseMessages><m:GetItemResponseMessage ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode><m:Items><t:Message><t:MimeContent CharacterSet="UTF-8">',
  );
  const chunk = Buffer.alloc(64 * 1024, "QUFB");
  const more = () => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on("drain", more);
  more();
}
