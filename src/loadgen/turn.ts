/**
 * A turn of this thread's event loop in which something comes in: from the first that its polls return until all that they
 * returned has been taken up.
 */
export class Turn {
  /** Turns that have ended: the number of the one under way. */
  ended = 0;
  #underWay = false;
  readonly #last: () => void;

  /** `last`: takes up what was only kept until then. */
  constructor(last: () => void = () => undefined) {
    this.#last = last;
  }

  /** Something comes in. */
  begin(): void {
    if (this.#underWay) return;
    this.#underWay = true;
    setImmediate(this.#end);
  }

  readonly #end = (): void => {
    this.#last();
    this.#underWay = false;
    this.ended++;
  };
}
