/** What differs between the workloads of the example. `replicas` null leaves the key out. */
export interface Workload {
  readonly name: string
  readonly team: string
  /** Written into the manifests; null where the owner's destination says it. */
  readonly namespace: string | null
  readonly image: string
  readonly replicas: number | null
  readonly memory: string
  readonly port: number
}

/** A Deployment and its Service as a team would write them by hand, comments included. */
export function workload(of: Workload): string {
  return `${deployment(of)}---\n${service(of)}`
}

/** The Deployment alone. */
export function deployment(of: Workload): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${of.name}
${inNamespace(of)}  labels:
    app.kubernetes.io/name: ${of.name}
    app.kubernetes.io/part-of: ${of.team}
spec:
${of.replicas === null ? '' : `  replicas: ${of.replicas}\n`}  selector:
    matchLabels:
      app.kubernetes.io/name: ${of.name}
  template:
    metadata:
      labels:
        app.kubernetes.io/name: ${of.name}
        app.kubernetes.io/part-of: ${of.team}
    spec:
      containers:
        - name: ${of.name}
          image: ${of.image}
          ports:
            - name: http
              containerPort: ${of.port}
          resources:
            requests:
              cpu: 50m
              memory: 64Mi
            limits:
              memory: ${of.memory}   # the service is killed above this
`
}

function service(of: Workload): string {
  return `apiVersion: v1
kind: Service
metadata:
  name: ${of.name}
${inNamespace(of)}  labels:
    app.kubernetes.io/name: ${of.name}
spec:
  selector:
    app.kubernetes.io/name: ${of.name}
  ports:
    - name: http
      port: 80
      targetPort: http
`
}

function inNamespace(of: Workload): string {
  return of.namespace === null ? '' : `  namespace: ${of.namespace}\n`
}
