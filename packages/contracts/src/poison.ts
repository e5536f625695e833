/**
 * Thrown by a handler: this message can never be handled, however often it comes. It goes to DEAD at once, with this
 * error's message as the reason.
 */
export class PoisonMessage extends Error {
  constructor(reason: string, options?: { cause?: unknown }) {
    super(reason, options);
    this.name = "PoisonMessage";
  }
}
