// Region, category, day, number of rows and search. Everything it changes is in the address.
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import type { Region } from "../api/resources";
import { categoryName, regionName } from "../format/names";
import { whole } from "../format/numbers";
import { Choice, type Option } from "../shell/Choice";
import { LIMITS } from "./filters";
import type { FilterControl } from "./useFilters";

interface FilterBarProps extends FilterControl {
  regions: Region[];
  days: string[];
}

export function FilterBar({ filters, change, regions, days }: FilterBarProps) {
  const region = regions.find((candidate) => candidate.region === filters.region);
  return (
    <Stack direction="row" role="search" aria-label="Filter the chart" sx={{ flexWrap: "wrap", gap: { xs: 1.5, sm: 1.25 } }}>
      <Choice
        label="Region"
        minWidth={165}
        value={filters.region ?? ""}
        options={regions.map((candidate) => ({ value: candidate.region, name: regionName(candidate.region), note: candidate.region }))}
        onChoose={(value) => { change({ region: value, categoryId: null, day: null }); }}
      />
      <Choice
        label="Category"
        minWidth={165}
        value={filters.categoryId === null ? "" : String(filters.categoryId)}
        options={categoryOptions(region)}
        onChoose={(value) => { change({ categoryId: value === "" ? null : Number(value) }); }}
      />
      <Choice
        label="Day"
        minWidth={125}
        value={filters.day ?? ""}
        options={[{ value: "", name: "Latest" }, ...days.toReversed().map((day) => ({ value: day, name: day }))]}
        onChoose={(day) => { change({ day: day === "" ? null : day }); }}
      />
      <Choice
        label="Rows"
        minWidth={80}
        value={String(filters.limit)}
        options={LIMITS.map((limit) => ({ value: String(limit), name: String(limit) }))}
        onChoose={(limit) => { change({ limit: Number(limit) }); }}
      />
      <TextField
        size="small"
        type="search"
        label="Search"
        placeholder="Title or channel"
        value={filters.search}
        onChange={(event) => { change({ search: event.target.value }); }}
        slotProps={{ inputLabel: { shrink: true } }}
        sx={{ minWidth: 165, bgcolor: "background.paper", borderRadius: 1, flex: { xs: 1, sm: "none" } }}
      />
    </Stack>
  );
}

function categoryOptions(region: Region | undefined): Option[] {
  const categories = (region?.categories ?? []).flatMap(({ category_id: id, category, entries }) =>
    id === null ? [] : [{ value: String(id), name: categoryName(category, id), note: whole(entries) }],
  );
  return [{ value: "", name: "All categories" }, ...categories];
}
