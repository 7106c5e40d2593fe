/** The name of one of the objects that an Application lists. */
export function nameOf(application: number, resource: number): string {
  return `settings-of-the-shop-${application}-${resource}`
}
