/**
 * The types of the built-in kinds, one a line: name, then its fields as `name:type` (read off the Go types and the merge
 * schema of Kubernetes v0.36.3). Letters: s text, i integer, b boolean, f number, q quantity, o integer or text, t time,
 * y bytes, x anything. `[]T` list replaced whole, `[k]T` list keyed by k, `[set]T` set, `{T}` map, `@N` the type N, `~` before
 * a map or type: owned as one. `|k` gives the strategic merge key where it differs (`-` none; `^` retain keys).
 * End: `*` pointer (kept as written), `!` always present, nothing: left out where zero.
 */
export const TYPES = `
Affinity nodeAffinity:@NodeAffinity* podAffinity:@PodAffinity* podAntiAffinity:@PodAntiAffinity*
AppArmorProfile type:s! localhostProfile:s*
CSIPersistentVolumeSource driver:s! volumeHandle:s! readOnly:b fsType:s volumeAttributes:{s} controllerPublishSecretRef:~@SecretReference* nodeStageSecretRef:~@SecretReference* nodePublishSecretRef:~@SecretReference* controllerExpandSecretRef:~@SecretReference* nodeExpandSecretRef:~@SecretReference*
CSIVolumeSource driver:s! readOnly:b* fsType:s* volumeAttributes:{s} nodePublishSecretRef:~@LocalObjectReference*
Capabilities add:[]s drop:[]s
ClientIPConfig timeoutSeconds:i*
ClusterTrustBundleProjection name:s* signerName:s* labelSelector:~@meta.LabelSelector* optional:b* path:s!
ConfigMap kind:s apiVersion:s metadata:@meta.ObjectMeta! immutable:b* data:{s} binaryData:{y}
ConfigMapEnvSource name:s optional:b*
ConfigMapKeySelector name:s key:s! optional:b*
ConfigMapProjection name:s items:[]@KeyToPath optional:b*
ConfigMapVolumeSource name:s items:[]@KeyToPath defaultMode:i* optional:b*
Container name:s! image:s command:[]s args:[]s workingDir:s ports:[containerPort,protocol|containerPort]@ContainerPort envFrom:[]@EnvFromSource env:[name]@EnvVar resources:@ResourceRequirements! resizePolicy:[]@ContainerResizePolicy restartPolicy:s* restartPolicyRules:[]@ContainerRestartRule volumeMounts:[mountPath]@VolumeMount volumeDevices:[devicePath]@VolumeDevice livenessProbe:@Probe* readinessProbe:@Probe* startupProbe:@Probe* lifecycle:@Lifecycle* terminationMessagePath:s terminationMessagePolicy:s imagePullPolicy:s securityContext:@SecurityContext* stdin:b stdinOnce:b tty:b
ContainerExtendedResourceRequest containerName:s! resourceName:s! requestName:s!
ContainerPort name:s hostPort:i containerPort:i! protocol:s hostIP:s
ContainerResizePolicy resourceName:s! restartPolicy:s!
ContainerRestartRule action:s exitCodes:@ContainerRestartRuleOnExitCodes*
ContainerRestartRuleOnExitCodes operator:s values:[set|-]i
ContainerState waiting:@ContainerStateWaiting* running:@ContainerStateRunning* terminated:@ContainerStateTerminated*
ContainerStateRunning startedAt:t
ContainerStateTerminated exitCode:i! signal:i reason:s message:s startedAt:t finishedAt:t containerID:s
ContainerStateWaiting reason:s message:s
ContainerStatus name:s! state:@ContainerState! lastState:@ContainerState! ready:b! restartCount:i! image:s! imageID:s! containerID:s started:b* allocatedResources:{q} resources:@ResourceRequirements* volumeMounts:[mountPath]@VolumeMountStatus user:@ContainerUser* allocatedResourcesStatus:[name]@ResourceStatus stopSignal:s*
ContainerUser linux:@LinuxContainerUser*
DownwardAPIProjection items:[]@DownwardAPIVolumeFile
DownwardAPIVolumeFile path:s! fieldRef:~@ObjectFieldSelector* resourceFieldRef:~@ResourceFieldSelector* mode:i*
DownwardAPIVolumeSource items:[]@DownwardAPIVolumeFile defaultMode:i*
EmptyDirVolumeSource medium:s sizeLimit:q*
EndpointAddress ip:s! hostname:s nodeName:s* targetRef:~@ObjectReference*
EndpointPort name:s port:i! protocol:s appProtocol:s*
EndpointSubset addresses:[]~@EndpointAddress notReadyAddresses:[]~@EndpointAddress ports:[]~@EndpointPort
Endpoints kind:s apiVersion:s metadata:@meta.ObjectMeta! subsets:[]@EndpointSubset
EnvFromSource prefix:s configMapRef:@ConfigMapEnvSource* secretRef:@SecretEnvSource*
EnvVar name:s! value:s valueFrom:@EnvVarSource*
EnvVarSource fieldRef:~@ObjectFieldSelector* resourceFieldRef:~@ResourceFieldSelector* configMapKeyRef:~@ConfigMapKeySelector* secretKeyRef:~@SecretKeySelector* fileKeyRef:~@FileKeySelector*
EphemeralContainer name:s! image:s command:[]s args:[]s workingDir:s ports:[containerPort,protocol|containerPort]@ContainerPort envFrom:[]@EnvFromSource env:[name]@EnvVar resources:@ResourceRequirements! resizePolicy:[]@ContainerResizePolicy restartPolicy:s* restartPolicyRules:[]@ContainerRestartRule volumeMounts:[mountPath]@VolumeMount volumeDevices:[devicePath]@VolumeDevice livenessProbe:@Probe* readinessProbe:@Probe* startupProbe:@Probe* lifecycle:@Lifecycle* terminationMessagePath:s terminationMessagePolicy:s imagePullPolicy:s securityContext:@SecurityContext* stdin:b stdinOnce:b tty:b targetContainerName:s
EphemeralVolumeSource volumeClaimTemplate:@PersistentVolumeClaimTemplate*
Event kind:s apiVersion:s metadata:@meta.ObjectMeta! involvedObject:~@ObjectReference! reason:s message:s source:@EventSource! firstTimestamp:t lastTimestamp:t count:i type:s eventTime:t series:@EventSeries* action:s related:~@ObjectReference* reportingComponent:s! reportingInstance:s!
EventSeries count:i lastObservedTime:t
EventSource component:s host:s
ExecAction command:[]s
FileKeySelector volumeName:s! path:s! key:s! optional:b*
GRPCAction port:i! service:s*
HTTPGetAction path:s port:o! host:s scheme:s httpHeaders:[]@HTTPHeader
HTTPHeader name:s! value:s!
HostAlias ip:s! hostnames:[]s
HostIP ip:s!
HostPathVolumeSource path:s! type:s*
ImageVolumeSource reference:s pullPolicy:s
ImageVolumeStatus imageRef:s
KeyToPath key:s! path:s! mode:i*
Lifecycle postStart:@LifecycleHandler* preStop:@LifecycleHandler* stopSignal:s*
LifecycleHandler exec:@ExecAction* httpGet:@HTTPGetAction* tcpSocket:@TCPSocketAction* sleep:@SleepAction*
LimitRange kind:s apiVersion:s metadata:@meta.ObjectMeta! spec:@LimitRangeSpec!
LimitRangeItem type:s! max:{q} min:{q} default:{q} defaultRequest:{q} maxLimitRequestRatio:{q}
LimitRangeSpec limits:[]@LimitRangeItem!
LinuxContainerUser uid:i! gid:i! supplementalGroups:[]i
LoadBalancerIngress ip:s hostname:s ipMode:s* ports:[]@PortStatus
LoadBalancerStatus ingress:[]@LoadBalancerIngress
LocalObjectReference name:s
LocalVolumeSource path:s! fsType:s*
ModifyVolumeStatus targetVolumeAttributesClassName:s status:s!
NFSVolumeSource server:s! path:s! readOnly:b
Namespace kind:s apiVersion:s metadata:@meta.ObjectMeta! spec:@NamespaceSpec! status:@NamespaceStatus!
NamespaceCondition type:s! status:s! lastTransitionTime:t reason:s message:s
NamespaceSpec finalizers:[]s
NamespaceStatus phase:s conditions:[type]@NamespaceCondition
NodeAffinity requiredDuringSchedulingIgnoredDuringExecution:~@NodeSelector* preferredDuringSchedulingIgnoredDuringExecution:[]@PreferredSchedulingTerm
NodeAllocatableResourceClaimStatus resourceClaimName:s! containers:[set|-]s resources:{q}!
NodeSelector nodeSelectorTerms:[]~@NodeSelectorTerm!
NodeSelectorRequirement key:s! operator:s! values:[]s
NodeSelectorTerm matchExpressions:[]@NodeSelectorRequirement matchFields:[]@NodeSelectorRequirement
ObjectFieldSelector apiVersion:s fieldPath:s!
ObjectReference kind:s namespace:s name:s uid:s apiVersion:s resourceVersion:s fieldPath:s
PersistentVolume kind:s apiVersion:s metadata:@meta.ObjectMeta! spec:@PersistentVolumeSpec! status:@PersistentVolumeStatus!
PersistentVolumeClaim kind:s apiVersion:s metadata:@meta.ObjectMeta! spec:@PersistentVolumeClaimSpec! status:@PersistentVolumeClaimStatus!
PersistentVolumeClaimCondition type:s! status:s! lastProbeTime:t lastTransitionTime:t reason:s message:s
PersistentVolumeClaimSpec accessModes:[]s selector:~@meta.LabelSelector* resources:@VolumeResourceRequirements! volumeName:s storageClassName:s* volumeMode:s* dataSource:~@TypedLocalObjectReference* dataSourceRef:@TypedObjectReference* volumeAttributesClassName:s*
PersistentVolumeClaimStatus phase:s accessModes:[]s capacity:{q} conditions:[type]@PersistentVolumeClaimCondition allocatedResources:{q} allocatedResourceStatuses:{s} currentVolumeAttributesClassName:s* modifyVolumeStatus:@ModifyVolumeStatus*
PersistentVolumeClaimTemplate metadata:@meta.ObjectMeta! spec:@PersistentVolumeClaimSpec!
PersistentVolumeClaimVolumeSource claimName:s! readOnly:b
PersistentVolumeSpec capacity:{q} gcePersistentDisk:x* awsElasticBlockStore:x* hostPath:@HostPathVolumeSource* glusterfs:x* nfs:@NFSVolumeSource* rbd:x* iscsi:x* cinder:x* cephfs:x* fc:x* flocker:x* flexVolume:x* azureFile:x* vsphereVolume:x* quobyte:x* azureDisk:x* photonPersistentDisk:x* portworxVolume:x* scaleIO:x* local:@LocalVolumeSource* storageos:x* csi:@CSIPersistentVolumeSource* accessModes:[]s claimRef:@ObjectReference* persistentVolumeReclaimPolicy:s storageClassName:s mountOptions:[]s volumeMode:s* nodeAffinity:@VolumeNodeAffinity* volumeAttributesClassName:s*
PersistentVolumeStatus phase:s message:s reason:s lastPhaseTransitionTime:t*
Pod kind:s apiVersion:s metadata:@meta.ObjectMeta! spec:@PodSpec! status:@PodStatus!
PodAffinity requiredDuringSchedulingIgnoredDuringExecution:[]@PodAffinityTerm preferredDuringSchedulingIgnoredDuringExecution:[]@WeightedPodAffinityTerm
PodAffinityTerm labelSelector:~@meta.LabelSelector* namespaces:[]s topologyKey:s! namespaceSelector:~@meta.LabelSelector* matchLabelKeys:[]s mismatchLabelKeys:[]s
PodAntiAffinity requiredDuringSchedulingIgnoredDuringExecution:[]@PodAffinityTerm preferredDuringSchedulingIgnoredDuringExecution:[]@WeightedPodAffinityTerm
PodCertificateProjection signerName:s keyType:s maxExpirationSeconds:i* credentialBundlePath:s keyPath:s certificateChainPath:s userAnnotations:{s}
PodCondition type:s! observedGeneration:i status:s! lastProbeTime:t lastTransitionTime:t reason:s message:s
PodDNSConfig nameservers:[]s searches:[]s options:[]@PodDNSConfigOption
PodDNSConfigOption name:s value:s*
PodExtendedResourceClaimStatus requestMappings:[]@ContainerExtendedResourceRequest! resourceClaimName:s!
PodIP ip:s!
PodOS name:s!
PodReadinessGate conditionType:s!
PodResourceClaim name:s! resourceClaimName:s* resourceClaimTemplateName:s*
PodResourceClaimStatus name:s! resourceClaimName:s*
PodSchedulingGate name:s!
PodSchedulingGroup podGroupName:s*
PodSecurityContext seLinuxOptions:@SELinuxOptions* windowsOptions:@WindowsSecurityContextOptions* runAsUser:i* runAsGroup:i* runAsNonRoot:b* supplementalGroups:[]i supplementalGroupsPolicy:s* fsGroup:i* sysctls:[]@Sysctl fsGroupChangePolicy:s* seccompProfile:@SeccompProfile* appArmorProfile:@AppArmorProfile* seLinuxChangePolicy:s*
PodSpec volumes:[name|name^]@Volume initContainers:[name]@Container containers:[name]@Container! ephemeralContainers:[name]@EphemeralContainer restartPolicy:s terminationGracePeriodSeconds:i* activeDeadlineSeconds:i* dnsPolicy:s nodeSelector:~{s} serviceAccountName:s serviceAccount:s automountServiceAccountToken:b* nodeName:s hostNetwork:b hostPID:b hostIPC:b shareProcessNamespace:b* securityContext:@PodSecurityContext* imagePullSecrets:[name]~@LocalObjectReference hostname:s subdomain:s affinity:@Affinity* schedulerName:s tolerations:[]@Toleration hostAliases:[ip]@HostAlias priorityClassName:s priority:i* dnsConfig:@PodDNSConfig* readinessGates:[]@PodReadinessGate runtimeClassName:s* enableServiceLinks:b* preemptionPolicy:s* overhead:{q} topologySpreadConstraints:[topologyKey,whenUnsatisfiable|topologyKey]@TopologySpreadConstraint setHostnameAsFQDN:b* os:@PodOS* hostUsers:b* schedulingGates:[name]@PodSchedulingGate resourceClaims:[name|name^]@PodResourceClaim resources:@ResourceRequirements* hostnameOverride:s* schedulingGroup:@PodSchedulingGroup*
PodStatus observedGeneration:i phase:s conditions:[type]@PodCondition message:s reason:s nominatedNodeName:s hostIP:s hostIPs:[|ip]@HostIP podIP:s podIPs:[ip]@PodIP startTime:t* initContainerStatuses:[]@ContainerStatus containerStatuses:[]@ContainerStatus qosClass:s ephemeralContainerStatuses:[]@ContainerStatus resize:s resourceClaimStatuses:[name|name^]@PodResourceClaimStatus extendedResourceClaimStatus:@PodExtendedResourceClaimStatus* allocatedResources:{q} resources:@ResourceRequirements* nodeAllocatableResourceClaimStatuses:[]@NodeAllocatableResourceClaimStatus
PodTemplateSpec metadata:@meta.ObjectMeta! spec:@PodSpec!
PortStatus port:i! protocol:s! error:s*
PreferredSchedulingTerm weight:i! preference:~@NodeSelectorTerm!
Probe exec:@ExecAction* httpGet:@HTTPGetAction* tcpSocket:@TCPSocketAction* grpc:@GRPCAction* initialDelaySeconds:i timeoutSeconds:i periodSeconds:i successThreshold:i failureThreshold:i terminationGracePeriodSeconds:i*
ProjectedVolumeSource sources:[]@VolumeProjection! defaultMode:i*
ResourceClaim name:s! request:s
ResourceFieldSelector containerName:s resource:s! divisor:q
ResourceHealth resourceID:s! health:s message:s*
ResourceQuota kind:s apiVersion:s metadata:@meta.ObjectMeta! spec:@ResourceQuotaSpec! status:@ResourceQuotaStatus!
ResourceQuotaSpec hard:{q} scopes:[]s scopeSelector:~@ScopeSelector*
ResourceQuotaStatus hard:{q} used:{q}
ResourceRequirements limits:{q} requests:{q} claims:[name|-]@ResourceClaim
ResourceStatus name:s! resources:[resourceID|-]@ResourceHealth
SELinuxOptions user:s role:s type:s level:s
ScopeSelector matchExpressions:[]@ScopedResourceSelectorRequirement
ScopedResourceSelectorRequirement scopeName:s! operator:s! values:[]s
SeccompProfile type:s! localhostProfile:s*
Secret kind:s apiVersion:s metadata:@meta.ObjectMeta! immutable:b* data:{y} stringData:{s} type:s
SecretEnvSource name:s optional:b*
SecretKeySelector name:s key:s! optional:b*
SecretProjection name:s items:[]@KeyToPath optional:b*
SecretReference name:s namespace:s
SecretVolumeSource secretName:s items:[]@KeyToPath defaultMode:i* optional:b*
SecurityContext capabilities:@Capabilities* privileged:b* seLinuxOptions:@SELinuxOptions* windowsOptions:@WindowsSecurityContextOptions* runAsUser:i* runAsGroup:i* runAsNonRoot:b* readOnlyRootFilesystem:b* allowPrivilegeEscalation:b* procMount:s* seccompProfile:@SeccompProfile* appArmorProfile:@AppArmorProfile*
Service kind:s apiVersion:s metadata:@meta.ObjectMeta! spec:@ServiceSpec! status:@ServiceStatus!
ServiceAccount kind:s apiVersion:s metadata:@meta.ObjectMeta! secrets:[name]~@ObjectReference imagePullSecrets:[]~@LocalObjectReference automountServiceAccountToken:b*
ServiceAccountTokenProjection audience:s expirationSeconds:i* path:s!
ServicePort name:s protocol:s appProtocol:s* port:i! targetPort:o nodePort:i
ServiceSpec ports:[port,protocol|port]@ServicePort selector:~{s} clusterIP:s clusterIPs:[]s type:s externalIPs:[]s sessionAffinity:s loadBalancerIP:s loadBalancerSourceRanges:[]s externalName:s externalTrafficPolicy:s healthCheckNodePort:i publishNotReadyAddresses:b sessionAffinityConfig:@SessionAffinityConfig* ipFamilies:[]s ipFamilyPolicy:s* allocateLoadBalancerNodePorts:b* loadBalancerClass:s* internalTrafficPolicy:s* trafficDistribution:s*
ServiceStatus loadBalancer:@LoadBalancerStatus! conditions:[type]@meta.Condition
SessionAffinityConfig clientIP:@ClientIPConfig*
SleepAction seconds:i!
Sysctl name:s! value:s!
TCPSocketAction port:o! host:s
Toleration key:s operator:s value:s effect:s tolerationSeconds:i*
TopologySelectorLabelRequirement key:s! values:[]s!
TopologySelectorTerm matchLabelExpressions:[]@TopologySelectorLabelRequirement
TopologySpreadConstraint maxSkew:i! topologyKey:s! whenUnsatisfiable:s! labelSelector:~@meta.LabelSelector* minDomains:i* nodeAffinityPolicy:s* nodeTaintsPolicy:s* matchLabelKeys:[]s
TypedLocalObjectReference apiGroup:s* kind:s! name:s!
TypedObjectReference apiGroup:s* kind:s! name:s! namespace:s*
Volume name:s! hostPath:@HostPathVolumeSource* emptyDir:@EmptyDirVolumeSource* gcePersistentDisk:x* awsElasticBlockStore:x* gitRepo:x* secret:@SecretVolumeSource* nfs:@NFSVolumeSource* iscsi:x* glusterfs:x* persistentVolumeClaim:@PersistentVolumeClaimVolumeSource* rbd:x* flexVolume:x* cinder:x* cephfs:x* flocker:x* downwardAPI:@DownwardAPIVolumeSource* fc:x* azureFile:x* configMap:@ConfigMapVolumeSource* vsphereVolume:x* quobyte:x* azureDisk:x* photonPersistentDisk:x* projected:@ProjectedVolumeSource* portworxVolume:x* scaleIO:x* storageos:x* csi:@CSIVolumeSource* ephemeral:@EphemeralVolumeSource* image:@ImageVolumeSource*
VolumeDevice name:s! devicePath:s!
VolumeMount name:s! readOnly:b recursiveReadOnly:s* mountPath:s! subPath:s mountPropagation:s* subPathExpr:s
VolumeMountStatus name:s! mountPath:s! readOnly:b recursiveReadOnly:s* volumeStatus:@VolumeStatus*
VolumeNodeAffinity required:~@NodeSelector*
VolumeProjection secret:@SecretProjection* downwardAPI:@DownwardAPIProjection* configMap:@ConfigMapProjection* serviceAccountToken:@ServiceAccountTokenProjection* clusterTrustBundle:@ClusterTrustBundleProjection* podCertificate:@PodCertificateProjection*
VolumeResourceRequirements limits:{q} requests:{q}
VolumeStatus image:@ImageVolumeStatus*
WeightedPodAffinityTerm weight:i! podAffinityTerm:@PodAffinityTerm!
WindowsSecurityContextOptions gmsaCredentialSpecName:s* gmsaCredentialSpec:s* runAsUserName:s* hostProcess:b*
admissionregistration.AuditAnnotation key:s! valueExpression:s!
admissionregistration.ExpressionWarning fieldRef:s! warning:s!
admissionregistration.MatchCondition name:s! expression:s!
admissionregistration.MatchResources namespaceSelector:~@meta.LabelSelector* objectSelector:~@meta.LabelSelector* resourceRules:[]~@admissionregistration.NamedRuleWithOperations excludeResourceRules:[]~@admissionregistration.NamedRuleWithOperations matchPolicy:s*
admissionregistration.MutatingWebhook name:s! clientConfig:@admissionregistration.WebhookClientConfig! rules:[]@admissionregistration.RuleWithOperations failurePolicy:s* matchPolicy:s* namespaceSelector:~@meta.LabelSelector* objectSelector:~@meta.LabelSelector* sideEffects:s* timeoutSeconds:i* admissionReviewVersions:[]s! reinvocationPolicy:s* matchConditions:[name]@admissionregistration.MatchCondition
admissionregistration.MutatingWebhookConfiguration kind:s apiVersion:s metadata:@meta.ObjectMeta! webhooks:[name]@admissionregistration.MutatingWebhook
admissionregistration.NamedRuleWithOperations resourceNames:[]s operations:[]s apiGroups:[]s apiVersions:[]s resources:[]s scope:s*
admissionregistration.ParamKind apiVersion:s kind:s
admissionregistration.ParamRef name:s namespace:s selector:~@meta.LabelSelector* parameterNotFoundAction:s*
admissionregistration.RuleWithOperations operations:[]s apiGroups:[]s apiVersions:[]s resources:[]s scope:s*
admissionregistration.ServiceReference namespace:s! name:s! path:s* port:i*
admissionregistration.TypeChecking expressionWarnings:[]@admissionregistration.ExpressionWarning
admissionregistration.ValidatingAdmissionPolicy kind:s apiVersion:s metadata:@meta.ObjectMeta! spec:@admissionregistration.ValidatingAdmissionPolicySpec! status:@admissionregistration.ValidatingAdmissionPolicyStatus!
admissionregistration.ValidatingAdmissionPolicyBinding kind:s apiVersion:s metadata:@meta.ObjectMeta! spec:@admissionregistration.ValidatingAdmissionPolicyBindingSpec!
admissionregistration.ValidatingAdmissionPolicyBindingSpec policyName:s paramRef:~@admissionregistration.ParamRef* matchResources:~@admissionregistration.MatchResources* validationActions:[set|-]s
admissionregistration.ValidatingAdmissionPolicySpec paramKind:~@admissionregistration.ParamKind* matchConstraints:~@admissionregistration.MatchResources* validations:[]@admissionregistration.Validation failurePolicy:s* auditAnnotations:[]@admissionregistration.AuditAnnotation matchConditions:[name]@admissionregistration.MatchCondition variables:[name]~@admissionregistration.Variable
admissionregistration.ValidatingAdmissionPolicyStatus observedGeneration:i typeChecking:@admissionregistration.TypeChecking* conditions:[type|-]@meta.Condition
admissionregistration.ValidatingWebhook name:s! clientConfig:@admissionregistration.WebhookClientConfig! rules:[]@admissionregistration.RuleWithOperations failurePolicy:s* matchPolicy:s* namespaceSelector:~@meta.LabelSelector* objectSelector:~@meta.LabelSelector* sideEffects:s* timeoutSeconds:i* admissionReviewVersions:[]s! matchConditions:[name]@admissionregistration.MatchCondition
admissionregistration.ValidatingWebhookConfiguration kind:s apiVersion:s metadata:@meta.ObjectMeta! webhooks:[name]@admissionregistration.ValidatingWebhook
admissionregistration.Validation expression:s! message:s reason:s* messageExpression:s
admissionregistration.Variable name:s! expression:s!
admissionregistration.WebhookClientConfig url:s* service:@admissionregistration.ServiceReference* caBundle:y
apiextensions.CustomResourceColumnDefinition name:s! type:s! format:s description:s priority:i jsonPath:s!
apiextensions.CustomResourceConversion strategy:s! webhook:@apiextensions.WebhookConversion*
apiextensions.CustomResourceDefinition kind:s apiVersion:s metadata:@meta.ObjectMeta! spec:@apiextensions.CustomResourceDefinitionSpec! status:@apiextensions.CustomResourceDefinitionStatus!
apiextensions.CustomResourceDefinitionCondition type:s! status:s! lastTransitionTime:t reason:s message:s observedGeneration:i
apiextensions.CustomResourceDefinitionNames plural:s! singular:s shortNames:[]s kind:s! listKind:s categories:[]s
apiextensions.CustomResourceDefinitionSpec group:s! names:@apiextensions.CustomResourceDefinitionNames! scope:s! versions:[]@apiextensions.CustomResourceDefinitionVersion! conversion:@apiextensions.CustomResourceConversion* preserveUnknownFields:b
apiextensions.CustomResourceDefinitionStatus conditions:[type|-]@apiextensions.CustomResourceDefinitionCondition! acceptedNames:@apiextensions.CustomResourceDefinitionNames! storedVersions:[]s! observedGeneration:i
apiextensions.CustomResourceDefinitionVersion name:s! served:b! storage:b! deprecated:b deprecationWarning:s* schema:@apiextensions.CustomResourceValidation* subresources:@apiextensions.CustomResourceSubresources* additionalPrinterColumns:[]@apiextensions.CustomResourceColumnDefinition selectableFields:[]@apiextensions.SelectableField
apiextensions.CustomResourceSubresourceScale specReplicasPath:s! statusReplicasPath:s! labelSelectorPath:s*
apiextensions.CustomResourceSubresourceStatus 
apiextensions.CustomResourceSubresources status:@apiextensions.CustomResourceSubresourceStatus* scale:@apiextensions.CustomResourceSubresourceScale*
apiextensions.CustomResourceValidation openAPIV3Schema:x*
apiextensions.SelectableField jsonPath:s!
apiextensions.ServiceReference namespace:s! name:s! path:s* port:i*
apiextensions.WebhookClientConfig url:s* service:@apiextensions.ServiceReference* caBundle:y
apiextensions.WebhookConversion clientConfig:@apiextensions.WebhookClientConfig* conversionReviewVersions:[]s!
apps.ControllerRevision kind:s apiVersion:s metadata:@meta.ObjectMeta! data:x* revision:i!
apps.DaemonSet kind:s apiVersion:s metadata:@meta.ObjectMeta! spec:@apps.DaemonSetSpec! status:@apps.DaemonSetStatus!
apps.DaemonSetCondition type:s! status:s! lastTransitionTime:t reason:s message:s
apps.DaemonSetSpec selector:~@meta.LabelSelector* template:@PodTemplateSpec! updateStrategy:@apps.DaemonSetUpdateStrategy! minReadySeconds:i revisionHistoryLimit:i*
apps.DaemonSetStatus currentNumberScheduled:i! numberMisscheduled:i! desiredNumberScheduled:i! numberReady:i! observedGeneration:i updatedNumberScheduled:i numberAvailable:i numberUnavailable:i collisionCount:i* conditions:[type]@apps.DaemonSetCondition
apps.DaemonSetUpdateStrategy type:s rollingUpdate:@apps.RollingUpdateDaemonSet*
apps.Deployment kind:s apiVersion:s metadata:@meta.ObjectMeta! spec:@apps.DeploymentSpec! status:@apps.DeploymentStatus!
apps.DeploymentCondition type:s! status:s! lastUpdateTime:t lastTransitionTime:t reason:s message:s
apps.DeploymentSpec replicas:i* selector:~@meta.LabelSelector* template:@PodTemplateSpec! strategy:@apps.DeploymentStrategy!^ minReadySeconds:i revisionHistoryLimit:i* paused:b progressDeadlineSeconds:i*
apps.DeploymentStatus observedGeneration:i replicas:i updatedReplicas:i readyReplicas:i availableReplicas:i unavailableReplicas:i terminatingReplicas:i* conditions:[type]@apps.DeploymentCondition collisionCount:i*
apps.DeploymentStrategy type:s rollingUpdate:@apps.RollingUpdateDeployment*
apps.ReplicaSet kind:s apiVersion:s metadata:@meta.ObjectMeta! spec:@apps.ReplicaSetSpec! status:@apps.ReplicaSetStatus!
apps.ReplicaSetCondition type:s! status:s! lastTransitionTime:t reason:s message:s
apps.ReplicaSetSpec replicas:i* minReadySeconds:i selector:~@meta.LabelSelector* template:@PodTemplateSpec!
apps.ReplicaSetStatus replicas:i! fullyLabeledReplicas:i readyReplicas:i availableReplicas:i terminatingReplicas:i* observedGeneration:i conditions:[type]@apps.ReplicaSetCondition
apps.RollingUpdateDaemonSet maxUnavailable:o* maxSurge:o*
apps.RollingUpdateDeployment maxUnavailable:o* maxSurge:o*
apps.RollingUpdateStatefulSetStrategy partition:i* maxUnavailable:o*
apps.StatefulSet kind:s apiVersion:s metadata:@meta.ObjectMeta! spec:@apps.StatefulSetSpec! status:@apps.StatefulSetStatus!
apps.StatefulSetCondition type:s! status:s! lastTransitionTime:t reason:s message:s
apps.StatefulSetOrdinals start:i!
apps.StatefulSetPersistentVolumeClaimRetentionPolicy whenDeleted:s whenScaled:s
apps.StatefulSetSpec replicas:i* selector:~@meta.LabelSelector* template:@PodTemplateSpec! volumeClaimTemplates:[]@PersistentVolumeClaim serviceName:s! podManagementPolicy:s updateStrategy:@apps.StatefulSetUpdateStrategy! revisionHistoryLimit:i* minReadySeconds:i persistentVolumeClaimRetentionPolicy:@apps.StatefulSetPersistentVolumeClaimRetentionPolicy* ordinals:@apps.StatefulSetOrdinals*
apps.StatefulSetStatus observedGeneration:i replicas:i! readyReplicas:i currentReplicas:i updatedReplicas:i currentRevision:s updateRevision:s collisionCount:i* conditions:[type]@apps.StatefulSetCondition availableReplicas:i!
apps.StatefulSetUpdateStrategy type:s rollingUpdate:@apps.RollingUpdateStatefulSetStrategy*
autoscaling.Scale kind:s apiVersion:s metadata:@meta.ObjectMeta! spec:@autoscaling.ScaleSpec! status:@autoscaling.ScaleStatus!
autoscaling.ScaleSpec replicas:i
autoscaling.ScaleStatus replicas:i! selector:s
autoscalingv2.ContainerResourceMetricSource name:s! target:@autoscalingv2.MetricTarget! container:s!
autoscalingv2.ContainerResourceMetricStatus name:s! current:@autoscalingv2.MetricValueStatus! container:s!
autoscalingv2.CrossVersionObjectReference kind:s! name:s! apiVersion:s
autoscalingv2.ExternalMetricSource metric:@autoscalingv2.MetricIdentifier! target:@autoscalingv2.MetricTarget!
autoscalingv2.ExternalMetricStatus metric:@autoscalingv2.MetricIdentifier! current:@autoscalingv2.MetricValueStatus!
autoscalingv2.HPAScalingPolicy type:s! value:i! periodSeconds:i!
autoscalingv2.HPAScalingRules stabilizationWindowSeconds:i* selectPolicy:s* policies:[]@autoscalingv2.HPAScalingPolicy tolerance:q*
autoscalingv2.HorizontalPodAutoscaler kind:s apiVersion:s metadata:@meta.ObjectMeta! spec:@autoscalingv2.HorizontalPodAutoscalerSpec! status:@autoscalingv2.HorizontalPodAutoscalerStatus!
autoscalingv2.HorizontalPodAutoscalerBehavior scaleUp:@autoscalingv2.HPAScalingRules* scaleDown:@autoscalingv2.HPAScalingRules*
autoscalingv2.HorizontalPodAutoscalerCondition type:s! status:s! lastTransitionTime:t reason:s message:s
autoscalingv2.HorizontalPodAutoscalerSpec scaleTargetRef:@autoscalingv2.CrossVersionObjectReference! minReplicas:i* maxReplicas:i! metrics:[]@autoscalingv2.MetricSpec behavior:@autoscalingv2.HorizontalPodAutoscalerBehavior*
autoscalingv2.HorizontalPodAutoscalerStatus observedGeneration:i* lastScaleTime:t* currentReplicas:i desiredReplicas:i! currentMetrics:[]@autoscalingv2.MetricStatus! conditions:[type]@autoscalingv2.HorizontalPodAutoscalerCondition
autoscalingv2.MetricIdentifier name:s! selector:~@meta.LabelSelector*
autoscalingv2.MetricSpec type:s! object:@autoscalingv2.ObjectMetricSource* pods:@autoscalingv2.PodsMetricSource* resource:@autoscalingv2.ResourceMetricSource* containerResource:@autoscalingv2.ContainerResourceMetricSource* external:@autoscalingv2.ExternalMetricSource*
autoscalingv2.MetricStatus type:s! object:@autoscalingv2.ObjectMetricStatus* pods:@autoscalingv2.PodsMetricStatus* resource:@autoscalingv2.ResourceMetricStatus* containerResource:@autoscalingv2.ContainerResourceMetricStatus* external:@autoscalingv2.ExternalMetricStatus*
autoscalingv2.MetricTarget type:s! value:q* averageValue:q* averageUtilization:i*
autoscalingv2.MetricValueStatus value:q* averageValue:q* averageUtilization:i*
autoscalingv2.ObjectMetricSource describedObject:@autoscalingv2.CrossVersionObjectReference! target:@autoscalingv2.MetricTarget! metric:@autoscalingv2.MetricIdentifier!
autoscalingv2.ObjectMetricStatus metric:@autoscalingv2.MetricIdentifier! current:@autoscalingv2.MetricValueStatus! describedObject:@autoscalingv2.CrossVersionObjectReference!
autoscalingv2.PodsMetricSource metric:@autoscalingv2.MetricIdentifier! target:@autoscalingv2.MetricTarget!
autoscalingv2.PodsMetricStatus metric:@autoscalingv2.MetricIdentifier! current:@autoscalingv2.MetricValueStatus!
autoscalingv2.ResourceMetricSource name:s! target:@autoscalingv2.MetricTarget!
autoscalingv2.ResourceMetricStatus name:s! current:@autoscalingv2.MetricValueStatus!
batch.CronJob kind:s apiVersion:s metadata:@meta.ObjectMeta! spec:@batch.CronJobSpec! status:@batch.CronJobStatus!
batch.CronJobSpec schedule:s! timeZone:s* startingDeadlineSeconds:i* concurrencyPolicy:s suspend:b* jobTemplate:@batch.JobTemplateSpec! successfulJobsHistoryLimit:i* failedJobsHistoryLimit:i*
batch.CronJobStatus active:[]~@ObjectReference lastScheduleTime:t* lastSuccessfulTime:t*
batch.Job kind:s apiVersion:s metadata:@meta.ObjectMeta! spec:@batch.JobSpec! status:@batch.JobStatus!
batch.JobCondition type:s! status:s! lastProbeTime:t lastTransitionTime:t reason:s message:s
batch.JobSpec parallelism:i* completions:i* activeDeadlineSeconds:i* podFailurePolicy:@batch.PodFailurePolicy* successPolicy:@batch.SuccessPolicy* backoffLimit:i* backoffLimitPerIndex:i* maxFailedIndexes:i* selector:~@meta.LabelSelector* manualSelector:b* template:@PodTemplateSpec! ttlSecondsAfterFinished:i* completionMode:s* suspend:b* podReplacementPolicy:s* managedBy:s*
batch.JobStatus conditions:[|type]@batch.JobCondition startTime:t* completionTime:t* active:i succeeded:i failed:i terminating:i* completedIndexes:s failedIndexes:s* uncountedTerminatedPods:@batch.UncountedTerminatedPods* ready:i*
batch.JobTemplateSpec metadata:@meta.ObjectMeta! spec:@batch.JobSpec!
batch.PodFailurePolicy rules:[]@batch.PodFailurePolicyRule!
batch.PodFailurePolicyOnExitCodesRequirement containerName:s* operator:s! values:[set|-]i!
batch.PodFailurePolicyOnPodConditionsPattern type:s! status:s!
batch.PodFailurePolicyRule action:s! onExitCodes:@batch.PodFailurePolicyOnExitCodesRequirement* onPodConditions:[]@batch.PodFailurePolicyOnPodConditionsPattern
batch.SuccessPolicy rules:[]@batch.SuccessPolicyRule!
batch.SuccessPolicyRule succeededIndexes:s* succeededCount:i*
batch.UncountedTerminatedPods succeeded:[set|-]s failed:[set|-]s
coordination.Lease kind:s apiVersion:s metadata:@meta.ObjectMeta! spec:@coordination.LeaseSpec!
coordination.LeaseSpec holderIdentity:s* leaseDurationSeconds:i* acquireTime:t* renewTime:t* leaseTransitions:i* strategy:s* preferredHolder:s*
discovery.Endpoint addresses:[set|-]s! conditions:@discovery.EndpointConditions! hostname:s* targetRef:~@ObjectReference* deprecatedTopology:{s} nodeName:s* zone:s* hints:@discovery.EndpointHints*
discovery.EndpointConditions ready:b* serving:b* terminating:b*
discovery.EndpointHints forZones:[]@discovery.ForZone forNodes:[]@discovery.ForNode
discovery.EndpointPort name:s* protocol:s* port:i* appProtocol:s*
discovery.EndpointSlice kind:s apiVersion:s metadata:@meta.ObjectMeta! addressType:s! endpoints:[]@discovery.Endpoint! ports:[]~@discovery.EndpointPort!
discovery.ForNode name:s!
discovery.ForZone name:s!
meta.Condition type:s! status:s! observedGeneration:i lastTransitionTime:t reason:s! message:s!
meta.LabelSelector matchLabels:{s} matchExpressions:[]@meta.LabelSelectorRequirement
meta.LabelSelectorRequirement key:s! operator:s! values:[]s
meta.ManagedFieldsEntry manager:s operation:s apiVersion:s time:t* fieldsType:s fieldsV1:x* subresource:s
meta.ObjectMeta name:s generateName:s namespace:s selfLink:s uid:s resourceVersion:s generation:i creationTimestamp:t deletionTimestamp:t* deletionGracePeriodSeconds:i* labels:{s} annotations:{s} ownerReferences:[uid]~@meta.OwnerReference finalizers:[set]s managedFields:[]@meta.ManagedFieldsEntry
meta.OwnerReference apiVersion:s! kind:s! name:s! uid:s! controller:b* blockOwnerDeletion:b*
networking.HTTPIngressPath path:s pathType:s* backend:@networking.IngressBackend!
networking.HTTPIngressRuleValue paths:[]@networking.HTTPIngressPath!
networking.IPBlock cidr:s! except:[]s
networking.Ingress kind:s apiVersion:s metadata:@meta.ObjectMeta! spec:@networking.IngressSpec! status:@networking.IngressStatus!
networking.IngressBackend service:@networking.IngressServiceBackend* resource:~@TypedLocalObjectReference*
networking.IngressClass kind:s apiVersion:s metadata:@meta.ObjectMeta! spec:@networking.IngressClassSpec!
networking.IngressClassParametersReference apiGroup:s* kind:s! name:s! scope:s* namespace:s*
networking.IngressClassSpec controller:s parameters:@networking.IngressClassParametersReference*
networking.IngressLoadBalancerIngress ip:s hostname:s ports:[]@networking.IngressPortStatus
networking.IngressLoadBalancerStatus ingress:[]@networking.IngressLoadBalancerIngress
networking.IngressPortStatus port:i! protocol:s! error:s*
networking.IngressRule host:s http:@networking.HTTPIngressRuleValue*
networking.IngressServiceBackend name:s! port:~@networking.ServiceBackendPort!
networking.IngressSpec ingressClassName:s* defaultBackend:@networking.IngressBackend* tls:[]@networking.IngressTLS rules:[]@networking.IngressRule
networking.IngressStatus loadBalancer:@networking.IngressLoadBalancerStatus!
networking.IngressTLS hosts:[]s secretName:s
networking.NetworkPolicy kind:s apiVersion:s metadata:@meta.ObjectMeta! spec:@networking.NetworkPolicySpec!
networking.NetworkPolicyEgressRule ports:[]@networking.NetworkPolicyPort to:[]@networking.NetworkPolicyPeer
networking.NetworkPolicyIngressRule ports:[]@networking.NetworkPolicyPort from:[]@networking.NetworkPolicyPeer
networking.NetworkPolicyPeer podSelector:~@meta.LabelSelector* namespaceSelector:~@meta.LabelSelector* ipBlock:@networking.IPBlock*
networking.NetworkPolicyPort protocol:s* port:o* endPort:i*
networking.NetworkPolicySpec podSelector:~@meta.LabelSelector! ingress:[]@networking.NetworkPolicyIngressRule egress:[]@networking.NetworkPolicyEgressRule policyTypes:[]s
networking.ServiceBackendPort name:s number:i
policy.PodDisruptionBudget kind:s apiVersion:s metadata:@meta.ObjectMeta! spec:@policy.PodDisruptionBudgetSpec! status:@policy.PodDisruptionBudgetStatus!
policy.PodDisruptionBudgetSpec minAvailable:o* selector:~@meta.LabelSelector* maxUnavailable:o* unhealthyPodEvictionPolicy:s*
policy.PodDisruptionBudgetStatus observedGeneration:i disruptedPods:{t} disruptionsAllowed:i! currentHealthy:i! desiredHealthy:i! expectedPods:i! conditions:[type]@meta.Condition
rbac.AggregationRule clusterRoleSelectors:[]~@meta.LabelSelector
rbac.ClusterRole kind:s apiVersion:s metadata:@meta.ObjectMeta! rules:[]@rbac.PolicyRule! aggregationRule:@rbac.AggregationRule*
rbac.ClusterRoleBinding kind:s apiVersion:s metadata:@meta.ObjectMeta! subjects:[]~@rbac.Subject roleRef:~@rbac.RoleRef!
rbac.PolicyRule verbs:[]s! apiGroups:[]s resources:[]s resourceNames:[]s nonResourceURLs:[]s
rbac.Role kind:s apiVersion:s metadata:@meta.ObjectMeta! rules:[]@rbac.PolicyRule!
rbac.RoleBinding kind:s apiVersion:s metadata:@meta.ObjectMeta! subjects:[]~@rbac.Subject roleRef:~@rbac.RoleRef!
rbac.RoleRef apiGroup:s! kind:s! name:s!
rbac.Subject kind:s! apiGroup:s name:s! namespace:s
scheduling.PriorityClass kind:s apiVersion:s metadata:@meta.ObjectMeta! value:i! globalDefault:b description:s preemptionPolicy:s*
storage.StorageClass kind:s apiVersion:s metadata:@meta.ObjectMeta! provisioner:s! parameters:{s} reclaimPolicy:s* mountOptions:[]s allowVolumeExpansion:b* volumeBindingMode:s* allowedTopologies:[]~@TopologySelectorTerm
`
