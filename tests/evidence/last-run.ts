/** Where `npm test` leaves what each of its tests did, for `npm run evidence -- --last-run`. */
export const LAST_RUN = '.out/last-run.json';
