"""What was secret going in stays secret coming out."""

from typing import Any

from rehearsal.plugins.values import Json, Secret, contains, is_object


def keep_secret(outputs: Json, inputs: Json) -> Json:
    """`outputs`, with everything marked that is secret in `inputs`; changes and returns `outputs`.

    A secret inside a list marks the whole list, because the API server may change a list's order. The contents of a
    Kubernetes Secret are secret whether or not the program said so.
    """
    if outputs.get("kind") == "Secret":
        for field in ("data", "stringData"):
            if field in outputs:
                outputs[field] = _secret(outputs[field])
        return outputs
    for key, given in inputs.items():
        if key not in outputs:
            continue
        made = outputs[key]
        if is_object(made) and is_object(given):
            keep_secret(made, given)
        elif contains(given, Secret):
            outputs[key] = _secret(made)
    return outputs


def _secret(value: Any) -> Secret:
    return value if isinstance(value, Secret) else Secret(value)
