// Names that the platform may not know, and what a reader sees then.

const REGIONS = new Intl.DisplayNames(["en"], { type: "region", fallback: "code" });

export function regionName(code: string): string {
  try {
    return REGIONS.of(code) ?? code;
  } catch {
    return code; // not shaped like a region code; show what the source says
  }
}

export function categoryName(category: string | null, id: number | null): string {
  if (category !== null) return category;
  return id === null || id === 0 ? "Unknown category" : `Category ${id}`;
}

export function videoTitle(title: string | null, videoId: string): string {
  return title === null || title.trim() === "" ? `Untitled video ${videoId}` : title;
}
