/** `node packages/page/src/main.ts <folder>`: builds the administrator's page into this folder, and says how large it is. */
import { buildPage } from "./build-page.ts";

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("usage: node packages/page/src/main.ts <folder>");
const { files } = await buildPage(folder);
const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`;
const sum = (name: "bytes" | "packedBytes") => files.reduce((all, file) => all + file[name], 0);
console.log(`the administrator's page: ${kilobytes(sum("bytes"))}, compressed ${kilobytes(sum("packedBytes"))}`);
