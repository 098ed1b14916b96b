// What has to be true of the dashboard, each check with pages of its own: [name, function] in the order they run.
import assert from "node:assert/strict";
import { join } from "node:path";
import { openPage } from "./browser.mjs";

const WIDE = { width: 1440, height: 900, colorScheme: "dark" };
const LIGHT = { ...WIDE, colorScheme: "light" };
const PHONE = { width: 390, height: 844, colorScheme: "light" };
const CHART_ROWS = 'table[aria-label^="Chart of"] tbody tr';
const PARTITION_ROWS = 'table[aria-label^="Partitions of"] tbody tr';
const AS_OF = /as of \d{4}-\d{2}-\d{2} \d{2}:\d{2} UTC/;

export const checks = [
  ["the chart has the API's entries, ranks ascending, with as_of", chartIsTheApis],
  ["a category chosen on the page is in the address and filters the chart", categoryFilters],
  ["a deep link shows what it names, and the region is remembered", deepLinks],
  ["a click on a title opens the video, whose views are the API's", videoIsTheApis],
  ["the pipelines have the API's partitions and their ages move on", pipelinesAreLive],
  ["a title is opened with the keyboard alone", keyboardOpensVideo],
  ["colours change between light and dark", coloursChange],
  ["at 390 pixels no page is wider than the screen", phoneFits],
  ["an unknown region and an unknown video say code, request and retry", errorsAreTold],
];

async function json(origin, path) {
  const response = await fetch(origin + path);
  const answer = await response.json();
  assert.equal(answer.success, true, `${path} answers ${JSON.stringify(answer.error)}`);
  return answer.data;
}

/** The visit fails when the page logged an error or left its origin, whatever else it showed. */
async function visit({ browser, origin }, view, path, act) {
  const { page, faults, requests } = await openPage(browser, origin, view);
  try {
    await page.goto(origin + path);
    await act(page, requests);
    assert.deepEqual(faults, [], "the page logged errors or left its origin");
  } finally {
    await page.context().close();
  }
}

function shot(page, out, name) {
  return page.screenshot({ path: join(out, `${name}.png`) });
}

async function ranksShown(page) {
  await page.locator(CHART_ROWS).first().waitFor();
  const cells = await page.locator(`${CHART_ROWS} td:first-child data`).evaluateAll((data) => data.map(({ value }) => value));
  return cells.map((value) => (value === "" ? null : Number(value)));
}

async function firstRegion(origin) {
  const { regions } = await json(origin, "/v1/trending/regions");
  assert.ok(regions.length > 0, "the platform has no trending data; ingest some before this test");
  return regions[0];
}

/** The platform may ingest while we look: what the page and the API say is compared until it agrees. */
async function agrees(page, compare) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await compare();
    } catch (error) {
      if (attempt === 5) throw error;
      await page.reload();
    }
  }
}

async function chartIsTheApis(run) {
  const { region } = await firstRegion(run.origin);
  await visit(run, WIDE, "/", async (page) => {
    await agrees(page, async () => {
      const ranks = await ranksShown(page);
      const { entries } = await json(run.origin, `/v1/trending?region=${region}&limit=50`);
      assert.ok(entries.length > 0, "the API has no entries");
      assert.equal(new URL(page.url()).searchParams.get("region"), region);
      assert.deepEqual(ranks, entries.map(({ rank }) => rank));
      const known = ranks.filter((rank) => rank !== null);
      assert.deepEqual(known, known.toSorted((a, b) => a - b), "ranks are not ascending");
      const views = await page.locator(`${CHART_ROWS} td:nth-child(5) data`).evaluateAll((cells) => cells.map((cell) => cell.value));
      assert.deepEqual(views, entries.map((entry) => String(entry.views ?? "")));
    });
    assert.match(await page.locator("main").innerText(), AS_OF);
    await page.getByRole("list", { name: "Categories" }).getByRole("button").first().waitFor();
    await shot(page, run.out, "trending-dark");
  });
  await visit(run, LIGHT, "/", async (page) => {
    await ranksShown(page);
    await page.getByRole("list", { name: "Categories" }).getByRole("button").first().waitFor();
    await shot(page, run.out, "trending-light");
  });
}

async function categoryFilters(run) {
  const { region, categories } = await firstRegion(run.origin);
  const wanted = categories.find(({ category_id: id, category }) => id !== null && category !== null);
  assert.ok(wanted, "the region has no named category");
  await visit(run, WIDE, `/?region=${region}`, async (page) => {
    await ranksShown(page);
    await page.getByRole("combobox", { name: "Category" }).click();
    await page.getByRole("option", { name: wanted.category }).click();
    await page.waitForURL((url) => url.searchParams.get("category") === String(wanted.category_id));
    await page.waitForFunction(
      ([rows, name]) => {
        const cells = [...document.querySelectorAll(`${rows} td:nth-child(4)`)];
        return cells.length > 0 && cells.every((cell) => cell.textContent === name);
      },
      [CHART_ROWS, wanted.category],
    );
    await shot(page, run.out, "trending-category");
  });
}

