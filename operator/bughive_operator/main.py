"""The console command ``bughive-operator``."""

import asyncio
import sys

from bughive_operator.operator_process import run
from bughive_operator.settings import OperatorSettings
from bughive_operator.startup import CannotStart
from bughive_protocol.logging import configure_logging, configured_format
from bughive_protocol.settings import load
from bughive_protocol.tracing import Tracing


def main() -> None:
    """Run the operator until SIGTERM; exit with 2 and a sentence where it cannot start, 1 where another took over."""
    settings = load(OperatorSettings)
    configure_logging(configured_format(settings.log_format), settings.log_level)
    tracing = Tracing(settings.otel_exporter_otlp_endpoint, "bughive-operator")
    tracing.start()
    try:
        asyncio.run(run(settings))
    except CannotStart as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(2) from None
    finally:
        tracing.close()
