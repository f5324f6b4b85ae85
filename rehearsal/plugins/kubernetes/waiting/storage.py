"""When volumes and their claims can be used."""

from rehearsal.plugins.kubernetes.client import Client
from rehearsal.plugins.kubernetes.errors import ApiError
from rehearsal.plugins.kubernetes.objects import Kind, dig
from rehearsal.plugins.kubernetes.waiting.rule import Sight, Verdict

_STORAGE_CLASS = Kind("storage.k8s.io/v1", "StorageClass")


def volume(sight: Sight) -> Verdict:
    """Available, or bound already."""
    phase = dig(sight.live, "status", "phase")
    return Verdict(phase in ("Available", "Bound"), "waiting for the volume", [f"the volume is {phase}"])


def claim(sight: Sight) -> Verdict:
    """Bound; or pending, when its class binds only once a pod uses it (`WaitForFirstConsumer`)."""
    phase = dig(sight.live, "status", "phase")
    if phase == "Bound":
        return Verdict(True)
    storage_class = dig(sight.live, "spec", "storageClassName")
    late = bool(storage_class) and _binding_mode(sight.client, storage_class) == "WaitForFirstConsumer"
    return Verdict(
        late and phase == "Pending",
        "waiting for a volume",
        [f"the claim is {phase}: no volume was provisioned by storage class {storage_class or '(none)'}"],
    )


def _binding_mode(client: Client, name: str) -> str | None:
    try:
        return dig(client.request("GET", client.resource(_STORAGE_CLASS).path("", name)), "volumeBindingMode")
    except ApiError as error:
        if error.not_found:
            return None
        raise
