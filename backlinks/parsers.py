"""The JSON the purchase API accepts: small, and never deep enough to hurt."""

import io
from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

LARGEST_BODY = 64 * 1024


class SmallJSONParser(JSONParser):
    """Raises ParseError for a body over LARGEST_BODY, and for one nested until the reader gives up."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        body = stream.read(LARGEST_BODY + 1)
        if len(body) > LARGEST_BODY:
            raise ParseError(f"The body is larger than {LARGEST_BODY} bytes.", code="too_large")
        try:
            return super().parse(io.BytesIO(body), media_type, parser_context)
        except RecursionError as error:
            raise ParseError("The body is nested too deeply.") from error
