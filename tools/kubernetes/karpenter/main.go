// Karpenter with kwok as its cloud, for rehearsals: its own main (sigs.k8s.io/karpenter/kwok) would serve metrics and probes to
// the whole network, count every offering as available, and know no node class but its own. `karpenter definitions` prints the
// CustomResourceDefinitions that it needs, as a JSON list.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"

	"github.com/awslabs/operatorpkg/status"
	"github.com/samber/lo"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/manager"

	kwokapis "sigs.k8s.io/karpenter/kwok/apis"
	kwok "sigs.k8s.io/karpenter/kwok/cloudprovider"
	kwokoptions "sigs.k8s.io/karpenter/kwok/options"
	"sigs.k8s.io/karpenter/pkg/apis"
	v1 "sigs.k8s.io/karpenter/pkg/apis/v1"
	"sigs.k8s.io/karpenter/pkg/cloudprovider"
	"sigs.k8s.io/karpenter/pkg/cloudprovider/overlay"
	"sigs.k8s.io/karpenter/pkg/controllers"
	"sigs.k8s.io/karpenter/pkg/controllers/state"
	"sigs.k8s.io/karpenter/pkg/operator"
)

func main() {
	if slices.Equal(os.Args[1:], []string{"definitions"}) {
		lo.Must0(json.NewEncoder(os.Stdout).Encode(slices.Concat(apis.CRDs, kwokapis.CRDs)))
		return
	}
	ctrl.NewManager = withoutServers
	ctx, op := operator.NewOperator()
	types := lo.Must(instanceTypes(ctx))
	bare := cloud{kwok.NewCloudProvider(ctx, op.GetClient(), types)}
	provider := overlay.Decorate(bare, op.GetClient(), op.InstanceTypeStore)
	cluster := state.NewCluster(op.Clock, op.GetClient(), provider)
	op.WithControllers(ctx, controllers.NewControllers(
		ctx, op.Manager, op.Clock, op.GetClient(), op.EventRecorder, provider, bare, cluster, op.InstanceTypeStore,
	)...).Start(ctx)
}

// withoutServers makes a manager that listens nowhere: Karpenter's flags choose ports, never addresses.
func withoutServers(config *rest.Config, options manager.Options) (manager.Manager, error) {
	options.Metrics.BindAddress = "0"
	options.HealthProbeBindAddress = "0"
	return manager.New(config, options)
}

// instanceTypes are kwok's, from the file that it is told, with those offerings unavailable of which the file says so.
func instanceTypes(ctx context.Context) ([]*cloudprovider.InstanceType, error) {
	types, err := kwok.ConstructInstanceTypes(ctx)
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(kwokoptions.FromContext(ctx).InstanceTypesFilePath)
	if err != nil {
		return nil, err
	}
	var said []struct{ Offerings []struct{ Available bool } }
	if err := json.Unmarshal(text, &said); err != nil {
		return nil, fmt.Errorf("reading which offerings are available: %w", err)
	}
	for i, each := range types {
		for j, offering := range each.Offerings {
			offering.Available = said[i].Offerings[j].Available
		}
	}
	return types, nil
}

// cloud makes kwok's nodes for its own node class and, where they are asked for, for Amazon's.
type cloud struct{ *kwok.CloudProvider }

func (c cloud) GetSupportedNodeClasses() []status.Object {
	if os.Getenv("EC2_NODE_CLASSES") == "true" {
		return append(c.CloudProvider.GetSupportedNodeClasses(), &EC2NodeClass{})
	}
	return c.CloudProvider.GetSupportedNodeClasses()
}

// Create reads how long a node takes to register from the rehearsal's own node class, whichever the claim names.
func (c cloud) Create(ctx context.Context, claim *v1.NodeClaim) (*v1.NodeClaim, error) {
	claim = claim.DeepCopy()
	claim.Spec.NodeClassRef.Name = "rehearsal"
	return c.CloudProvider.Create(ctx, claim)
}
