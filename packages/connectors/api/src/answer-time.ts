/** How long a server takes to answer to the content of a message, at present; unknown at first. */
export class AnswerTime {
  /** Milliseconds. */
  ms = Number.POSITIVE_INFINITY;

  /** One more answer, which took so many milliseconds. */
  note(took: number): void {
    this.ms = Number.isFinite(this.ms) ? this.ms * 0.8 + took * 0.2 : took;
  }

  /**
   * Whether the permission for the next message is asked while the one before is answered: if the answer comes about as
   * fast as the permission. Otherwise nothing is won by it, and a message may be permitted for long and not be on the wire.
   */
  get isQuick(): boolean {
    return this.ms < 50;
  }
}
