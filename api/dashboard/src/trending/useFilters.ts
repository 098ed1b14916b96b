// The filters in the address, completed with a region: the address's, else the remembered one, else the first there is.
// A region that comes from the address is remembered; one that does not is written into it, so every view can be linked.
import { useEffect } from "react";
import { useSearchParams } from "react-router";
import type { Region } from "../api/resources";
import { type Filters, readFilters, writeFilters } from "./filters";
import { useRegionMemory } from "./region-store";

export interface FilterControl {
  filters: Filters;
  change: (part: Partial<Filters>) => void;
}

export function useFilters(regions: Region[] | undefined): FilterControl {
  const [address, setAddress] = useSearchParams();
  const memory = useRegionMemory();
  const asked = readFilters(address);
  const region = asked.region ?? defaultRegion(regions, memory.region);
  const filters = { ...asked, region };

  useEffect(() => {
    if (asked.region !== null) memory.remember(asked.region);
    else if (region !== null) setAddress(writeFilters({ ...asked, region }), { replace: true });
    // eslint-disable-next-line react-hooks/exhaustive-deps -- only a change of region is to be written or remembered
  }, [asked.region, region]);

  return {
    filters,
    change: (part) => { setAddress(writeFilters({ ...filters, ...part }), { replace: part.search !== undefined }); },
  };
}

function defaultRegion(regions: Region[] | undefined, remembered: string | null): string | null {
  if (!regions) return null;
  return regions.find(({ region }) => region === remembered)?.region ?? regions[0]?.region ?? null;
}
