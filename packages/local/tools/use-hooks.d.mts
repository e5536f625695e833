/** See `use-hooks.mjs`: plain JavaScript, because the bootstrap runs it. */
export function useHooks(root: string, env: NodeJS.ProcessEnv): string | null;
