"""Every benchmark, one after the other: ``python -m benchmarks``, or ``make bench``."""

import shutil

from benchmarks import collector, dashboard, etl, tracker


def main() -> None:
    """Print every table."""
    if shutil.which("wrk"):
        collector.main()
    else:
        print("The collector's benchmark needs wrk: apt-get install wrk nginx")
    etl.main()
    if shutil.which("npm"):
        tracker.main()
    else:
        print("The tracker's benchmark needs npm: apt-get install nodejs npm")
    if shutil.which("chromium"):
        dashboard.main([])
    else:
        print("The dashboard's benchmark needs chromium: apt-get install chromium")


if __name__ == "__main__":
    main()
