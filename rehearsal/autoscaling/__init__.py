"""A real autoscaler in a rehearsal: Karpenter, whose cloud is kwok here.

It moves the node groups of a simulated cloud (`group`), in the place of the cloud's own autoscaler or of the Cluster Autoscaler
that the stack deploys; and, where the stack deploys Karpenter, the stack's own NodePools.
"""
