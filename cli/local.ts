/** Whether a command is one of local mode, and how it begins: by what the kernel needs time for. */

/** First words of the command lines that `runLocal` takes. */
export function isLocal(word: string | undefined): boolean {
  return word === 'record' || word === 'verify';
}

export async function runLocal(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> {
  const isCommand = args[0] === 'record' && args.includes('--');
  const preload = isCommand ? (await import('../tracer/local/preload.ts')).preloadLedger() : undefined;
  const { runLocalCommand } = await import('./local-commands.ts');
  return runLocalCommand(args, environment, preload);
}
