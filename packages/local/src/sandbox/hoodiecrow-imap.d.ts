declare module "hoodiecrow-imap" {
  import type { Server } from "node:net";

  /** What a command handler is given of one connection. */
  export interface HoodiecrowConnection {
    server: Hoodiecrow;
    state: string;
    socket: import("node:net").Socket;
    /** Takes the client's next line instead of the parser, e.g. in IDLE. */
    inputHandler?: false | ((line: string) => void);
    _notificationCallback: (...arguments_: unknown[]) => void;
    send(response: unknown, description: string, parsed: unknown, data: unknown): void;
  }
  export interface HoodiecrowCommand {
    tag: string;
    attributes?: { type: string; value: string }[];
  }
  /** The IMAP server, as far as the sandbox uses it. */
  export interface Hoodiecrow {
    server: Server;
    users: Record<string, { password: string }>;
    on(event: "notify", listener: (...arguments_: unknown[]) => void): void;
    removeListener(event: "notify", listener: (...arguments_: unknown[]) => void): void;
    setMaxListeners(count: number): void;
    readonly connectionHandlers: ((connection: HoodiecrowConnection) => void)[];
    createClient(socket: import("node:net").Socket): void;
    setCommandHandler(
      command: string,
      handler: (connection: HoodiecrowConnection, parsed: HoodiecrowCommand, data: unknown, done: () => void) => void,
    ): void;
    getMailbox(path: string): { messages: { raw: string; uid: number }[] };
    appendMessage(mailbox: string, flags: string[], receivedAt: Date, raw: string): unknown;
  }
  export interface HoodiecrowOptions {
    plugins?: string[];
    users?: Record<string, { password: string }>;
    storage?: Record<string, unknown>;
  }
  const hoodiecrow: (options: HoodiecrowOptions) => Hoodiecrow;
  // biome-ignore lint/style/noDefaultExport: this is how the package exports itself.
  export default hoodiecrow;
}
