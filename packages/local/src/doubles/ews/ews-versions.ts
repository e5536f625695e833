/** What a server says of its own version. */
export interface EwsVersion {
  readonly build: readonly [number, number, number, number];
  readonly schema: string;
}

/** Versions that the double can play (Exchange Server build numbers and release dates). */
export const ewsVersions = {
  "2010": { build: [14, 3, 513, 0], schema: "Exchange2010_SP2" },
  "2013": { build: [15, 0, 1497, 48], schema: "V2_23" },
  "2016": { build: [15, 1, 2507, 39], schema: "V2017_07_11" },
  "2019": { build: [15, 2, 1544, 11], schema: "V2017_07_11" },
  SE: { build: [15, 2, 2562, 17], schema: "V2017_07_11" },
} as const satisfies Readonly<Record<string, EwsVersion>>;

/** `RequestServerVersion` in the order of their age; a server refuses those that came after it. */
const requestVersions = [
  "Exchange2007",
  "Exchange2007_SP1",
  "Exchange2010",
  "Exchange2010_SP1",
  "Exchange2010_SP2",
  "Exchange2013",
  "Exchange2013_SP1",
  "Exchange2015",
  "Exchange2016",
  "V2015_10_05",
  "V2016_01_06",
  "V2016_04_13",
  "V2016_07_13",
  "V2016_10_10",
  "V2017_01_07",
  "V2017_04_14",
  "V2017_07_11",
];
const newest: Readonly<Record<string, string>> = { "14": "Exchange2010_SP2", "15.0": "Exchange2013_SP1" };

/** Whether a server of this version speaks the version that a request names. */
export function speaks({ build: [major, minor] }: EwsVersion, requested: string): boolean {
  const limit = newest[String(major)] ?? newest[`${major}.${minor}`] ?? "V2017_07_11";
  const place = requestVersions.indexOf(requested);
  return place >= 0 && place <= requestVersions.indexOf(limit);
}
