package main

import (
	"slices"

	"github.com/awslabs/operatorpkg/status"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes/scheme"
)

// EC2NodeClass is of Amazon's node class what Karpenter's core looks at: whether it is ready.
type EC2NodeClass struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	Status EC2NodeClassStatus `json:"status,omitempty"`
}

// EC2NodeClassStatus is the part of its status that core reads.
type EC2NodeClassStatus struct {
	Conditions []status.Condition `json:"conditions,omitempty"`
}

// EC2NodeClassList is a list of them.
type EC2NodeClassList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`

	Items []EC2NodeClass `json:"items"`
}

func init() {
	version := schema.GroupVersion{Group: "karpenter.k8s.aws", Version: "v1"}
	metav1.AddToGroupVersion(scheme.Scheme, version)
	scheme.Scheme.AddKnownTypes(version, &EC2NodeClass{}, &EC2NodeClassList{})
}

func (c *EC2NodeClass) GetConditions() []status.Condition { return c.Status.Conditions }

func (c *EC2NodeClass) SetConditions(conditions []status.Condition) { c.Status.Conditions = conditions }

func (c *EC2NodeClass) StatusConditions(options ...status.ForOption) status.ConditionSet {
	return status.NewReadyConditions().For(c, options...)
}

func (c *EC2NodeClass) DeepCopyObject() runtime.Object {
	copied := EC2NodeClass{TypeMeta: c.TypeMeta}
	c.ObjectMeta.DeepCopyInto(&copied.ObjectMeta)
	copied.Status.Conditions = slices.Clone(c.Status.Conditions)
	return &copied
}

func (l *EC2NodeClassList) DeepCopyObject() runtime.Object {
	copied := EC2NodeClassList{TypeMeta: l.TypeMeta, ListMeta: l.ListMeta}
	for i := range l.Items {
		copied.Items = append(copied.Items, *l.Items[i].DeepCopyObject().(*EC2NodeClass))
	}
	return &copied
}
