import { headersFor, type Packing, type RequestBody, type RequestSource, whole } from '../request.ts';
import { idDigits } from '../template.ts';
import type { VariableBody } from '../variable-body.ts';
import { writeNumber, zero } from './digits.ts';

/** A request that is put together for every exchange: the slow path. */
export class RenderedRequest implements RequestSource {
  readonly #variable: VariableBody;
  readonly #request: RequestBody;
  readonly #packing: Packing;

  constructor(variable: VariableBody, request: RequestBody, packing: Packing) {
    this.#variable = variable;
    this.#request = request;
    this.#packing = packing;
  }

  withId(id: number, slot: number): Buffer {
    const text = this.#variable.render(slot);
    const { bytes, bodyAt, maskedFrom = -1, outerIdAt } = whole(this.#packing, text, headersFor(this.#request, text));
    const idAt = bodyAt + Buffer.byteLength(text.slice(0, this.#request.idOffset));
    writeNumber(bytes, idAt, idDigits, id, zero, maskedFrom);
    if (outerIdAt !== undefined) writeNumber(bytes, outerIdAt, idDigits, id, zero, maskedFrom);
    return bytes;
  }

  detach(): void {}
}
