/** What a scrape of `/metrics` says. */
export class Scrape {
  readonly names: readonly string[];
  readonly series: readonly {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly value: number;
  }[];

  constructor(text: string) {
    this.names = [...text.matchAll(/^# TYPE (\S+)/gm)].map((match) => match[1]);
    this.series = [...text.matchAll(/^([a-z_]+)(?:\{(.*)\})? (\S+)$/gm)].map(([, name, labels = '', value]) => ({
      name,
      labels: Object.fromEntries([...labels.matchAll(/([a-z_]+)="([^"]*)"/g)].map((label) => [label[1], label[2]])),
      value: Number(value),
    }));
  }

  /** Sum of the series of that name that have these labels. */
  sum(name: string, labels: Readonly<Record<string, string>> = {}): number {
    const wanted = Object.entries(labels);
    return this.series
      .filter((one) => one.name === name && wanted.every(([key, value]) => one.labels[key] === value))
      .reduce((total, { value }) => total + value, 0);
  }
}

export async function scrape(admin: string | undefined): Promise<Scrape> {
  return new Scrape(await (await fetch(`${admin}/metrics`)).text());
}
