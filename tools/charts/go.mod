module ml-platform/tools/charts

go 1.26.0

require (
	github.com/aws/karpenter-provider-aws v1.14.1
	k8s.io/autoscaler/vertical-pod-autoscaler v1.8.1
)
