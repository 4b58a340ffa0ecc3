import { formatElapsed, liveLine } from './progress-line.ts';

/** Tells whoever waits what is going on. Steps may overlap. */
export interface Progress {
  /** Runs `work` as a step with a title; `work` may say how far it is. */
  step<T>(title: string, work: (detail: (text: string) => void) => Promise<T>): Promise<T>;
  /** A line of its own. */
  note(text: string): void;
}

export interface ProgressOutput {
  readonly write: (text: string) => void;
  readonly isTerminal: boolean;
  readonly columns: () => number;
  readonly nowMs: () => number;
}

/** On a terminal the live line is drawn this often; elsewhere a lasting step's detail becomes a line that often. */
const LIVE_INTERVAL_MS = 200;
const PLAIN_INTERVAL_MS = 10_000;

interface Step {
  readonly title: string;
  readonly startedMs: number;
  detail: string;
  shown: string;
}

/**
 * Progress for people: on a terminal one line that is redrawn, elsewhere a line when a step begins, every 10 s while
 * its detail changes, and when it ends. Times are those since the step began.
 */
export function createProgress(output: ProgressOutput): Progress {
  const running = new Set<Step>();
  const clear = output.isTerminal ? '\r\u001b[2K' : '';
  let timer: NodeJS.Timeout | undefined;

  const elapsed = (step: Step): number => output.nowMs() - step.startedMs;
  const line = (text: string): void => {
    output.write(`${clear}${text}\n`);
  };
  const drawLive = (): void => {
    const steps = [...running].map((step) => ({ ...step, elapsedMs: elapsed(step) }));
    output.write(clear + liveLine(steps, output.columns()));
  };
  const drawPlain = (): void => {
    for (const step of running) {
      if (step.detail === step.shown) continue;
      step.shown = step.detail;
      line(`… ${step.title}: ${step.detail} (${formatElapsed(elapsed(step))})`);
    }
  };
  const begin = (step: Step): void => {
    running.add(step);
    if (!output.isTerminal) line(`→ ${step.title}`);
    timer ??= output.isTerminal ? setInterval(drawLive, LIVE_INTERVAL_MS) : setInterval(drawPlain, PLAIN_INTERVAL_MS);
    timer.unref();
  };
  const end = (step: Step, mark: string): void => {
    running.delete(step);
    line(`${mark} ${step.title} (${formatElapsed(elapsed(step))})`);
    if (running.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };

  return {
    async step(title, work) {
      const step: Step = { title, startedMs: output.nowMs(), detail: '', shown: '' };
      begin(step);
      try {
        const result = await work((text) => {
          step.detail = text;
        });
        end(step, '✓');
        return result;
      } catch (error) {
        end(step, '✗');
        throw error;
      }
    },
    note: line,
  };
}

/** Progress on this process' standard output. */
export function consoleProgress(stream: NodeJS.WriteStream): Progress {
  return createProgress({
    write: (text) => stream.write(text),
    isTerminal: stream.isTTY,
    columns: () => stream.columns,
    nowMs: () => performance.now(),
  });
}
