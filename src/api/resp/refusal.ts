/**
 * A refusal is a reply that is thrown: what is wrong with the words of a command, in the text by which
 * programs know it.
 */
import { RespError } from '../../ring/resp/replies.ts';

export class Refusal extends Error {
  readonly reply: RespError;

  constructor(text: string) {
    super(text);
    this.reply = new RespError(text);
  }
}
