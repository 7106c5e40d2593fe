/** Values the server writes where a field is missing: type, then field=JSON. What depends on other fields stands in ../defaults.ts. Read off the defaulting of Kubernetes v1.36. */
export const DEFAULTS = `
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
apps.DeploymentStrategy type="RollingUpdate"
apps.StatefulSetSpec replicas=1 podManagementPolicy="OrderedReady" revisionHistoryLimit=10 persistentVolumeClaimRetentionPolicy={}
apps.StatefulSetPersistentVolumeClaimRetentionPolicy whenDeleted="Retain" whenScaled="Retain"
apps.StatefulSetUpdateStrategy type="RollingUpdate"
apps.DaemonSetSpec revisionHistoryLimit=10
apps.DaemonSetUpdateStrategy type="RollingUpdate"
apps.ReplicaSetSpec replicas=1
batch.CronJobSpec concurrencyPolicy="Allow" suspend=false successfulJobsHistoryLimit=3 failedJobsHistoryLimit=1
ServicePort protocol="TCP"
EndpointPort protocol="TCP"
discovery.EndpointPort name="" protocol="TCP"
ServiceSpec sessionAffinity="None" type="ClusterIP"
PersistentVolumeClaimSpec volumeMode="Filesystem"
PersistentVolumeClaimStatus phase="Pending"
PersistentVolumeSpec persistentVolumeReclaimPolicy="Retain" volumeMode="Filesystem"
PersistentVolumeStatus phase="Pending"
Secret type="Opaque"
NamespaceStatus phase="Active"
rbac.RoleRef apiGroup="rbac.authorization.k8s.io"
networking.NetworkPolicyPort protocol="TCP"
autoscaling.HorizontalPodAutoscalerSpec minReplicas=1
autoscalingv2.HorizontalPodAutoscalerSpec minReplicas=1
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
