"""A stand-in for `pulumi-resource-kubernetes`, with the official plugin's contract on a real API server.

The plan, the objects and the outputs are to be those of the official plugin at the version below. Facts about its
behaviour were read in https://github.com/pulumi/pulumi-kubernetes, and are noted where they are used.

`servicer` speaks the engine's protocol, `provider` is the contract, and everything else is one concern a file.
"""

VERSION = "4.34.2"
"""The official plugin's version that this one stands in for; the engine compares it with the SDK's."""
