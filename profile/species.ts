/**
 * How many calls are still missing, estimated from how many contributors have seen each: the question of how many
 * species a survey has missed, with contributors as samples and calls as species.
 *
 * Chao2, its variance and its 95 % interval: A. Chao, "Estimating the population size for capture-recapture data with
 * unequal catchability", Biometrics 43 (1987), 783-791, in the forms of R. K. Colwell, "EstimateS User's Guide",
 * Appendix B ("Chao 2"), which has one for each case of Q1 (calls that one contributor saw) and Q2 (that two saw).
 */

/** Standard normal quantile of a two-sided 95 % interval. */
const Z = 1.96;

export interface Incidence {
  /** Contributors: the samples. */
  readonly samples: number;
  /** For each call seen, by how many contributors: at least 1. A lower bound will do; it errs to the careful side. */
  readonly counts: readonly number[];
}

export interface MissingEstimate {
  /** The estimate of how many calls no contributor has shown. */
  readonly missing: number;
  /** Upper end of its 95 % interval. */
  readonly upper95: number;
}

/** Both infinite where there is nothing to estimate from. */
export function estimateMissing({ samples, counts }: Incidence): MissingEstimate {
  const observed = counts.length;
  if (samples < 2 || observed === 0) return { missing: Infinity, upper95: Infinity };
  const uniques = counts.filter((count) => count === 1).length;
  const seenTwice = counts.filter((count) => count === 2).length;
  if (uniques === 0) return { missing: 0, upper95: upperWithoutUniques(counts) };
  // One unique and nothing seen twice would make estimate and interval 0, as if it were certain: taken for Q2 = 1.
  const duplicates = uniques === 1 ? Math.max(1, seenTwice) : seenTwice;
  const a = (samples - 1) / samples;
  const missing = duplicates > 0 ? (a * uniques ** 2) / (2 * duplicates) : (a * uniques * (uniques - 1)) / 2;
  const variance =
    duplicates > 0
      ? varianceWithDuplicates(uniques, duplicates, a)
      : varianceWithoutDuplicates(uniques, a, observed + missing);
  return { missing, upper95: missing * Math.exp(Z * Math.sqrt(Math.log(1 + variance / missing ** 2))) };
}

function varianceWithDuplicates(uniques: number, duplicates: number, a: number): number {
  const ratio = uniques / duplicates;
  return duplicates * ((a / 2) * ratio ** 2 + a ** 2 * ratio ** 3 + (a ** 2 / 4) * ratio ** 4);
}

function varianceWithoutDuplicates(uniques: number, a: number, richness: number): number {
  return (
    (a * uniques * (uniques - 1)) / 2 +
    (a ** 2 * uniques * (2 * uniques - 1) ** 2) / 4 -
    (a ** 2 * uniques ** 4) / (4 * richness)
  );
}

/** Where nothing is estimated to be missing: from how often, on average, what was seen has been seen. */
function upperWithoutUniques(counts: readonly number[]): number {
  const observed = counts.length;
  const unseen = Math.exp(-counts.reduce((sum, count) => sum + count, 0) / observed);
  return (observed * unseen) / (1 - unseen) + Z * Math.sqrt((observed * unseen) / (1 - unseen));
}
