/**
 * The columns of `kubectl get` beside NAME: the resource, then `Name=cell`, two spaces apart. `+` only in -o wide, `:i` an integer, `:b` a boolean,
 * `^Name` stands where the name is (an event has its name last). In a cell, `{path|text}` is a value of the object (`{.path}` where
 * a word is called alike), or the text where it has none, `{word path}` what cells.ts makes of it. Read off the printers of kubernetes v1.36.3 (pkg/printers/internalversion).
 */
export const COLUMNS = `
/pods  Ready={podReady}  Status={podStatus}  Restarts={podRestarts}  Age={age}  +IP={status.podIPs.0.ip|<none>}  +Node={spec.nodeName|<none>}  +Nominated Node={status.nominatedNodeName|<none>}  +Readiness Gates={podGates|<none>}
/services  Type={spec.type}  Cluster-IP={spec.clusterIPs.0|<none>}  External-IP={externalIP}  Port(s)={servicePorts spec.ports|<none>}  Age={age}  +Selector={labels spec.selector}
/configmaps  Data={count data binaryData}  Age={age}
/secrets  Type={type}  Data={count data}  Age={age}
/serviceaccounts  Age={age}
/namespaces  Status={status.phase}  Age={age}
/nodes  Status={nodeStatus}  Roles={nodeRoles|<none>}  Age={age}  Version={status.nodeInfo.kubeletVersion}  +Internal-IP={address InternalIP|<none>}  +External-IP={address ExternalIP|<none>}  +OS-Image={status.nodeInfo.osImage|<unknown>}  +Kernel-Version={kernel}  +Container-Runtime={status.nodeInfo.containerRuntimeVersion|<unknown>}
/events  Last Seen={lastSeen}  Type={type}  Reason={reason}  Object={eventObject}  +Subobject={involvedObject.fieldPath}  +Source={eventSource}  Message={trimmed message}  +First Seen={firstSeen}  +Count={.count|1}  +^Name={metadata.name}
/endpoints  Endpoints={endpoints|<none>}  Age={age}
/persistentvolumes  Capacity={spec.capacity.storage|0}  Access Modes={modes spec.accessModes}  Reclaim Policy={spec.persistentVolumeReclaimPolicy}  Status={phase}  Claim={claim}  StorageClass={spec.storageClassName}  VolumeAttributesClass={spec.volumeAttributesClassName|<unset>}  Reason={status.reason}  Age={age}  +VolumeMode={spec.volumeMode|<unset>}
/persistentvolumeclaims  Status={phase}  Volume={spec.volumeName}  Capacity={bound status.capacity.storage}  Access Modes={modes status.accessModes}  StorageClass={spec.storageClassName}  VolumeAttributesClass={spec.volumeAttributesClassName|<unset>}  Age={age}  +VolumeMode={spec.volumeMode|<unset>}
/resourcequotas  Request={quota request}  Limit={quota limit}  Age={age}
apps/deployments  Ready={status.readyReplicas|0}/{spec.replicas|0}  Up-to-date={status.updatedReplicas|0}  Available={status.availableReplicas|0}  Age={age}  +Containers={list name spec.template.spec.containers}  +Images={list image spec.template.spec.containers}  +Selector={selector spec.selector}
apps/replicasets  Desired:i={spec.replicas|0}  Current:i={status.replicas|0}  Ready:i={status.readyReplicas|0}  Age={age}  +Containers={list name spec.template.spec.containers}  +Images={list image spec.template.spec.containers}  +Selector={selector spec.selector|<none>}
apps/statefulsets  Ready={status.readyReplicas|0}/{spec.replicas|0}  Age={age}  +Containers={list name spec.template.spec.containers}  +Images={list image spec.template.spec.containers}
apps/daemonsets  Desired:i={status.desiredNumberScheduled|0}  Current:i={status.currentNumberScheduled|0}  Ready:i={status.numberReady|0}  Up-to-date:i={status.updatedNumberScheduled|0}  Available:i={status.numberAvailable|0}  Node Selector={labels spec.template.spec.nodeSelector}  Age={age}  +Containers={list name spec.template.spec.containers}  +Images={list image spec.template.spec.containers}  +Selector={selector spec.selector|<none>}
apps/controllerrevisions  Controller={controller|<none>}  Revision={revision|0}  Age={age}
batch/jobs  Status={jobStatus}  Completions={completions}  Duration={jobDuration}  Age={age}  +Containers={list name spec.template.spec.containers}  +Images={list image spec.template.spec.containers}  +Selector={selector spec.selector|<none>}
batch/cronjobs  Schedule={spec.schedule}  Timezone={spec.timeZone|<none>}  Suspend:b={flag spec.suspend|<unset>}  Active:i={count status.active}  Last Schedule={since status.lastScheduleTime|<none>}  Age={age}  +Containers={list name spec.jobTemplate.spec.template.spec.containers}  +Images={list image spec.jobTemplate.spec.template.spec.containers}  +Selector={selector spec.jobTemplate.spec.selector|<none>}
autoscaling/horizontalpodautoscalers  Reference={spec.scaleTargetRef.kind}/{spec.scaleTargetRef.name}  Targets={targets|<none>}  MinPods={text spec.minReplicas|<unset>}  MaxPods={spec.maxReplicas|0}  Replicas={status.currentReplicas|0}  Age={age}
networking.k8s.io/ingresses  Class={spec.ingressClassName|<none>}  Hosts={hosts spec.rules|*}  Address={balancer}  Ports={tlsPorts}  Age={age}
networking.k8s.io/ingressclasses  Controller={spec.controller}  Parameters={parameters|<none>}  Age={age}
networking.k8s.io/networkpolicies  Pod-Selector={selector spec.podSelector|<none>}  Age={age}
policy/poddisruptionbudgets  Min Available={text spec.minAvailable|N/A}  Max Unavailable={text spec.maxUnavailable|N/A}  Allowed Disruptions:i={status.disruptionsAllowed|0}  Age={age}
rbac.authorization.k8s.io/rolebindings  Role={roleRef.kind}/{roleRef.name}  Age={age}  +Users={subjects User}  +Groups={subjects Group}  +ServiceAccounts={subjects ServiceAccount}
rbac.authorization.k8s.io/clusterrolebindings  Role={roleRef.kind}/{roleRef.name}  Age={age}  +Users={subjects User}  +Groups={subjects Group}  +ServiceAccounts={subjects ServiceAccount}
admissionregistration.k8s.io/validatingwebhookconfigurations  Webhooks:i={count webhooks}  Age={age}
admissionregistration.k8s.io/mutatingwebhookconfigurations  Webhooks:i={count webhooks}  Age={age}
admissionregistration.k8s.io/validatingadmissionpolicies  Validations:i={count spec.validations}  Age={age}
coordination.k8s.io/leases  Holder={spec.holderIdentity}  Age={age}
storage.k8s.io/storageclasses  Provisioner={provisioner}  ReclaimPolicy={reclaimPolicy|Delete}  VolumeBindingMode={volumeBindingMode|Immediate}  AllowVolumeExpansion={allowVolumeExpansion|false}  Age={age}
scheduling.k8s.io/priorityclasses  Value:i={value|0}  Global-Default:b={globalDefault|false}  Age={age}  PreemptionPolicy={preemptionPolicy}
discovery.k8s.io/endpointslices  AddressType={addressType}  Ports={slicePorts ports|<unset>}  Endpoints={sliceEndpoints endpoints|<unset>}  Age={age}
`
