/** A record and the line it begins in, from 1. */
export interface CsvRecord {
  readonly line: number;
  readonly fields: readonly string[];
}

/** Where a text stops being CSV. */
export interface CsvFault {
  readonly line: number;
  readonly message: string;
}

/**
 * Reads CSV as RFC 4180 has it: fields between commas; a field in quotes may hold commas, line ends and doubled quotes;
 * lines end with CRLF or LF. A byte order mark is passed over, and so are empty lines.
 */
export function parseCsv(text: string): { records: CsvRecord[]; fault?: CsvFault } {
  const records: CsvRecord[] = [];
  const reader = new Reader(text);
  while (!reader.done) {
    const { line } = reader;
    const fields = reader.record();
    if (typeof fields === 'string') return { records, fault: { line: reader.line, message: fields } };
    if (fields.length > 1 || fields[0] !== '' || reader.quoted) records.push({ line, fields });
  }
  return { records };
}

class Reader {
  line = 1;
  /** The last field stood in quotes. */
  quoted = false;
  readonly #text: string;
  #at: number;

  constructor(text: string) {
    this.#text = text;
    this.#at = text.startsWith('\uFEFF') ? 1 : 0;
  }

  get done(): boolean {
    return this.#at >= this.#text.length;
  }

  /** The fields up to the end of the record, or what is wrong with it. */
  record(): string[] | string {
    const fields: string[] = [];
    for (;;) {
      this.quoted = this.#text[this.#at] === '"';
      const field = this.quoted ? this.#quotedField() : this.#plainField();
      if (field === undefined) return this.quoted ? 'a quote is never closed' : 'a quote stands inside a field';
      fields.push(field);
      if (this.#text[this.#at] === ',') this.#at++;
      else return this.#endOfLine() ? fields : 'text follows a closing quote';
    }
  }

  #plainField(): string | undefined {
    const start = this.#at;
    while (!this.done && this.#text[this.#at] !== ',' && !this.#atLineEnd()) if (this.#text[this.#at++] === '"') return;
    return this.#text.slice(start, this.#at);
  }

  #quotedField(): string | undefined {
    const { line } = this;
    let field = '';
    for (let from = this.#at + 1; ; from = this.#at + 1) {
      const end = this.#text.indexOf('"', from);
      if (end < 0) {
        this.line = line;
        return;
      }
      field += this.#text.slice(from, end);
      this.#at = end + 1;
      if (this.#text[this.#at] !== '"') break;
      field += '"';
    }
    this.line += field.split('\n').length - 1;
    return field;
  }

  #atLineEnd(): boolean {
    const character = this.#text[this.#at];
    return character === '\n' || (character === '\r' && this.#text[this.#at + 1] === '\n');
  }

  #endOfLine(): boolean {
    if (this.done) return true;
    if (!this.#atLineEnd()) return false;
    this.#at += this.#text[this.#at] === '\r' ? 2 : 1;
    this.line++;
    return true;
  }
}
