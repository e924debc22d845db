"""What MiniStack does otherwise than AWS, closed one module per gap; importing a module closes its gap."""

from importlib import import_module

NAMES = (
    "lambdas",
    "async_invocations",
    "http_api",
    "step_functions",
    "queues",
    "streams",
    "tables",
    "schedules",
    "mail",
    "texts",
)


def close() -> None:
    for name in NAMES:
        import_module(f"{__name__}.{name}")
