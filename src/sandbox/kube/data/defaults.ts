/**
 * Values the server writes where a field is missing: type, then `field=JSON`; `field+=JSON` fills up the object that is there. What comes after
 * `?path=A|B` holds where a field is one of these, after `?path!=A` where it is not, until the next `?`. What depends on more stands in
 * ../defaults.ts. Read off the defaulting of Kubernetes v1.36.
 */
export const DEFAULTS = `
Pod spec+={"enableServiceLinks":true} status+={"phase":"Pending"}
PodSpec restartPolicy="Always" terminationGracePeriodSeconds=30 dnsPolicy="ClusterFirst" securityContext={} schedulerName="default-scheduler"
Container terminationMessagePath="/dev/termination-log" terminationMessagePolicy="File"
EphemeralContainer terminationMessagePath="/dev/termination-log" terminationMessagePolicy="File"
ContainerPort protocol="TCP"
Probe timeoutSeconds=1 periodSeconds=10 successThreshold=1 failureThreshold=3
HTTPGetAction path="/" scheme="HTTP"
GRPCAction service=""
SecretVolumeSource defaultMode=420
ConfigMapVolumeSource defaultMode=420
DownwardAPIVolumeSource defaultMode=420
ProjectedVolumeSource defaultMode=420
ServiceAccountTokenProjection expirationSeconds=3600
HostPathVolumeSource type=""
ObjectFieldSelector apiVersion="v1"
apps.DeploymentSpec replicas=1 revisionHistoryLimit=10 progressDeadlineSeconds=600
apps.DeploymentStrategy type="RollingUpdate" ?type=RollingUpdate rollingUpdate+={"maxUnavailable":"25%","maxSurge":"25%"}
apps.StatefulSetSpec replicas=1 podManagementPolicy="OrderedReady" revisionHistoryLimit=10 persistentVolumeClaimRetentionPolicy+={"whenDeleted":"Retain","whenScaled":"Retain"}
apps.StatefulSetUpdateStrategy type="RollingUpdate" ?type=RollingUpdate rollingUpdate+={"partition":0}
apps.DaemonSetSpec revisionHistoryLimit=10
apps.DaemonSetUpdateStrategy type="RollingUpdate" ?type=RollingUpdate rollingUpdate+={"maxUnavailable":1,"maxSurge":0}
apps.ReplicaSetSpec replicas=1
batch.Job spec+={"backoffLimit":6,"completionMode":"NonIndexed","suspend":false,"manualSelector":false} ?spec.parallelism= spec+={"completions":1,"parallelism":1} ?spec.podFailurePolicy= spec+={"podReplacementPolicy":"TerminatingOrFailed"} ?spec.podFailurePolicy!= spec+={"podReplacementPolicy":"Failed"}
batch.CronJobSpec concurrencyPolicy="Allow" suspend=false successfulJobsHistoryLimit=3 failedJobsHistoryLimit=1
ServicePort protocol="TCP"
EndpointPort protocol="TCP"
discovery.EndpointPort name="" protocol="TCP"
ServiceSpec sessionAffinity="None" type="ClusterIP" ?type!=ExternalName internalTrafficPolicy="Cluster" ?type=NodePort|LoadBalancer externalTrafficPolicy="Cluster" ?type=LoadBalancer allocateLoadBalancerNodePorts=true ?sessionAffinity=ClientIP sessionAffinityConfig={"clientIP":{"timeoutSeconds":10800}}
LoadBalancerIngress ?ip!= ipMode="VIP"
PersistentVolumeClaim apiVersion="v1" kind="PersistentVolumeClaim"
PersistentVolumeClaimSpec volumeMode="Filesystem"
PersistentVolumeClaimStatus phase="Pending"
PersistentVolumeSpec persistentVolumeReclaimPolicy="Retain" volumeMode="Filesystem"
PersistentVolumeStatus phase="Pending"
Secret type="Opaque"
NamespaceStatus phase="Active"
rbac.Subject ?kind=User|Group apiGroup="rbac.authorization.k8s.io"
rbac.RoleRef apiGroup="rbac.authorization.k8s.io"
networking.NetworkPolicySpec ?egress= policyTypes=["Ingress"] ?egress!= policyTypes=["Ingress","Egress"]
networking.NetworkPolicyPort protocol="TCP"
autoscaling.HorizontalPodAutoscalerSpec minReplicas=1
autoscalingv2.HorizontalPodAutoscalerSpec minReplicas=1 metrics=[{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":80}}}]
autoscalingv2.HorizontalPodAutoscalerBehavior scaleUp+={"stabilizationWindowSeconds":0,"selectPolicy":"Max","policies":[{"type":"Pods","value":4,"periodSeconds":15},{"type":"Percent","value":100,"periodSeconds":15}]} scaleDown+={"selectPolicy":"Max","policies":[{"type":"Percent","value":100,"periodSeconds":15}]}
apiextensions.CustomResourceDefinitionSpec conversion={"strategy":"None"}
apiextensions.ServiceReference port=443
admissionregistration.ServiceReference port=443
admissionregistration.ValidatingWebhook failurePolicy="Fail" matchPolicy="Equivalent" namespaceSelector={} objectSelector={} timeoutSeconds=10
admissionregistration.MutatingWebhook failurePolicy="Fail" matchPolicy="Equivalent" namespaceSelector={} objectSelector={} timeoutSeconds=10 reinvocationPolicy="Never"
admissionregistration.RuleWithOperations scope="*"
admissionregistration.NamedRuleWithOperations scope="*"
admissionregistration.ValidatingAdmissionPolicySpec failurePolicy="Fail"
admissionregistration.MatchResources matchPolicy="Equivalent" namespaceSelector={} objectSelector={}
storage.StorageClass reclaimPolicy="Delete" volumeBindingMode="Immediate"
scheduling.PriorityClass preemptionPolicy="PreemptLowerPriority"
`
