// Drives the dashboard of a running platform in a real browser.
//
//   node e2e/run.mjs --url http://127.0.0.1:8080 [--out FOLDER] [--browser /usr/bin/chromium]
//
// Expects trending data of at least one region. Writes screenshots to FOLDER, one line per check to standard output,
// and ends with 0 when all pass, else 1.
import { mkdir } from "node:fs/promises";
import { parseArgs } from "node:util";
import { launch } from "./browser.mjs";
import { checks } from "./checks.mjs";

const { values } = parseArgs({
  options: {
    url: { type: "string" },
    out: { type: "string", default: "e2e-screenshots" },
    browser: { type: "string", default: "/usr/bin/chromium" },
  },
});

if (!values.url) {
  console.error("usage: node e2e/run.mjs --url http://127.0.0.1:8080 [--out FOLDER] [--browser PATH]");
  process.exit(2);
}

const origin = new URL(values.url).origin;
await mkdir(values.out, { recursive: true });
const browser = await launch(values.browser);
let failed = 0;
try {
  for (const [name, check] of checks) {
    const reason = await outcome(check);
    if (reason) failed += 1;
    console.log(reason ? `FAIL  ${name}\n      ${reason}` : `ok    ${name}`);
  }
} finally {
  await browser.close();
}
console.log(`${checks.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

async function outcome(check) {
  try {
    await check({ browser, origin, out: values.out });
    return null;
  } catch (error) {
    return (error instanceof Error ? error.message : String(error)).split("\n").slice(0, 6).join("\n      ");
  }
}
