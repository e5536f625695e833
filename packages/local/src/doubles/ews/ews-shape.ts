import { addressesOf, headerValue, splitMessage } from "../gmail/message-text.ts";
import { itemId } from "./ews-ids.ts";
import type { EwsItem, EwsMailbox } from "./ews-mailbox.ts";
import { at, element, escaped, textAt, textElement, type XmlElement } from "./xml.ts";

/** A property of a message, in the order of the schema (types.xsd: ItemType, MessageType). */
interface Property {
  readonly uri: string;
  /** Which shape has it unasked; none: it must be named. */
  readonly shape?: "Default" | "AllProperties";
  /** Only GetItem answers it. */
  readonly alone?: true;
  readonly write: (item: EwsItem, mailbox: EwsMailbox) => string;
}

const time = (ms: number) => new Date(ms).toISOString().replace(/\.\d+/, "");
const header = (item: EwsItem, name: string) => decodeBytes(headerValue(item.raw, name) ?? "");
/** Exchange decodes encoded words; the double knows UTF-8. */
const decodeBytes = (text: string) =>
  Buffer.from(text, "latin1")
    .toString("utf8")
    .replace(/=\?utf-8\?b\?([^?]*)\?=/gi, (_all, data: string) => Buffer.from(data, "base64").toString());
const optional = (name: string, text: string) => (text ? textElement(name, text) : "");
const mailboxes = (name: string, addresses: readonly string[]) =>
  addresses.length === 0 ? "" : element(name, addresses.map((one) => element("t:Mailbox", oneMailbox(one))).join(""));
const oneMailbox = (address: string) =>
  `${textElement("t:Name", address)}${textElement("t:EmailAddress", address)}<t:RoutingType>SMTP</t:RoutingType>`;
const people = (name: string, field: string) => (item: EwsItem) => mailboxes(name, addressesOf(header(item, field)));
const sender = (name: string, field: string) => (item: EwsItem) => {
  const [address] = addressesOf(header(item, field));
  return address ? element(name, element("t:Mailbox", oneMailbox(address))) : "";
};
/** Text of a body part that is not encoded; enough for tests of clients. */
const bodyText = ({ raw }: EwsItem) => {
  const { body } = splitMessage(raw);
  const isBase64 = /^base64$/i.test(headerValue(raw, "Content-Transfer-Encoding") ?? "");
  return (isBase64 ? Buffer.from(body.toString("latin1"), "base64") : body).toString("utf8", 0, 65_536);
};

const properties: readonly Property[] = [
  { uri: "item:ItemClass", shape: "AllProperties", write: () => "<t:ItemClass>IPM.Note</t:ItemClass>" },
  { uri: "item:Subject", shape: "Default", write: (item) => textElement("t:Subject", header(item, "Subject")) },
  {
    ...{ uri: "item:Body", shape: "AllProperties", alone: true },
    write: (item) => element("t:Body", escaped(bodyText(item)), { BodyType: "Text" }),
  },
  {
    ...{ uri: "item:DateTimeReceived", shape: "AllProperties" },
    write: ({ receivedAt }) => textElement("t:DateTimeReceived", time(receivedAt)),
  },
  { uri: "item:Size", shape: "AllProperties", write: ({ raw }) => textElement("t:Size", String(raw.length)) },
  {
    ...{ uri: "item:Categories", shape: "AllProperties" },
    write: ({ categories }) =>
      categories.length > 0
        ? element("t:Categories", categories.map((one) => textElement("t:String", one)).join(""))
        : "",
  },
  {
    ...{ uri: "item:InReplyTo", shape: "AllProperties" },
    write: (item) => optional("t:InReplyTo", header(item, "In-Reply-To")),
  },
  { uri: "item:IsDraft", shape: "AllProperties", write: ({ draft }) => textElement("t:IsDraft", String(draft)) },
  {
    ...{ uri: "item:InternetMessageHeaders", shape: "AllProperties", alone: true },
    write: ({ raw }) =>
      element(
        "t:InternetMessageHeaders",
        splitMessage(raw)
          .fields.map(({ name, value }) =>
            element("t:InternetMessageHeader", escaped(decodeBytes(value)), { HeaderName: name }),
          )
          .join(""),
      ),
  },
  {
    ...{ uri: "item:DateTimeSent", shape: "Default" },
    write: (item) => textElement("t:DateTimeSent", time(Date.parse(header(item, "Date")) || item.receivedAt)),
  },
  {
    ...{ uri: "item:DateTimeCreated", shape: "AllProperties" },
    write: ({ receivedAt }) => textElement("t:DateTimeCreated", time(receivedAt)),
  },
  {
    ...{ uri: "item:HasAttachments", shape: "Default" },
    write: ({ raw }) =>
      textElement(
        "t:HasAttachments",
        String(/^content-disposition: *attachment/im.test(raw.toString("latin1", 0, 1e6))),
      ),
  },
  { uri: "message:Sender", shape: "Default", write: sender("t:Sender", "From") },
  { uri: "message:ToRecipients", shape: "Default", alone: true, write: people("t:ToRecipients", "To") },
  { uri: "message:CcRecipients", shape: "Default", alone: true, write: people("t:CcRecipients", "Cc") },
  { uri: "message:BccRecipients", shape: "Default", alone: true, write: people("t:BccRecipients", "Bcc") },
  { uri: "message:From", shape: "Default", write: sender("t:From", "From") },
  {
    ...{ uri: "message:InternetMessageId", shape: "AllProperties" },
    write: (item) => optional("t:InternetMessageId", header(item, "Message-ID")),
  },
  { uri: "message:IsRead", shape: "Default", write: ({ isRead }) => textElement("t:IsRead", String(isRead)) },
  {
    ...{ uri: "message:References", shape: "AllProperties" },
    write: (item) => optional("t:References", header(item, "References")),
  },
];