async function deepLinks(run) {
  const { regions } = await json(run.origin, "/v1/trending/regions");
  const { region, categories } = regions.at(-1);
  const { category_id: id, category } = categories[0];
  await visit(run, WIDE, `/?region=${region}&category=${id}&sort=views`, async (page) => {
    await ranksShown(page);
    assert.equal(await page.getByRole("combobox", { name: "Category" }).innerText(), category);
    assert.equal(await page.locator('th[aria-sort="descending"]').innerText(), "Views");
    await page.goto(`${run.origin}/`);
    await page.waitForURL((url) => url.searchParams.get("region") === region);
  });
}

async function videoIsTheApis(run) {
  const { region } = await firstRegion(run.origin);
  await visit(run, WIDE, `/?region=${region}`, async (page) => {
    await ranksShown(page);
    const link = page.locator(`${CHART_ROWS} a`).first();
    const title = await link.innerText();
    await link.click();
    await page.waitForURL(/\/videos\//);
    const id = decodeURIComponent(new URL(page.url()).pathname.split("/").at(-1));
    await agrees(page, async () => {
      await page.locator('data[aria-label="Views"]').waitFor();
      const { video, days } = await json(run.origin, `/v1/videos/stats/${encodeURIComponent(id)}`);
      assert.equal(await page.getByRole("heading", { level: 1 }).innerText(), title);
      const shown = await page.locator('data[aria-label="Views"]').innerText();
      assert.equal(Number(shown.replaceAll(",", "")), video.views);
      assert.equal(await page.getByRole("table", { name: "Daily numbers" }).locator("tbody tr").count(), days.length);
    });
    assert.match(await page.locator("main").innerText(), AS_OF);
    await page.locator('[aria-label="Views by day"] svg .recharts-area').first().waitFor({ state: "attached" });
    await shot(page, run.out, "video-dark");
    const path = new URL(page.url()).pathname;
    await visit(run, LIGHT, path, async (light) => {
      await light.locator('[aria-label="Views by day"] svg .recharts-area').first().waitFor({ state: "attached" });
      await shot(light, run.out, "video-light");
    });
  });
}

async function pipelinesAreLive(run) {
  const { pipelines } = await json(run.origin, "/v1/pipelines");
  assert.ok(pipelines.length > 0, "the API reports no pipelines");
  await visit(run, WIDE, "/", async (page, requests) => {
    await page.getByRole("link", { name: "Pipelines" }).click();
    const rows = page.locator(PARTITION_ROWS);
    await rows.first().waitFor();
    assert.equal(await rows.count(), pipelines.length);
    const polls = () => requests.filter((url) => url.endsWith("/v1/pipelines")).length;
    const before = await page.locator("main").innerText();
    await page.waitForFunction((text) => document.querySelector("main")?.innerText !== text, before, { timeout: 10_000 });
    await page.waitForResponse((response) => response.url().endsWith("/v1/pipelines"));
    assert.ok(polls() >= 2, "the page asked once and did not refresh");
    await shot(page, run.out, "pipelines-dark");
  });
}

async function keyboardOpensVideo(run) {
  await visit(run, WIDE, "/", async (page) => {
    await ranksShown(page);
    const first = page.locator(`${CHART_ROWS} a`).first();
    for (let presses = 0; presses < 60; presses += 1) {
      if (await first.evaluate((link) => link === document.activeElement)) break;
      await page.keyboard.press("Tab");
    }
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/videos\//, { timeout: 5_000 });
  });
}

async function coloursChange(run) {
  await visit(run, WIDE, "/pipelines", async (page) => {
    const background = () => page.evaluate(() => window.getComputedStyle(document.body).backgroundColor);
    const dark = await background();
    await page.getByRole("button", { name: /Change to light/ }).click();
    await page.waitForFunction((before) => window.getComputedStyle(document.body).backgroundColor !== before, dark);
    await page.locator(PARTITION_ROWS).first().waitFor();
    await shot(page, run.out, "pipelines-light");
  });
}

async function phoneFits(run) {
  const { region } = await firstRegion(run.origin);
  const { entries } = await json(run.origin, `/v1/trending?region=${region}&limit=1`);
  const pages = [
    ["/", CHART_ROWS, "trending-phone"],
    [`/videos/${encodeURIComponent(entries[0].video_id)}`, 'data[aria-label="Views"]', "video-phone"],
    ["/pipelines", PARTITION_ROWS, "pipelines-phone"],
  ];
  for (const [path, awaited, name] of pages) {
    await visit(run, PHONE, path, async (page) => {
      await page.locator(awaited).first().waitFor();
      await shot(page, run.out, name);
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(width <= PHONE.width, `${path} is ${width} pixels wide`);
      const cut = await page.locator("table").evaluateAll((tables) => tables.filter((table) => table.scrollWidth > table.parentElement.clientWidth).length);
      assert.equal(cut, 0, `${path} has a table that is wider than its panel`);
    });
  }
}

/** The browser logs every 404 as an error, so these pages are judged by what they show only. */
async function errorsAreTold({ browser, origin, out }) {
  const { page } = await openPage(browser, origin, WIDE);
  for (const path of ["/?region=AQ", "/videos/nosuchvideo"]) {
    await page.goto(origin + path);
    const alert = page.getByRole("alert").first();
    await alert.waitFor();
    assert.match(await alert.innerText(), /NOT_FOUND[\s\S]*request_id \S+/);
    await alert.getByRole("button", { name: "Retry" }).waitFor();
  }
  await shot(page, out, "error");
  await page.context().close();
}
