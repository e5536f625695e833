/** Clocks of MongoDB and NATS less ours in seconds, and what is made of them. */
export const clockCases: readonly (readonly [
  what: string,
  mongodb: number,
  nats: number,
  level: "ok" | "warn" | "fail",
  text: RegExp,
])[] = [
  ["the same", 0, 0, "ok", /^The clocks of MongoDB and NATS differ by less than 5 s\.$/],
  ["a little", 4.9, -4.9, "ok", /less than 5 s/],
  ["the database ahead", 6, 0, "warn", /^The clock of MongoDB is 6 s ahead of this process\.$/],
  ["NATS behind", 1, -12.34, "warn", /^The clock of NATS is 12\.3 s behind this process\.$/],
  ["the worse one is named", 61, -90, "fail", /NATS is 90 s behind/],
  ["more than a minute", 60.1, 0, "fail", /MongoDB is 60\.1 s ahead of/],
  ["not quite a minute", -60, 0, "warn", /MongoDB is 60 s behind/],
];
