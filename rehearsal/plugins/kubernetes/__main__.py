"""Started by the engine: `python -m rehearsal.plugins.kubernetes ENGINE_ADDRESS`."""

import argparse

from pulumi.runtime.proto.provider_pb2_grpc import add_ResourceProviderServicer_to_server

from rehearsal.plugins.engine import Engine
from rehearsal.plugins.kubernetes.servicer import Servicer
from rehearsal.plugins.serving import serve


def main() -> None:
    parser = argparse.ArgumentParser(description="stand-in for pulumi-resource-kubernetes")
    parser.add_argument("engine", help="address of the Pulumi engine")
    arguments, _ = parser.parse_known_args()
    servicer = Servicer(Engine(arguments.engine))
    serve(lambda server: add_ResourceProviderServicer_to_server(servicer, server), servicer.stop)


if __name__ == "__main__":
    main()
