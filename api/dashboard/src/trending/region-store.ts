// Remembers the region that was looked at last, for a visit whose address names none.
import { create } from "zustand";
import { persist } from "zustand/middleware";

interface RegionMemory {
  region: string | null;
  remember: (region: string) => void;
}

export const useRegionMemory = create<RegionMemory>()(
  persist(
    (set) => ({
      region: null,
      remember: (region) => { set({ region }); },
    }),
    { name: "ytempire.region", version: 1 },
  ),
);
