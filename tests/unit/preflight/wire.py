"""A wire that ends here: whatever a client sends by `requests` is answered from a table."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, urlsplit

from requests import PreparedRequest, Response
from requests.adapters import BaseAdapter

Query = dict[str, list[str]]
Answer = dict[str, Any] | int | Exception | Callable[[Query], dict[str, Any]]


@dataclass
class Wire(BaseAdapter):
    """In the place of every connection."""

    answers: dict[str, Answer] = field(default_factory=dict[str, Answer])
    """End of a URL's path → what is answered; a number is the status of a refusal."""

    def send(self, request: PreparedRequest, *_: Any, **__: Any) -> Response:
        url = urlsplit(request.url or "")
        answer = next(answer for end, answer in self.answers.items() if url.path.endswith(end))
        if isinstance(answer, Exception):
            raise answer
        response = Response()
        response.request, response.url = request, request.url or ""
        response.status_code = answer if isinstance(answer, int) else 200
        body = answer(parse_qs(url.query)) if callable(answer) else answer
        refusal = {"error": {"code": "Refused", "message": "refused"}}
        response.raw = BytesIO(json.dumps(refusal if isinstance(body, int) else body).encode())
        response.headers["Content-Type"] = "application/json"
        return response

    def close(self) -> None:
        pass
