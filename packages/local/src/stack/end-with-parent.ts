const SAME_KEY_PRESS_MS = 1000;

/**
 * Calls `stop` once, when this process is asked to end: SIGINT, SIGTERM, SIGHUP, or the process that started it has
 * gone (its IPC channel closed). Afterwards the process exits with `code` (0 by default). A second Ctrl-C does not
 * wait: the pipes to everything started close, and that ends them.
 */
export function endWithParent(stop: () => Promise<void>, code = 0): void {
  let stopping = false;
  let interruptedAt = 0;
  const end = () => {
    if (stopping) return;
    stopping = true;
    stop().then(
      () => process.exit(code),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  process.on("SIGINT", () => {
    // One Ctrl-C arrives twice: from the terminal, and passed on by the bootstrap.
    if (interruptedAt > 0 && performance.now() - interruptedAt > SAME_KEY_PRESS_MS) process.exit(130);
    interruptedAt ||= performance.now();
    end();
  });
  process.on("SIGTERM", end);
  process.on("SIGHUP", end);
  process.on("disconnect", end);
  // A listener for "disconnect" alone must not keep a finished task alive.
  process.channel?.unref();
}