/** What names an extended property, whatever the order of its attributes. */
export function extendedName({ attributes }: XmlElement): string {
  const { DistinguishedPropertySetId, PropertySetId, PropertyName, PropertyTag, PropertyId } = attributes;
  const tag = PropertyTag ? Number(PropertyTag) : undefined;
  return [DistinguishedPropertySetId ?? PropertySetId, PropertyName?.toLowerCase(), tag, PropertyId].join("|");
}

const transportHeaders = 0x00_7d;

/** The value of an extended property: one that was set, a header, or all headers. */
export function extendedValue(item: EwsItem, field: XmlElement): string | undefined {
  const { DistinguishedPropertySetId, PropertyName = "", PropertyTag } = field.attributes;
  if (PropertyTag && Number(PropertyTag) === transportHeaders)
    return splitMessage(item.raw)
      .fields.map(({ name, value }) => `${name}: ${value}\r\n`)
      .join("");
  if (DistinguishedPropertySetId === "InternetHeaders") return headerValue(item.raw, PropertyName);
  return item.extended[extendedName(field)];
}

/** The value that a search compares: of a property by its URI. */
export function fieldValue(item: EwsItem, mailbox: EwsMailbox, field: XmlElement): string | undefined {
  if (field.name === "ExtendedFieldURI") return extendedValue(item, field);
  const found = properties.find(({ uri }) => uri === field.attributes.FieldURI)?.write(item, mailbox);
  const text = found?.replace(/<[^>]+>/g, "");
  return text?.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll("&amp;", "&");
}

/** A message as a client asked to see it. `alone`: GetItem, which answers more than lists do; `mime` writes its MIME. */
export function shownItem(
  item: EwsItem,
  mailbox: EwsMailbox,
  shape: XmlElement | undefined,
  alone?: { readonly mime: (raw: Buffer) => Buffer },
): string {
  const base = textAt(shape, "BaseShape");
  const asked = at(shape, "AdditionalProperties")?.children ?? [];
  const uris = asked.map(({ attributes }) => attributes.FieldURI);
  const wantsMime = textAt(shape, "IncludeMimeContent") === "true" || uris.includes("item:MimeContent");
  const shows = ({ uri, shape: least, alone: only }: Property) =>
    (!only || alone) &&
    (uris.includes(uri) || base === "AllProperties" ? least !== undefined || uris.includes(uri) : base === least);
  const extended = asked
    .filter(({ name }) => name === "ExtendedFieldURI")
    .map((field) => {
      const value = extendedValue(item, field);
      const named = element("t:ExtendedFieldURI", "", field.attributes);
      return value === undefined ? "" : element("t:ExtendedProperty", named + textElement("t:Value", value));
    })
    .join("");
  const written = properties.filter(shows).map((one) => ({ uri: one.uri, text: one.write(item, mailbox) }));
  // In the schema extended properties stand between those of items and those of messages.
  const [ofItem, ofMessage] = ["item:", "message:"].map((start) =>
    written.flatMap(({ uri, text }) => (uri.startsWith(start) ? text : [])).join(""),
  );
  const mime = alone && wantsMime ? alone.mime(item.raw).toString("base64") : null;
  return element(
    "t:Message",
    [
      mime === null ? "" : `<t:MimeContent CharacterSet="UTF-8">${mime}</t:MimeContent>`,
      itemId(item),
      ofItem,
      extended,
      ofMessage,
    ].join(""),
  );
}
