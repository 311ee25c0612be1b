/** `ringlight mainline ping`: is a node there, who is it, how far away? */
import { type Console, milliseconds } from '../console.ts';
import { endpointText, type NodeOptions, openNode } from './node-options.ts';

export interface PingOptions extends NodeOptions {
  timeout: number;
}

export async function ping(address: string, options: PingOptions, console: Console): Promise<void> {
  const node = await openNode({ ...options, bootstrap: false }, { readOnly: true });
  try {
    const { id, host, port, rttMs, version } = await node.ping(address, {
      timeoutMs: options.timeout,
    });
    console.emit('pong', { id, host, port, rttMs, version });
    console.say(
      `${id}  ${endpointText(host, port)}  ${milliseconds(rttMs)}  ${versionText(version)}`.trimEnd(),
    );
  } finally {
    await node.close();
  }
}

/** BEP 20 `v`: two letters for the program, then usually its version as two bytes. */
function versionText(version: string): string {
  if (version.length !== 4) return JSON.stringify(version).slice(1, -1);
  const [program, major, minor] = [
    version.slice(0, 2),
    version.charCodeAt(2),
    version.charCodeAt(3),
  ];
  return /^[ -~]{4}$/.test(version) ? version : `${program} ${major}.${minor}`;
}
