/**
 * The built-in kinds: group/version, kind, plural, short names, flags (n namespaced, s status, r scale, g generation of spec, a of
 * annotations too, l in the category "all", v a replace must name the revision, p only answers a POST and is never stored). Then paths: `pods=` where
 * its pods are described, `fixed=` what cannot change once it is written, `select=` what a field selector may name. Read off `kubectl api-resources`
 * and the validation of 1.36.
 */
export const KINDS = `
v1 ConfigMap configmaps cm n
v1 Secret secrets - n select=type
v1 Service services svc nsl
v1 ServiceAccount serviceaccounts sa n
v1 Pod pods po nsgl pods=spec select=spec.nodeName,spec.restartPolicy,spec.schedulerName,spec.serviceAccountName,status.phase,status.podIP
v1 PersistentVolumeClaim persistentvolumeclaims pvc ns
v1 PersistentVolume persistentvolumes pv s
v1 Namespace namespaces ns s select=status.phase
v1 Node nodes no s
v1 Event events ev n select=involvedObject.kind,involvedObject.namespace,involvedObject.name,involvedObject.uid,reason,type,source
v1 Endpoints endpoints ep n
v1 LimitRange limitranges limits n
v1 ResourceQuota resourcequotas quota ns
apps/v1 Deployment deployments deploy nsral pods=spec.template.spec fixed=spec.selector
apps/v1 StatefulSet statefulsets sts nsrgl pods=spec.template.spec
apps/v1 DaemonSet daemonsets ds nsgl pods=spec.template.spec fixed=spec.selector
apps/v1 ReplicaSet replicasets rs nsrgl pods=spec.template.spec fixed=spec.selector
apps/v1 ControllerRevision controllerrevisions - n
batch/v1 Job jobs - nsgl pods=spec.template.spec fixed=spec.template,spec.selector,spec.completions
batch/v1 CronJob cronjobs cj nsgl pods=spec.jobTemplate.spec.template.spec
networking.k8s.io/v1 Ingress ingresses ing nsg
networking.k8s.io/v1 IngressClass ingressclasses - g
networking.k8s.io/v1 NetworkPolicy networkpolicies netpol ng
policy/v1 PodDisruptionBudget poddisruptionbudgets pdb nsgv
rbac.authorization.k8s.io/v1 Role roles - n
rbac.authorization.k8s.io/v1 RoleBinding rolebindings - n fixed=roleRef
rbac.authorization.k8s.io/v1 ClusterRole clusterroles - -
rbac.authorization.k8s.io/v1 ClusterRoleBinding clusterrolebindings - - fixed=roleRef
autoscaling/v2 HorizontalPodAutoscaler horizontalpodautoscalers hpa nsl
autoscaling/v1 HorizontalPodAutoscaler horizontalpodautoscalers hpa nsl
apiextensions.k8s.io/v1 CustomResourceDefinition customresourcedefinitions crd,crds sgv
admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration validatingwebhookconfigurations - gv
admissionregistration.k8s.io/v1 MutatingWebhookConfiguration mutatingwebhookconfigurations - gv
admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy validatingadmissionpolicies - sgv
admissionregistration.k8s.io/v1 ValidatingAdmissionPolicyBinding validatingadmissionpolicybindings - gv
coordination.k8s.io/v1 Lease leases - nv
storage.k8s.io/v1 StorageClass storageclasses sc -
scheduling.k8s.io/v1 PriorityClass priorityclasses pc g
discovery.k8s.io/v1 EndpointSlice endpointslices - ng
authorization.k8s.io/v1 SelfSubjectAccessReview selfsubjectaccessreviews - p
authorization.k8s.io/v1 SubjectAccessReview subjectaccessreviews - p
`
