interface Web {
  readonly image: string
  /** Left out: `web`. */
  readonly name?: string
  /** Left out: none is written. */
  readonly namespace?: string
  readonly replicas?: number | string
  /** A line of its spec, and lines of its container, without indentation. */
  readonly spec?: string
  readonly container?: readonly string[]
}

/** A Deployment of one container `web`, as a person writes it. */
export function webManifest({ image, name = 'web', namespace, replicas = 1, spec, container = [] }: Web): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
${namespace === undefined ? '' : `  namespace: ${namespace}\n`}spec:
  replicas: ${replicas}
${spec === undefined ? '' : `  ${spec}\n`}  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
        - name: web
          image: ${image}
${container.map(line => `          ${line}\n`).join('')}`
}
