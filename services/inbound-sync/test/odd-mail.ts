import type { FakeMessage, ScriptedGmailMessage, ScriptedMessage } from "@mailfleet/local/testing";

/** A message with its UID as its subject. */
export const imapMail = (uid: number, more: Partial<FakeMessage> = {}): FakeMessage => ({
  uid,
  raw: `Message-ID: <${uid}@x>\r\nSubject: ${uid}\r\n\r\ntext ${uid}\r\n`,
  ...more,
});
export const imapMails = (...uids: number[]) => uids.map((uid) => imapMail(uid));

/** A message with its UIDL as its subject. */
export const popMail = (subject: string, more: Partial<ScriptedMessage> = {}): ScriptedMessage => ({
  raw: `Message-ID: <${subject}@x>\r\nSubject: ${subject}\r\n\r\ntext ${subject}\r\n`,
  uidl: subject,
  ...more,
});
export const popMails = (...subjects: string[]) => subjects.map((subject) => popMail(subject));

/** A message with its id as its subject. */
export const gmailMail = (id: string, more: Partial<ScriptedGmailMessage> = {}): ScriptedGmailMessage => ({
  id,
  raw: `Message-ID: <${id}@x>\r\nSubject: ${id}\r\n\r\ntext ${id}\r\n`,
  ...more,
});
export const gmailMails = (...ids: string[]) => ids.map((id) => gmailMail(id));

/** A message of so many bytes. */
export const bytesOf = (subject: string, bytes: number) => {
  const head = `Message-ID: <${subject}@x>\r\nSubject: ${subject}\r\n\r\n`;
  const line = `${"x".repeat(76)}\r\n`;
  return `${head}${line.repeat(Math.ceil(bytes / line.length))}`;
};
