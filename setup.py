"""What pyproject.toml cannot say: folders outside the package, and the optional C parts."""

import os
from pathlib import Path

from setuptools import Extension, find_packages, setup

# These lie at the top of the checkout and inside the package in a wheel, so that an installed
# `workbench` can build and boot without a checkout; see workbench/support/resources.py.
DATA = [name for name in ("firmware", "platforms", "robot") if Path(name).is_dir()]

EXTENSIONS = {
    "workbench.engines._code_cache": ("code_cache_module.c", "code_cache.c"),
    "workbench.engines.embedded.tracing._tracer": (
        "tracer_module.c",
        "tracer.c",
        "blocks.c",
        "thumb.c",
        "../../../csrc/code_cache.c",
    ),
    "workbench.engines.embedded.tracing._reads": ("reads_module.c",),
}


def extension(name: str, files: tuple[str, ...]) -> Extension:
    """Return the C part `name`, whose sources are in the folder csrc beside it."""
    folder = Path(*name.split(".")[:-1], "csrc")
    return Extension(
        name,
        sources=[os.path.normpath(folder / file) for file in files],
        depends=[str(header) for header in Path("workbench").rglob("csrc/*.h")],
        py_limited_api=True,
        optional=True,  # without a C compiler the pure-Python twins do the same
    )


setup(
    packages=[
        *find_packages(include=["workbench", "workbench.*"]),
        *(f"workbench._data.{folder}" for folder in DATA),
    ],
    package_dir={f"workbench._data.{folder}": folder for folder in DATA},
    package_data={
        "workbench": ["py.typed"],
        "workbench.report": ["templates/*"],
        **{f"workbench._data.{folder}": ["**/*", "**/.*"] for folder in DATA},
    },
    ext_modules=[extension(name, files) for name, files in EXTENSIONS.items()],
    options={"bdist_wheel": {"py_limited_api": "cp310"}},
)
