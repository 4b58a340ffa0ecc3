/** An answer within this time, whatever it is, means that images can be pulled. */
const PROBE_MS = 5_000;
const DOCKER_HUB = 'https://registry-1.docker.io/v2/';

/** Whether Docker Hub answers here. A refusal for want of a token (401) is its usual answer to a stranger. */
export async function isDockerHubReachable(): Promise<boolean> {
  try {
    const response = await fetch(DOCKER_HUB, { signal: AbortSignal.timeout(PROBE_MS) });
    return response.status === 200 || response.status === 401;
  } catch {
    return false; // no name, no route, no answer in time
  }
}
