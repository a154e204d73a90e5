/** Takes an item out of a list it may be in. */
export function remove<T>(from: T[], item: T): void {
  const at = from.indexOf(item);
  if (at >= 0) from.splice(at, 1);
}
