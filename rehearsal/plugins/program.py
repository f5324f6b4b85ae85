"""Runs one Pulumi program in this process, for the language host.

Imports nothing of this project: the interpreter may be that of a virtual environment in which only the program's own
dependencies are installed.
"""

import argparse
import asyncio
import logging
import runpy
import signal
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pulumi
import pulumi.runtime

ALREADY_REPORTED = 32
"""Exit code for an error that the user has been told about, as in the official language host."""


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="run a Pulumi program")
    for option in ("monitor", "engine", "organization", "project", "stack", "root-directory"):
        parser.add_argument(f"--{option}")
    parser.add_argument("--parallel", type=int)
    parser.add_argument("--dry-run", choices=["true", "false"])
    parser.add_argument("program", type=Path, help="a file, or a folder with a __main__.py")
    parser.add_argument("arguments", nargs="*")
    return parser.parse_args()


def _configure(options: argparse.Namespace) -> None:
    pulumi.runtime.set_all_config(pulumi.runtime.get_config_env(), pulumi.runtime.get_config_secret_keys_env())
    pulumi.runtime.configure(
        pulumi.runtime.Settings(
            monitor=options.monitor,
            engine=options.engine,
            organization=options.organization,
            project=options.project,
            stack=options.stack,
            parallel=options.parallel,
            dry_run=options.dry_run == "true",
            root_directory=options.root_directory,
        )
    )


def _traceback(error: Exception, program: Path) -> str:
    """The error as the user would see it without Pulumi: from the first frame of their program on."""
    main = program / "__main__.py" if program.is_dir() else program
    frame = error.__traceback__
    while frame and Path(frame.tb_frame.f_code.co_filename) != main:
        frame = frame.tb_next
    return "".join(traceback.format_exception(type(error), error, frame or error.__traceback__))


def main() -> int:
    """The exit code for the language host."""
    options = _options()
    program = options.program.resolve()
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # an interrupted program goes without a traceback
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # a failed resource leaves futures that nobody will await
    _configure(options)

    if not program.exists() or (program.is_dir() and not (program / "__main__.py").exists()):
        pulumi.log.error(f"unable to find the main program: no __main__.py in {program}")
        return ALREADY_REPORTED
    sys.argv = [str(options.program), *options.arguments]
    sys.path.insert(0, str(program if program.is_dir() else program.parent))

    def run() -> None:
        runpy.run_path(str(program), run_name="__main__")

    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    # A thread sits behind each registration in flight: four for each operation that the engine runs at one time.
    executor = ThreadPoolExecutor(max_workers=4 * max(options.parallel, 1))
    loop.set_default_executor(executor)
    try:
        loop.run_until_complete(pulumi.runtime.run_in_stack(run))
    except pulumi.RunError as error:
        pulumi.log.error(str(error))
        return ALREADY_REPORTED
    except Exception as error:  # whatever the user's program raises
        pulumi.log.error("Program failed with an unhandled exception:\n" + _traceback(error, program))
        return ALREADY_REPORTED
    finally:
        executor.shutdown()
        loop.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
