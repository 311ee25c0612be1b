/** Members of rings as processes of their own. */
import { Running } from './command.ts';

export interface MemberProcess {
  running: Running;
  /** `IP:port` of its first identity. */
  address: string;
}

/** Starts `ring serve` on a free port of loopback and waits until it is a member. */
export async function startMember(args: string[] = []): Promise<MemberProcess> {
  const running = new Running(['ring', 'serve', '--port', '0', '--json', ...args]);
  const listening = await running.event('listening');
  await running.event('joined');
  return { running, address: (listening['addresses'] as string[])[0] };
}

/** Starts members that join through the first, and waits until each has its backups. */
export async function startRing(count: number, k: number): Promise<MemberProcess[]> {
  const members = [await startMember(['--k', String(k)])];
  for (let i = 1; i < count; i++) {
    members.push(await startMember(['--k', String(k), '--join', members[0].address]));
  }
  const wanted = Math.min(k, count - 1);
  for (const { running } of members) {
    await running.event('status', ({ effectiveK }) => (effectiveK as number) >= wanted);
  }
  return members;
}

export async function endAll(members: readonly MemberProcess[]): Promise<void> {
  for (const { running } of members) running.process.kill('SIGKILL');
  await Promise.all(members.map(({ running }) => running.ended));
}
