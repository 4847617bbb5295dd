/** Whole microseconds, as kept, in milliseconds, as told. */
export function milliseconds(microseconds: number | null): number | null {
  return microseconds === null ? null : microseconds / 1000;
}

/** Milliseconds to the microsecond, so that a computed figure has no more digits than a measured one. */
export function toMicrosecond(milliseconds: number | null): number | null {
  return milliseconds === null ? null : Math.round(milliseconds * 1000) / 1000;
}
