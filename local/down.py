"""Stops every stack that was started from this checkout."""

from local import homes
from local.stack import stop


def main() -> None:
    stopped = [home.name for home in homes.homes() if stop(home)]
    print(f"Stopped: {', '.join(stopped)}." if stopped else "Nothing was running.")


if __name__ == "__main__":
    main()
