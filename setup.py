"""What pyproject.toml cannot say: folders outside the package, and the optional C parts."""

from pathlib import Path

from setuptools import Extension, find_packages, setup

# These lie at the top of the checkout and inside the package in a wheel, so that an installed
# `workbench` can build and boot without a checkout; see workbench/resources.py.
DATA = [name for name in ("firmware", "platforms", "robot") if Path(name).is_dir()]

C_SOURCES = "workbench/engines/embedded/csrc"
EXTENSIONS = {
    "_tracer": ("tracer_module.c", "tracer.c", "blocks.c", "thumb.c"),
    "_reads": ("reads_module.c",),
}

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
    ext_modules=[
        Extension(
            f"workbench.engines.embedded.{name}",
            sources=[f"{C_SOURCES}/{file}" for file in files],
            depends=[str(header) for header in Path(C_SOURCES).glob("*.h")],
            py_limited_api=True,
            optional=True,  # without a C compiler the pure-Python twins count
        )
        for name, files in EXTENSIONS.items()
    ],
    options={"bdist_wheel": {"py_limited_api": "cp310"}},
)
