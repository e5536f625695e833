/** What both workers do with a run. */
export {};
