/**
 * The columns of `kubectl get` beside NAME: the resource, then `Name=cell`, two spaces apart. `+` only in -o wide, `:i` an integer, `:b` a boolean,
 * `:d` a time. In a cell, `{path|text}` is a value of the object, or the text where it has none, `{word path}` what cells.ts makes of it. Read
 * off the printers of kubernetes v1.36.3 (pkg/printers/internalversion). `*` are the kinds without a line, as a real server shows those it has
 * no printer for, `custom` those of definitions that name no columns.
 */
export const COLUMNS = `
/pods  Ready={podReady}  Status={podStatus}  Restarts={podRestarts}  Age={age}  +IP={status.podIPs.0.ip|<none>}  +Node={spec.nodeName|<none>}  +Nominated Node={status.nominatedNodeName|<none>}  +Readiness Gates={podGates|<none>}
/services  Type={spec.type}  Cluster-IP={spec.clusterIPs.0|<none>}  External-IP={externalIP}  Port(s)={servicePorts spec.ports|<none>}  Age={age}  +Selector={labels spec.selector}
/configmaps  Data={count data binaryData}  Age={age}
/secrets  Type={type}  Data={count data}  Age={age}
/serviceaccounts  Age={age}
/namespaces  Status={status.phase}  Age={age}
apps/deployments  Ready={status.readyReplicas|0}/{spec.replicas|0}  Up-to-date={status.updatedReplicas|0}  Available={status.availableReplicas|0}  Age={age}  +Containers={list name spec.template.spec.containers}  +Images={list image spec.template.spec.containers}  +Selector={selector spec.selector}
apps/replicasets  Desired:i={spec.replicas|0}  Current:i={status.replicas|0}  Ready:i={status.readyReplicas|0}  Age={age}  +Containers={list name spec.template.spec.containers}  +Images={list image spec.template.spec.containers}  +Selector={selector spec.selector|<none>}
apps/statefulsets  Ready={status.readyReplicas|0}/{spec.replicas|0}  Age={age}  +Containers={list name spec.template.spec.containers}  +Images={list image spec.template.spec.containers}
apps/daemonsets  Desired:i={status.desiredNumberScheduled|0}  Current:i={status.currentNumberScheduled|0}  Ready:i={status.numberReady|0}  Up-to-date:i={status.updatedNumberScheduled|0}  Available:i={status.numberAvailable|0}  Node Selector={labels spec.template.spec.nodeSelector}  Age={age}  +Containers={list name spec.template.spec.containers}  +Images={list image spec.template.spec.containers}  +Selector={selector spec.selector|<none>}
batch/cronjobs  Schedule={spec.schedule}  Timezone={spec.timeZone|<none>}  Suspend:b={flag spec.suspend|<unset>}  Active:i={count status.active}  Last Schedule={since status.lastScheduleTime|<none>}  Age={age}  +Containers={list name spec.jobTemplate.spec.template.spec.containers}  +Images={list image spec.jobTemplate.spec.template.spec.containers}  +Selector={selector spec.jobTemplate.spec.selector|<none>}
custom  Age:d={age}
*  Created At:d={metadata.creationTimestamp}
`
