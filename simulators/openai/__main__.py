"""Starts the OpenAI stand-in: `python -m simulators.openai --port P`.

It keeps nothing and must never call anything.
"""

import argparse
import os

from starlette.applications import Starlette

from simulators.loopback import serve
from simulators.openai.api import Api


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m simulators.openai", description=__doc__)
    parser.add_argument("--port", type=int, default=int(os.environ.get("OPENAI_SIM_PORT", "0")))
    port: int = parser.parse_args().port
    serve(Starlette(routes=Api().routes()), port, "OpenAI stand-in (offline writer, no model) on {base}/v1")


if __name__ == "__main__":
    main()
