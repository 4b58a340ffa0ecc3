/** The options of `flak verify`, as the command line gives them. */

export interface VerifyOptions {
  readonly user?: string;
  readonly write?: boolean;
  readonly propose?: string;
  readonly output?: 'json';
}
