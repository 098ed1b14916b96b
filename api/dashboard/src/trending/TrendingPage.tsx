// What trends in a region: the chart, what stands out in it, and which categories its views go to.
import Box from "@mui/material/Box";
import Stack from "@mui/material/Stack";
import type { Answer } from "../api/envelope";
import { useTrending, useTrendingRegions, useTrends } from "../api/queries";
import type { Chart } from "../api/resources";
import { regionName } from "../format/names";
import { plural } from "../format/numbers";
import { Answered } from "../shell/Answered";
import { PageHeader } from "../shell/PageHeader";
import { EmptyPanel } from "../shell/states";
import { Panel } from "../shell/Panel";
import { CategoryShare } from "./CategoryShare";
import { matchingSearch, ordered } from "./chart";
import { ChartTable } from "./ChartTable";
import { FilterBar } from "./FilterBar";
import { Highlights } from "./Highlights";
import { daysOf } from "./shares";
import { type FilterControl, useFilters } from "./useFilters";

const TREND_DAYS = 28;

export default function TrendingPage() {
  const regions = useTrendingRegions();
  const control = useFilters(regions.data?.data.regions);
  const { region } = control.filters;
  const trends = useTrends(region === null ? null : { region, days: TREND_DAYS });
  const known = regions.data?.data.regions ?? [];
  return (
    <Stack spacing={2}>
      <Stack direction={{ xs: "column", lg: "row" }} sx={{ gap: 2, justifyContent: "space-between", alignItems: { lg: "flex-end" } }}>
        <PageHeader title="Trending">{subtitle(control)}</PageHeader>
        {known.length > 0 && <FilterBar regions={known} days={trends.data ? daysOf(trends.data.data) : []} {...control} />}
      </Stack>
      <Answered query={regions} loading="Loading the regions">
        {() => (known.length === 0 ? <NothingYet /> : <RegionChart trends={trends} control={control} />)}
      </Answered>
    </Stack>
  );
}

function subtitle({ filters: { region, day } }: FilterControl): string {
  const where = region === null ? "YouTube's charts" : `YouTube's chart · ${regionName(region)}`;
  return `${where} · ${day ?? "latest observed day"}`;
}

function RegionChart({ trends, control }: { trends: ReturnType<typeof useTrends>; control: FilterControl }) {
  const { filters, change } = control;
  const { region, categoryId, day, limit } = filters;
  const chart = useTrending(region === null ? null : { region, category_id: categoryId, day, limit });
  return (
      <Box sx={{ display: "grid", gap: 2, alignItems: "start", gridTemplateColumns: { xs: "minmax(0,1fr)", lg: "minmax(0,1fr) 360px" } }}>
        <Answered query={chart} loading="Loading the chart">
          {(answer) => <ChartPanels answer={answer} control={control} />}
        </Answered>
        {!chart.isError && (
          <Answered query={trends} loading="Loading the categories">
            {({ data, asOf }) => (
              <CategoryShare trends={data} asOf={asOf} day={day} categoryId={categoryId} onCategory={(chosen) => { change({ categoryId: chosen }); }} />
            )}
          </Answered>
        )}
      </Box>
  );
}

function ChartPanels({ answer: { data, asOf }, control: { filters, change } }: { answer: Answer<Chart>; control: FilterControl }) {
  const entries = ordered(matchingSearch(data.entries, filters.search), filters.sort);
  if (data.entries.length === 0) {
    return (
      <EmptyPanel title="No entries match these filters" command="ytempire ingest trending FILE...">
        Choose another category or day, or feed the day that is missing:
      </EmptyPanel>
    );
  }
  return (
    <Stack spacing={2}>
      <Highlights entries={data.entries} asOf={asOf} />
      <Panel title={`${regionName(data.region)}, ${data.day}`} asOf={asOf} note={plural(entries.length, "video")}>
        <ChartTable label={`Chart of ${regionName(data.region)} on ${data.day}`} entries={entries} sort={filters.sort} onSort={(sort) => { change({ sort }); }} />
      </Panel>
    </Stack>
  );
}

function NothingYet() {
  return (
    <EmptyPanel title="No chart has been ingested yet" command="ytempire ingest trending FILE...">
      Feed it YouTube trending exports (.csv or .csv.gz). This page shows them as soon as they are in.
    </EmptyPanel>
  );
}
