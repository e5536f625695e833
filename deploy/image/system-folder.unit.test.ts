import assert from "node:assert/strict";
import { test } from "node:test";
import { librariesOf } from "./system-folder.ts";

const said = `	linux-vdso.so.1 (0x00007ffd)
	libm.so.6 => /lib64/libm.so.6 (0x00007f01)
	libc.so.6 => /lib64/libc.so.6 (0x00007f02)
	/lib64/ld-linux-x86-64.so.2 (0x00007f03)
`;
const linked = ["/lib64/libm.so.6", "/lib64/libc.so.6", "/lib64/ld-linux-x86-64.so.2"];

test("a C library that opens its resolvers by name brings them along", () => {
  assert.deepEqual(
    librariesOf(said, () => true),
    [...linked, "/lib64/libnss_files.so.2", "/lib64/libnss_dns.so.2", "/lib64/libresolv.so.2"],
  );
});

test("what is not there, or is linked anyway, is not copied on top", () => {
  assert.deepEqual(
    librariesOf(said, () => false),
    linked,
  );
  const twice = `${said}	libresolv.so.2 => /lib64/libresolv.so.2 (0x00007f04)\n`;
  assert.deepEqual(
    librariesOf(twice, (path) => path.includes("resolv")),
    [...linked, "/lib64/libresolv.so.2"],
  );
});
