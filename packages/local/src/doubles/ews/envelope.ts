import { type EwsCode, wordsOf } from "./ews-errors.ts";
import type { EwsVersion } from "./ews-versions.ts";
import { element, textElement } from "./xml.ts";

const base = "http://schemas.microsoft.com/exchange/services/2006";

/** A whole answer around its body. */
export function envelope(version: EwsVersion, body: string): string {
  const [major, minor, build, revision] = version.build;
  const info = element("h:ServerVersionInfo", "", {
    ...{ MajorVersion: major, MinorVersion: minor, MajorBuildNumber: build, MinorBuildNumber: revision },
    ...{ Version: version.schema, "xmlns:h": `${base}/types` },
  });
  return `<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header>${info}</s:Header><s:Body xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema">${body}</s:Body></s:Envelope>`;
}

/** The answer of an operation: one response message for each thing that was asked for. */
export function answerOf(operation: string, messages: readonly string[]): string {
  return element(`m:${operation}Response`, element("m:ResponseMessages", messages.join("")), {
    "xmlns:m": `${base}/messages`,
    "xmlns:t": `${base}/types`,
  });
}

/** One thing that went well. */
export const success = (operation: string, content: string): string =>
  element(`m:${operation}ResponseMessage`, `<m:ResponseCode>NoError</m:ResponseCode>${content}`, {
    ResponseClass: "Success",
  });

/** One thing that did not. */
export function failure(operation: string, code: EwsCode, backOffMs?: number, rest = ""): string {
  const content = [
    textElement("m:MessageText", wordsOf(code)),
    textElement("m:ResponseCode", code),
    "<m:DescriptiveLinkKey>0</m:DescriptiveLinkKey>",
    backOff(backOffMs, "m"),
    rest,
  ];
  return element(`m:${operation}ResponseMessage`, content.join(""), { ResponseClass: "Error" });
}

/** The whole request failed; goes with HTTP 500. */
export function fault(code: EwsCode, backOffMs?: number, text = wordsOf(code)): string {
  const detail = [
    `<e:ResponseCode xmlns:e="${base}/errors">${code}</e:ResponseCode>`,
    element("e:Message", text, { "xmlns:e": `${base}/errors` }),
    backOff(backOffMs, "t"),
  ];
  return `<s:Fault><faultcode xmlns:a="${base}/types">a:${code}</faultcode><faultstring xml:lang="en-US">${text}</faultstring><detail>${detail.join("")}</detail></s:Fault>`;
}

const backOff = (ms: number | undefined, prefix: "m" | "t") =>
  ms === undefined
    ? ""
    : element(`${prefix}:MessageXml`, element("t:Value", String(ms), { Name: "BackOffMilliseconds" }), {
        "xmlns:t": `${base}/types`,
      });
