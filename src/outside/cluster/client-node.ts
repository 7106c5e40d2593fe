/** What Writ takes of the Kubernetes client, named, so that the build leaves its 700 generated models out. */
export { KubeConfig, Watch } from '@kubernetes/client-node'
